import type { RemovalReason } from '../types.ts';
import type { Wording } from './describe-wording.ts';

export const REMOVAL_WORDING: Readonly<Record<RemovalReason, Wording>> = {
  Abandoning: {
    says: 'the credentials did not come back, or a person gave up waiting for them',
    next: 'the operator writes down what is left and lets the object go',
  },
  CredentialsLost: {
    says: 'there are no usable credentials to take the mapping down with',
    next: 'bring them back',
  },
  GrantsLeaving: {
    says: 'workspace roles and published connection strings are being taken back',
    next: 'the mapping is deleted after them',
  },
  GrantsLeft: {
    says: 'a workspace role, or what was published, could not be taken back for a day, or a person gave up; the principal that has it stopped working with the mapping',
    next: 'the operator writes that down and lets the object go',
  },
  GrantsStuck: {
    says: 'the mapping is deleted, and a workspace role of its principal, which does not work any more, or what was published cannot be taken back',
    next: 'give the operator its rights on that workspace, Secret or ConfigMap back; else the object is let go after a day, or at once with annotation fabriclink.dev/abandon=yes',
  },
  LedgerUnreadable: { says: 'the ledger cannot be read', next: 'the operator tries again by itself' },
  MappingDeleting: {
    says: 'the mapping is to be deleted',
    next: 'the operator deletes it; the guest’s principal stops working at once, and Fabric lists the mapping for another day or more',
  },
  MappingGivenUp: {
    says: 'the mapping cannot be looked at, and a person gave up waiting',
    next: 'the operator writes that down and lets the object go',
  },
  Released: { says: 'the object has been let go', next: 'nothing is to be done' },
  Releasing: { says: 'nothing is left', next: 'the operator lets the object go' },
  RemovalSettling: {
    says: 'the guest was to be mapped minutes ago, and Fabric’s list does not show yet whether it was',
    next: 'the operator waits up to ten minutes for the list, so that no mapping is left behind; nobody need act',
  },
};
