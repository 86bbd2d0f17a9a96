import type { Seen } from '../types.ts';

const ROLES = ['Admin', 'Member', 'Contributor', 'Viewer'];
const NAME_LIMIT = 320;
const ACCESS_LIMIT = 256;

/** As people know the guest. */
export const guestName = ({ guest }: Seen['desired']): string =>
  (guest.userPrincipalName ?? guest.email ?? guest.objectId).slice(0, NAME_LIMIT);

/** An answer that told no id, before a list tells it, leaves the guest's own, which names no mapping. */
export function mappingIdOf({ desired, mapping: { row }, provenance }: Seen): string | undefined {
  const id = row?.id ?? provenance.mapping?.id;
  return row?.seen !== 'listed' && id === desired.guest.objectId ? undefined : id;
}

/** What an auditor asks for: how many workspaces the guest's principal has which role in, as far as could be read. */
export function accessOf({ grants, mapping }: Seen): string {
  // What this object gives is nothing, and what the guest has is told by the one that maps it.
  if (mapping.other !== undefined) return `see ${mapping.other}`.slice(0, ACCESS_LIMIT);
  if (mapping.facts.mapping === 'absent' || mapping.facts.mapping === 'over') return 'not mapped';
  const all = [...Object.values(grants.grants), ...Object.values(grants.revocations)];
  const counts = new Map<string, number>();
  for (const { assignment } of all) {
    if (assignment) counts.set(assignment.role, (counts.get(assignment.role) ?? 0) + 1);
  }
  const roles = [...ROLES, ...[...counts.keys()].filter((role) => !ROLES.includes(role))];
  const parts = roles.flatMap((role) => (counts.has(role) ? [`${role} in ${counts.get(role)}`] : []));
  const blind = all.filter(({ facts }) => ['unobservable', 'refused', 'restricted'].includes(facts.assignment));
  const unread = blind.length + Object.values(grants.grants).filter(({ isUnread }) => isUnread).length;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const known = parts.length === 0 ? [] : [`${parts.join(', ')} ${total === 1 ? 'workspace' : 'workspaces'}`];
  const unknown = unread === 0 ? [] : [`${unread} unknown`];
  return [...known, ...unknown].join(', ') || 'no roles';
}
