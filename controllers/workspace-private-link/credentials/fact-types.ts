import { type Domain, type FactsOf } from '../fact-domain-types.ts';

export const NOTES_FACTS = {
  /**
   * stale: a note about something that the spec still names says another name or other credentials. Of approvals that no
   * entry of spec.connections answers for, over: one does not stand any more · unseen: the service does not show it.
   */
  notes: ['current', 'stale', 'over', 'unseen'],
} as const satisfies Domain;
export type NotesFacts = FactsOf<typeof NOTES_FACTS>;

export const ABANDONMENT_FACTS = {
  claimed: [true, false],
  /** While deleting. lost: missing, unusable, of another tenant, or refused as an identity · partly: those of some endpoints are. */
  credentials: ['working', 'partly', 'lost'],
  /** Twenty-four published hours since annotation credentials-lost-at, which is written when a deletion first finds them lost. */
  lost: ['unnoted', 'before', 'after'],
  /** Annotation fabriclink.dev/abandon. */
  asked: [true, false],
  /** The entry of the ledger that says what is left behind. */
  entry: ['absent', 'written', 'unobservable'],
} as const satisfies Domain;
export type AbandonmentFacts = FactsOf<typeof ABANDONMENT_FACTS>;
