import type { ExpansionReason } from '../types.ts';
import type { Wording } from './describe-wording.ts';

export const EXPANSION_WORDING: Readonly<Record<ExpansionReason, Wording>> = {
  AccessSettled: { says: 'the first hours after the mapping are over', next: 'nothing is to be done' },
  AccessSettling: {
    says: 'the guest was mapped within the last hours, in which Fabric may still turn a guest away',
    next: 'whoever is turned away tries again later',
  },
  AwaitingGrants: {
    says: 'the group does not have its workspace roles as they are asked for yet',
    next: 'its members get them within an hour after that; Granted says what each role waits for',
  },
  AwaitingMapping: { says: 'the guest is not mapped yet', next: 'the rest comes after that' },
  GroupEmpty: {
    says: 'the group that represents the guest group has no members, though Fabric expands it every hour',
    next: 'if the guest group has members, its tenant checks them and our support asks Microsoft; an empty group needs nothing',
  },
  GroupExpanded: { says: 'Fabric has expanded the group', next: 'nothing is to be done' },
  GroupExpanding: {
    says: 'Fabric expands groups every hour: members of the guest group get access with the next expansion',
    next: 'nothing hurries it, and nobody need act',
  },
  GroupExpansionDue: {
    says: 'the hour is over in which Fabric expands the group; nobody looked whether it did',
    next: 'if members cannot get in, set principalLookup to Graph, which lets the operator look at the group',
  },
};
