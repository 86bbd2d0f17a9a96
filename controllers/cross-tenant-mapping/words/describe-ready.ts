import type { Seen } from '../types.ts';

/** What stays to be known of an object that is Ready. */
export function readyMessage({ desired, mapping, grants, strings, access }: Seen): string {
  const who = `${desired.guest.type} ${desired.guest.objectId} of tenant ${desired.guest.tenantId} is mapped`;
  const as =
    mapping.principal.kind === 'known' ? `, represented here by ${mapping.principal.type} ${mapping.principal.id}` : '';
  const settles = access?.facts.settling === 'before';
  const until = settles
    ? ` Until about ${new Date(access.dueAtMs).toISOString().slice(0, 16)}Z Fabric may still turn the guest away; that passes.`
    : '';
  const has = [
    ...(desired.grants.length > 0 ? [counted(Object.keys(grants.grants).length, 'workspace role')] : []),
    ...(Object.keys(strings).length > 0 ? [counted(Object.keys(strings).length, 'connection string')] : []),
  ];
  return `${who}${as}${has.length > 0 ? `, with ${has.join(' and ')}` : ''}.${until}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
