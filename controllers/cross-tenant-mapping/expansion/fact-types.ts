import type { Domain, FactsOf } from '../fact-domain-types.ts';

/** For groups: Fabric expands them every hour (cloud-apis 15.4). */
export const EXPANSION_FACTS = {
  /** Summary of the mapping's ladder: it is there. */
  mapped: [true, false],
  /** Summary of the grants: which of the roles that are asked for are there. all: also where none is asked for. */
  grants: ['all', 'some', 'none'],
  /** An hour since the mapping, since a role was asked for that is there (its note), or since one went (grants-changed-at). */
  hour: ['before', 'after'],
  /**
   * Members of the group in our own directory. some: the group itself has been expanded; whether its newest rights have
   * been nobody can see · notAsked: principalLookup is None, or the hour is not over.
   */
  members: ['notAsked', 'some', 'none', 'unobservable', 'refused'],
} as const satisfies Domain;
export type ExpansionFacts = FactsOf<typeof EXPANSION_FACTS>;

/** "In certain circumstances" a guest cannot get in for several hours after the mapping (seed 003). */
export const ACCESS_FACTS = {
  mapped: [true, false],
  /** Hours since the mapping was made, where this operator made it. */
  settling: ['before', 'after'],
} as const satisfies Domain;
export type AccessFacts = FactsOf<typeof ACCESS_FACTS>;
