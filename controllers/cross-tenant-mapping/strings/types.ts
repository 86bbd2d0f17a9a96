import type { Fault } from '../cloud-types.ts';
import type { StringFacts } from './fact-types.ts';

export type StringSeen = {
  facts: StringFacts;
  name: string;
  workspaceId: string;
  /** `warehouse <id>` or `SQL analytics endpoint <id>`, for people. */
  item: string;
  host?: string;
  fault?: Fault;
};

/** By the name of their ladder. */
export type StringsSeen = Readonly<Record<string, StringSeen>>;
