import type { Domain, FactsOf } from '../fact-domain-types.ts';

/** Deletion when credentials are gone (design section 6). */
export const LOSS_FACTS = {
  claimed: [true, false],
  /** Annotation credentials-lost-at: a day of patience. */
  lost: ['unnoted', 'before', 'after'],
  /** Annotation fabriclink.dev/abandon: a person gives up. */
  asked: [true, false],
  /** The ledger's entry about what is left behind. */
  entry: ['absent', 'written', 'unobservable'],
} as const satisfies Domain;
export type LossFacts = FactsOf<typeof LOSS_FACTS>;
