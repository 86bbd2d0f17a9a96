import type { LossEffect, LossReason } from '../../operator/runtime/loss/types.ts';

import type { GrantEffect, GrantReason } from './grants/word-types.ts';
import type { OutputsEffect, OutputsReason } from './outputs/word-types.ts';
import type { StringReason } from './strings/word-types.ts';

export type { GrantEffect, GrantReason, OutputsEffect, OutputsReason, StringReason };

/** What the operator does, one call each. */
export type Effect = MappingEffect | GrantEffect | OutputsEffect | RemovalEffect | LossEffect;

export type MappingEffect =
  | 'claim'
  | 'forgetCopied'
  | 'createMapping'
  | 'adoptMapping'
  | 'disownMapping'
  | 'noteMapping'
  | 'renewMapping'
  | 'notePrincipal'
  | 'renewPrincipal';
export type RemovalEffect = 'deleteMapping' | 'release' | 'releaseLeft';

/** Why a ladder rests where it rests. Stable: people search for these words. Sentences and remedies: words/describe-reasons*.ts. */
export type Reason = MappingReason | GrantReason | StringReason | OutputsReason | ExpansionReason | RemovalReason;

export type MappingReason =
  | 'Adopting'
  | 'AdoptionDiffers'
  | 'AdoptionNever'
  | 'Claimed'
  | 'Claiming'
  | 'GuestMapping'
  | 'MappingDiffers'
  | 'MappingForeign'
  | 'MappingLost'
  | 'MappingSettling'
  | 'PrincipalAmbiguous'
  | 'PrincipalContradicted'
  | 'PrincipalNoting'
  | 'PrincipalRecycled'
  | 'PrincipalReplicating'
  | 'PrincipalResolved'
  | 'PrincipalUnneeded'
  | 'PrincipalUnproven'
  | 'PrincipalUnreadable'
  | 'PrincipalUnresolved'
  | 'PrincipalUntold'
  | 'ReadRefused'
  | 'Unobservable';
export type ExpansionReason =
  | 'AccessSettled'
  | 'AccessSettling'
  | 'AwaitingGrants'
  | 'AwaitingMapping'
  | 'GroupEmpty'
  | 'GroupExpanded'
  | 'GroupExpanding'
  | 'GroupExpansionDue';
export type RemovalReason =
  | LossReason
  | 'GrantsLeaving'
  | 'GrantsLeft'
  | 'GrantsStuck'
  | 'MappingDeleting'
  | 'MappingGivenUp'
  | 'Releasing'
  | 'RemovalSettling';
