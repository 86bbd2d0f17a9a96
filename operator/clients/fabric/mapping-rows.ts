import { isObject } from '../error-body.ts';
import { timeIn } from '../raw.ts';
import type { GuestRef, Mapping, MappingRow } from './types.ts';

type Raw = Readonly<Record<string, unknown>>;
type PrincipalType = 'ServicePrincipal' | 'Group';

/** A row with the names of its members in lower case: nobody says how the service spells them. */
export type ReadRow = MappingRow & { members: Raw };

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const OVER = /^(soft)?(delet(ed|ing)|tombstoned?|pendingdelet(ion|e)|removed|revoked)$/i;
const LIVE = /^(active|enabled|succeeded|ready|configured|created|live)$/i;

const GUEST_TENANT = ['guesttenantid', 'guesttenantobjectid', 'guest.tenantid', 'tenantid'];
const GUEST = ['guestobjectid', 'guestid', 'guestprincipalid', 'guest.objectid', 'guest.id'];
/** What may be the guest, the principal that Fabric created, or the mapping itself (U17, U18, U20). */
const ANYBODY = ['objectid', 'principalid', 'principalobjectid', 'principal.id', 'id'];
const PRINCIPAL: readonly (readonly [name: string, type?: PrincipalType])[] = [
  ['serviceprincipalid', 'ServicePrincipal'],
  ['serviceprincipalobjectid', 'ServicePrincipal'],
  ['serviceprincipal.id', 'ServicePrincipal'],
  ['providergroupid', 'Group'],
  ['groupid', 'Group'],
  ['group.id', 'Group'],
  ['providerobjectid'],
  ['providerprincipalid'],
  ['providerprincipal.id'],
  ['fabricidentityid'],
  ['fabricidentity.id'],
];
const STATES = ['status', 'state', 'mappingstatus', 'mappingstate', 'lifecyclestate', 'provisioningstate'];
/** How services say "never" and "nobody" where a member must have a value. */
const UNSET = /^((0001|1601|1900|1970)-01-01(?!\d)|0{8}(-0{4}){3}-0{12}$)/;
const CREATED = ['createdat', 'createddatetime', 'createdtimeutc', 'createdtime', 'createddate'];

/** What can be read of a row without knowing whom it is looked at for. */
export function readRow(raw: Raw): ReadRow {
  const members = flat(raw);
  const mappingId = textOf(members, 'mappingid');
  const guestTenantId = firstOf(members, GUEST_TENANT);
  const guestObjectId = firstOf(members, GUEST);
  const otherIds = [...new Set(ANYBODY.flatMap((name) => textOf(members, name) ?? []))];
  const readable = guestTenantId !== undefined && (guestObjectId !== undefined || otherIds.length > 0);
  return {
    members,
    ...(mappingId === undefined ? {} : { mappingId }),
    ...(guestTenantId === undefined ? {} : { guestTenantId }),
    ...(guestObjectId === undefined ? {} : { guestObjectId }),
    otherIds,
    ...(readable ? {} : { raw: withoutPeople(raw) }),
  };
}

/** Every id under which a row may be looked for: a name that can only mean the guest rules the others out. */
export function guestIdsOf({ guestObjectId, otherIds }: MappingRow): readonly string[] {
  return guestObjectId === undefined ? otherIds : [guestObjectId];
}

/** The row as seen by who looks for this guest. The caller has found that it is about them. */
export function mappingOf({ members, mappingId }: ReadRow, guest: GuestRef): Mapping {
  const own = guest.objectId;
  const ownId = mappingId ?? textOf(members, 'id');
  const id = ownId === undefined || same(ownId, own) ? (mappingId ?? own) : ownId;
  const type = textOf(members, 'type');
  const principal = principalOf(members, [own, id]);
  const deny = members['denyuseraccess'];
  const state = firstOf(members, STATES);
  const deleted = deletedOf(members, state);
  const createdAtMs = timeOf(firstOf(members, CREATED));
  return {
    id,
    ...(type === undefined ? {} : { type }),
    ...(principal && { principal }),
    ...(typeof deny === 'boolean' ? { denyUserAccess: deny } : {}),
    ...(deleted === undefined ? {} : { deleted }),
    ...(state === undefined || !/^[\w-]{1,64}$/.test(state) ? {} : { state }),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    seen: 'listed',
  };
}

/**
 * Names that say "ours" first, then those that may mean anybody, without the guest and the mapping. Roles will be given
 * to it, so that of several different ones none is taken.
 */
function principalOf(members: Raw, others: readonly string[]): Mapping['principal'] {
  const candidates = (names: readonly (readonly [string, PrincipalType?])[]) => {
    const found = new Map<string, PrincipalType | undefined>();
    for (const [name, type] of names) {
      const id = textOf(members, name);
      if (id === undefined || !GUID.test(id) || UNSET.test(id) || others.some((other) => same(other, id))) continue;
      found.set(id.toLowerCase(), found.get(id.toLowerCase()) ?? type);
    }
    return found;
  };
  const named = candidates(PRINCIPAL);
  const found = named.size > 0 ? named : candidates(ANYBODY.map((name) => [name]));
  const [only] = found;
  if (!only || found.size > 1) return undefined;
  const type = only[1] ?? textOf(members, 'principaltype') ?? textOf(members, 'principal.type');
  return { id: only[0], ...(type === undefined ? {} : { type }) };
}

/** A mark of deletion by any name: `isDeleted`, `deleted`, `deletedAt`, or a state. */
function deletedOf(members: Raw, state: string | undefined): boolean | undefined {
  for (const [name, value] of Object.entries(members)) {
    if (!/^(is)?delet(ed|ion)/.test(name) || value === null || value === '') continue;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && !UNSET.test(value)) return !/^false$/i.test(value);
  }
  if (state === undefined) return undefined;
  if (OVER.test(state)) return true;
  return LIVE.test(state) ? false : undefined;
}

const DAY_MS = 86_400_000;

/**
 * A day without an hour, or at its very beginning, may be before our own request of that day: whose the mapping is cannot
 * be told by it.
 */
function timeOf(text = ''): number | undefined {
  const atMs = UNSET.test(text) || !/\d:\d/.test(text) ? undefined : timeIn(text);
  return atMs === undefined || atMs % DAY_MS === 0 ? undefined : atMs;
}

/** Members of the row and of the objects in it, as `guest.id`, all in lower case. */
function flat(raw: Raw, prefix = ''): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    const key = `${prefix}${name.toLowerCase()}`;
    if (isObject(value) && prefix === '') Object.assign(members, flat(value, `${key}.`));
    else members[key] = value;
  }
  return members;
}

/** For a debug log: ids, flags and states; whatever may be a person's name or address is left out. */
function withoutPeople(raw: Raw): Raw {
  const plain = (value: unknown) =>
    typeof value !== 'string' || GUID.test(value) || /^[A-Za-z]{1,32}$/.test(value) || /^\d{4}-[\d:.TZ-]+$/.test(value);
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      value === null || (typeof value !== 'object' && plain(value)) ? value : '…',
    ]),
  );
}

export const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

function textOf(members: Raw, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function firstOf(members: Raw, names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = textOf(members, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
