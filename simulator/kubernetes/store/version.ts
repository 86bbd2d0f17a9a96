import type { KubeObject } from '../types.ts';

/** One state of one object. Both the value and its texts are shared by every list and watch that shows it. */
export type Version = {
  /** `namespace/name`, or `name` of a cluster-scoped object. */
  readonly key: string;
  readonly revision: number;
  readonly object: KubeObject;
  /** JSON by served representation, filled on first use. */
  readonly texts: Map<string, string>;
};

/** One write, as a watch replays it. `current` of a DELETED change is the last state at the revision of the deletion. */
export type Change = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly current: Version;
  readonly previous?: Version;
};
