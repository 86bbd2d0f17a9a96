import type { Seen } from '../types.ts';

/** What stays to be known of an object that is Ready. */
export function readyMessage({ desired, mapping, access }: Seen): string {
  const who = `${desired.guest.type} ${desired.guest.objectId} of tenant ${desired.guest.tenantId} is mapped`;
  const as = mapping.principal.kind === 'known' ? `, as ${mapping.principal.type} ${mapping.principal.id}` : '';
  const settles = access?.facts.settling === 'before';
  const until = settles
    ? ` Until about ${new Date(access.dueAtMs).toISOString().slice(0, 16)}Z Fabric may still turn the guest away; that passes.`
    : '';
  return `${who}${as}.${until}`;
}
