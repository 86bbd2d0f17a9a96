import { ADOPTED_TAG, OWNER_TAG, recordName, same } from '../desired-names.ts';
import type { EndpointBase } from '../endpoint/observe.ts';
import type { Reader } from '../reading.ts';
import type { ARecord, DesiredEndpoint, EndpointSeen, InterfaceAddress, WorkspaceHost } from '../types.ts';

/** Record name → the addresses that it should hold. */
export type Expected = ReadonlyMap<string, readonly string[]>;

/**
 * What the interface reports, host by host; hosts that it does not name are found by member (cloud-apis 10.3, U7).
 * A sixth name that appears one day gets its record too (U8). Undefined while one of the five is missing.
 */
export function recordsOf(
  hosts: readonly WorkspaceHost[],
  addresses: readonly InterfaceAddress[],
  { dns }: Pick<DesiredEndpoint, 'dns'>,
): { own: Expected; extra: Expected } | undefined {
  const own = new Map<string, readonly string[]>();
  for (const { fqdns, address } of addresses) {
    for (const fqdn of fqdns) {
      const name = recordName(fqdn);
      if (name !== undefined) own.set(name, [...new Set([...(own.get(name) ?? []), address])]);
    }
  }
  const byMember = (member: string) =>
    addresses.filter((entry) => entry.member === member).map(({ address }) => address);
  for (const { record, member } of hosts) {
    if (own.has(record)) continue;
    const found = byMember(member);
    if (found.length === 0) return undefined;
    own.set(record, found);
  }
  const extra = new Map<string, readonly string[]>();
  for (const { record, member } of dns?.extraRecords ?? []) {
    const found = byMember(member);
    if (found.length > 0) extra.set(record, found);
  }
  return { own, extra };
}

/** Endpoints of this object that write into the same zone in mode Records: a set holds the addresses of all of them. */
export const sharersOf = <T extends Pick<EndpointBase, 'desired'>>(all: readonly T[], zoneId: string): readonly T[] =>
  all.filter(({ desired }) => desired.dns?.mode === 'Records' && same(desired.dns.zoneId, zoneId));

/** Of an endpoint that stays while another one is taken away. */
export type Staying = Pick<EndpointSeen, 'desired' | 'facts' | 'addresses'>;

/**
 * Whether an endpoint that stays keeps a record set right, and so takes the addresses that go out of it. One that is not
 * connected writes nothing: names would go on leading to an address that Azure may give to anybody. Where one cannot be
 * seen, every set stays.
 */
export function keepsRight(
  { desired }: Pick<Reader, 'desired'>,
  stays: readonly Staying[],
  zoneId: string,
): ({ name }: Pick<ARecord, 'name'>) => boolean {
  const names = new Set<string>();
  for (const sharer of sharersOf(stays, zoneId)) {
    const { connection, endpoint } = sharer.facts;
    if (connection === 'unobservable' && endpoint !== 'absent') return () => true;
    if (connection !== 'approved') continue;
    const records = recordsOf(desired.hosts, sharer.addresses, sharer.desired);
    if (!records) return () => true;
    for (const name of [...records.own.keys(), ...records.extra.keys()]) names.add(name.toLowerCase());
  }
  // Beside a zone group there may be records that its endpoint asks for one by one.
  for (const { desired: one } of stays) {
    if (one.dns?.mode !== 'ZoneGroup' || !same(one.dns.zoneId, zoneId)) continue;
    for (const { record } of one.dns.extraRecords) names.add(record.toLowerCase());
  }
  return ({ name }) => names.has(name.toLowerCase());
}

/**
 * The union over those that are approved, and over those that must go on to be answered with; undefined while one of
 * them cannot be seen, which must not shrink a set.
 */
export function sharedRecords(
  { desired, leaving = [] }: Pick<Reader, 'desired' | 'leaving'>,
  sharers: readonly EndpointBase[],
  zoneId: string,
): Expected | 'unobservable' | undefined {
  const union = new Map<string, readonly string[]>();
  const join = (name: string, addresses: readonly string[]) =>
    union.set(name, [...new Set([...(union.get(name) ?? []), ...addresses])].sort());
  for (const { zoneIds, records } of leaving) {
    if (!zoneIds.some((id) => same(id, zoneId))) continue;
    if (records === 'unobservable') return 'unobservable';
    for (const [name, addresses] of records) join(name, addresses);
  }
  for (const sharer of sharers) {
    const { connection, endpoint } = sharer.facts;
    if (connection === 'unobservable' && endpoint !== 'absent') return 'unobservable';
    if (connection !== 'approved') continue;
    if (!sharer.addresses) return 'unobservable';
    const records = recordsOf(desired.hosts, sharer.addresses, sharer.desired);
    if (!records) return undefined;
    for (const [name, addresses] of [...records.own, ...records.extra]) {
      join(name, addresses);
    }
  }
  return union;
}

/** Record sets that go with us: those that we made, and under DeleteAll what we took over as well. */
export const isToGo = (
  { desired }: Pick<Reader, 'desired'>,
  policy: 'DeleteCreated' | 'DeleteAll' | 'Retain',
  { metadata }: ARecord,
): boolean =>
  (policy === 'DeleteAll' ? [OWNER_TAG, ADOPTED_TAG] : [OWNER_TAG]).some((tag) => metadata[tag] === desired.owner);

export const sameAddresses = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((address) => other.includes(address));

/** One list of a shared zone answers hundreds of objects, each asking for five of its thousands of names. */
const namedIn = new WeakMap<readonly ARecord[], ReadonlyMap<string, ARecord>>();

export function recordAt(records: readonly ARecord[], name: string): ARecord | undefined {
  let named = namedIn.get(records);
  if (!named) namedIn.set(records, (named = new Map(records.map((record) => [record.name.toLowerCase(), record]))));
  return named.get(name.toLowerCase());
}
