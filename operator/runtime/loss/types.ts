import type { LedgerEntry } from '../../clients/kube/ledger.ts';
import type { OperatorError } from '../../errors.ts';

/** Deletion when credentials are gone (design section 6): the values that its machine sees. */
export const LOSS_FACTS = {
  claimed: [true, false],
  /** Annotation credentials-lost-at: a day of patience. */
  lost: ['unnoted', 'before', 'after'],
  /** Annotation fabriclink.dev/abandon: a person gives up. */
  asked: [true, false],
  /** The ledger's entry about what is left behind. */
  entry: ['absent', 'written', 'unobservable'],
} as const;
export type LossFacts = { readonly [K in keyof typeof LOSS_FACTS]: (typeof LOSS_FACTS)[K][number] };

export type LossEffect = 'noteCredentialsLost' | 'recordAbandoned' | 'releaseAbandoned';
export type LossReason = 'Abandoning' | 'CredentialsLost' | 'LedgerUnreadable' | 'Released';

/** What a pass found of an object that is to be deleted and whose credentials are gone. */
export type LossSeen = {
  facts: LossFacts;
  /** For whoever clears up. */
  note: LedgerEntry;
  /** The ConfigMap that holds the note: namespace/name. */
  ledger: string;
  /** Why there are no credentials. */
  error: OperatorError;
  /** When it is given up, once the loss has been noted. */
  dueAtMs?: number;
  /** Why the ledger cannot be read. */
  fault?: { about: string; error: OperatorError };
};
