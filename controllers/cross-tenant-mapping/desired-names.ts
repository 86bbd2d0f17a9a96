import type { PrincipalType } from './types.ts';

export const ANNOTATION = 'fabriclink.dev/';

/** GUIDs compare without regard to case. */
export const same = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase();

type Guest = { tenantId: string; objectId: string };

/** One mapping of one provider: what two objects must not both name. */
export const guestKey = (providerTenantId: string, { tenantId, objectId }: Guest): string =>
  `${providerTenantId}/${tenantId}/${objectId}`.toLowerCase();

/** By what the ledger knows a deleted mapping: one guest may be mapped by several providers. */
export const tombstoneSubject = ({ tenantId, guest }: { tenantId: string; guest: Guest }): string =>
  guestKey(tenantId, guest);

/** A time as annotations hold it; undefined for text that is none. */
export function timeOf(value: string | undefined): number | undefined {
  const at = Date.parse(value ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** As the mapping API tells it, if it tells something that we know; else what Fabric makes of such a guest. */
export const principalTypeOf = (told: string | undefined, expected: PrincipalType): PrincipalType =>
  told === 'Group' || told === 'ServicePrincipal' ? told : expected;
