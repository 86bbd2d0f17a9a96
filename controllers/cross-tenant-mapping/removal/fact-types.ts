import type { Domain, FactsOf } from '../fact-domain-types.ts';

/** Taking the mapping down. */
export const REMOVAL_FACTS = {
  claimed: [true, false],
  /**
   * Summary of the grants' ladders. leaving: ours are being taken away · stuck: one cannot be, and a person is needed ·
   * left: stuck for a day since the deletion, or a person gave up.
   */
  grants: ['gone', 'leaving', 'stuck', 'left'],
  /** spec.deletionPolicy against what we noted: created by us, or adopted. */
  wish: ['delete', 'keep'],
  /**
   * Rows of the guest that are not known to be over, and not deleted by this object yet (annotation deleted-mappings):
   * the list goes on showing a deleted mapping for more than a day, and that is not waited for (cloud-apis 15.3). settling: asked for
   * minutes ago, by an answer that told no id, and not listed yet · givenUp: the list cannot be read, and a person gave up
   * (annotation fabriclink.dev/abandon).
   */
  mapping: ['gone', 'present', 'settling', 'unobservable', 'refused', 'givenUp'],
} as const satisfies Domain;
export type RemovalFacts = FactsOf<typeof REMOVAL_FACTS>;
