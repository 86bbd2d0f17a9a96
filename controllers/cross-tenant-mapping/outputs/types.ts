import type { Fault } from '../cloud-types.ts';
import type { OutputsFacts } from './fact-types.ts';

/** Where connection strings are published. */
export type Holder = { kind: 'Secret' | 'ConfigMap'; name: string };

/** Annotation published: where, and under which keys. */
export type PublishedNote = Holder & { keys: readonly string[] };

export type OutputsSeen = {
  facts: OutputsFacts;
  holder?: Holder;
  note: PublishedNote | undefined;
  /** What is to be written: a host by its key; null: a key of ours that is not wanted any more. */
  change?: Readonly<Record<string, string | null>>;
  /** Every key that is wanted, whether its host is known or not. */
  keys: readonly string[];
  /** Of the Secret or ConfigMap that was read. Undefined: it is to be made. */
  version?: string;
  fault?: Fault;
};
