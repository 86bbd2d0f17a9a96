import { linkedZone } from './desired.ts';
import { isFabricZone, OWNER_TAG, same, subscriptionOf } from './desired-names.ts';
import type { EndpointBase } from './observe-endpoint.ts';
import { proofOf } from './observe-proof.ts';
import { type Expected, recordAt, recordsOf, sameAddresses, sharedRecords, sharersOf } from './observe-records.ts';
import { findUnwantedGroup } from './observe-unwanted-group.ts';
import { blindness, type Context, settled } from './reading.ts';
import type {
  ARecord,
  DesiredDns,
  DesiredLink,
  DnsFacts,
  DnsSeen,
  DnsZone,
  Fault,
  VirtualNetworkLink,
} from './types.ts';
import { isDisputed, servesStrangers } from './zone-neighbours.ts';
import { isOfCluster, isSurplus, linkRef } from './zone-users.ts';

export const unreadDns = (dns: DesiredDns | undefined): DnsFacts => ({
  endpoint: 'notYet',
  wanted: dns?.mode ?? 'none',
  zone: 'unobservable',
  links: 'unobservable',
  records: 'unobservable',
  hold: 'free',
  verify: dns?.verify.mode ?? 'None',
  proof: 'unobservable',
});

/** Reads zone, links, records and proof of one approved endpoint; `all` are the endpoints of this object, for shared record sets. */
export async function observeDns(context: Context, base: EndpointBase, all: readonly EndpointBase[]): Promise<DnsSeen> {
  const { dns } = base.desired;
  const facts = { ...unreadDns(dns), endpoint: 'approved' as const };
  if (!dns) return { facts, details: {} };
  const zone = await observeZone(context, dns);
  if (zone.state !== 'present' && zone.state !== 'unnoted') {
    return { facts: { ...facts, zone: zone.state }, details: {}, ...(zone.fault && { fault: zone.fault }) };
  }
  const links = await observeLinks(context, dns);
  const records = await observeRecords(context, dns, base, all);
  const proof = await proofOf(context, { dns, base, expected: records.expected, links: links.all });
  const fault = links.fault ?? records.fault ?? proof.fault;
  const details = { Link: links.detail, Records: records.detail, Verified: proof.detail };
  return {
    facts: { ...facts, zone: zone.state, links: links.state, records: records.state, proof: proof.state },
    ...(links.write && { linkToWrite: links.write }),
    ...(links.surplus && { surplusLink: links.surplus }),
    ...(records.write && { recordToWrite: records.write }),
    details,
    ...(fault && { fault }),
  };
}

async function observeZone(context: Context, dns: DesiredDns): Promise<{ state: DnsFacts['zone']; fault?: Fault }> {
  if (dns.conflict) return { state: 'conflict' };
  const zone = await settled(
    context,
    'the private DNS zone',
    (call) => context.clients.arm.privateDns.zone(dns.zoneId, call),
    (value) => value !== undefined,
  );
  if (zone.fault) return { state: blindness(zone.fault), fault: zone.fault };
  return { state: zoneFact(context, dns, zone.value) };
}

function zoneFact(
  { desired, provenance }: Pick<Context, 'desired' | 'provenance'>,
  { given, zoneId }: DesiredDns,
  zone: DnsZone | undefined,
): DnsFacts['zone'] {
  if (!zone) return given ? 'givenAbsent' : 'absent';
  const shared = !given && isOfCluster(zone.tags, desired.clusterId);
  return shared && !provenance.zones.some((id) => same(id, zoneId)) ? 'unnoted' : 'present';
}

type LinksSeen = {
  state: DnsFacts['links'];
  all: readonly VirtualNetworkLink[] | undefined;
  write?: DnsSeen['linkToWrite'];
  surplus?: DnsSeen['surplusLink'];
  detail?: string;
  fault?: Fault;
};

async function observeLinks(context: Context, dns: DesiredDns): Promise<LinksSeen> {
  const links = await settled(
    context,
    'the virtual network links of the zone',
    (call) => context.clients.arm.privateDns.links(dns.zoneId, call),
    (all) => compareLinks(context, dns, all).state === 'met',
  );
  if (links.fault) return { state: 'unobservable', all: undefined, fault: links.fault };
  const compared = compareLinks(context, dns, links.value);
  if (compared.state === 'surplus' || compared.state === 'last') return surplusUnlessUsed(context, dns, compared);
  if (compared.state !== 'missing') return compared;
  const elsewhere = await linkedElsewhere(context, dns.zoneId, compared.write!.link.virtualNetworkId);
  return elsewhere === undefined ? compared : { ...compared, state: 'elsewhere', detail: elsewhere };
}

/** In a zone that is shared, somebody may depend on a link without asking for it. */
async function surplusUnlessUsed(context: Context, { zoneId, given }: DesiredDns, compared: LinksSeen) {
  if (given) return compared;
  const { surplus: _, ...kept } = compared;
  const records = await settled(
    context,
    'the records of the zone',
    (call) => context.clients.arm.privateDns.records(zoneId, call),
    (all) => servesStrangers(context, zoneId, all),
  );
  const isUsed = records.fault !== undefined || servesStrangers(context, zoneId, records.value);
  return isUsed ? { ...kept, state: 'met' as const } : compared;
}

function compareLinks(context: Context, dns: DesiredDns, all: readonly VirtualNetworkLink[]): LinksSeen {
  const { zoneId } = dns;
  const tags = { [OWNER_TAG]: context.desired.clusterId };
  const found = (link: DesiredLink) =>
    all.find(({ virtualNetworkId }) => same(virtualNetworkId, link.virtualNetworkId));
  const wrong = dns.links.filter((link) => found(link) && found(link)!.fallbackToInternet !== link.fallbackToInternet);
  // A policy that we do not know may be what somebody wants: to write it over each time would never end.
  const differing = wrong.find(
    (link) =>
      found(link)!.fallbackToInternet === undefined ||
      !isOfCluster(found(link)!.tags, context.desired.clusterId) ||
      isDisputed(context, zoneId, link),
  );
  if (differing) return { state: 'differs', all, detail: describeLink(differing, found(differing)!) };
  const missing = dns.links.find((link) => !found(link));
  if (missing) return { state: 'missing', all, write: { zoneId, link: missing, etag: undefined, tags } };
  const drifted = wrong[0] && { link: wrong[0], actual: found(wrong[0])! };
  if (drifted) {
    const link = { ...drifted.link, name: drifted.actual.name };
    return { state: 'drifted', all, write: { zoneId, link, etag: drifted.actual.etag, tags } };
  }
  if (dns.links.some((link) => found(link)!.state !== 'Completed')) return { state: 'inProgress', all };
  const surplus = all.find((link) => isSurplus(context, zoneId, link));
  if (surplus) {
    const stays = all.some((link) => link.state === 'Completed' && !isSurplus(context, zoneId, link));
    return { state: stays ? 'surplus' : 'last', all, surplus: linkRef(zoneId, surplus) };
  }
  return { state: 'met', all };
}

const describeLink = (wanted: DesiredLink, { name, fallbackToInternet }: VirtualNetworkLink) =>
  fallbackToInternet === undefined
    ? `link "${name}" has a resolution policy that this version of the operator does not know`
    : `link "${name}" has fallbackToInternet ${fallbackToInternet}, the spec says ${wanted.fallbackToInternet}`;

/** Azure refuses a second zone of one name in a network (cloud-apis 10.5): looked for before a link is made, where we can see. */
async function linkedElsewhere(context: Context, zoneId: string, networkId: string): Promise<string | undefined> {
  const { privateDns } = context.clients.arm;
  const first = linkedZone(context.desired, networkId);
  if (first !== undefined && !same(first, zoneId)) {
    return `another endpoint of this object links network ${networkId} to zone ${first}`;
  }
  for (const subscription of new Set(
    [subscriptionOf(networkId), subscriptionOf(zoneId)].map((id) => id.toLowerCase()),
  )) {
    const zones = await settled(
      context,
      'the private DNS zones',
      (call) => privateDns.zones(subscription, call),
      () => true,
    );
    // What cannot be read here is found out by the link itself, which Azure then refuses.
    const others = (zones.value ?? []).filter(({ id }) => isFabricZone(id) && !same(id, zoneId));
    for (const { id } of others) {
      const links = await settled(
        context,
        'the links of another zone',
        (call) => privateDns.links(id, call),
        () => true,
      );
      if (links.value?.some(({ virtualNetworkId }) => same(virtualNetworkId, networkId))) {
        return `network ${networkId} is linked to zone ${id}`;
      }
    }
  }
  return undefined;
}

type RecordsSeen = {
  state: DnsFacts['records'];
  /** What names should answer; undefined while addresses are unknown. */
  expected: Expected | undefined;
  write?: DnsSeen['recordToWrite'];
  detail?: string;
  fault?: Fault;
};

async function observeRecords(
  context: Context,
  dns: DesiredDns,
  base: EndpointBase,
  all: readonly EndpointBase[],
): Promise<RecordsSeen> {
  if (!base.addresses) return { state: 'unobservable', expected: undefined };
  const reported = recordsOf(context.desired.hosts, base.addresses, base.desired);
  if (!reported) return { state: 'notReported', expected: undefined };
  return dns.mode === 'ZoneGroup'
    ? observeZoneGroup(context, dns, base, reported)
    : observeRecordSets(context, dns, base, all);
}

async function readRecords(context: Context, zoneId: string, expected: Expected) {
  return settled(
    context,
    'the records of the zone',
    (call) => context.clients.arm.privateDns.records(zoneId, call),
    (records) =>
      [...expected].every(([name, addresses]) => sameAddresses(recordAt(records, name)?.addresses ?? [], addresses)),
  );
}

async function observeZoneGroup(
  context: Context,
  dns: DesiredDns,
  { desired }: EndpointBase,
  { own, extra }: { own: Expected; extra: Expected },
): Promise<RecordsSeen> {
  const tied = (zones: readonly { zoneId: string }[]) => zones.some(({ zoneId }) => same(zoneId, dns.zoneId));
  const read = await settled(
    context,
    'the zone group of the endpoint',
    (call) => context.clients.arm.privateEndpoints.zoneGroup(desired.scope, call),
    (group) => group?.provisioningState === 'Succeeded' && tied(group.zones),
  );
  if (read.fault) return { state: 'unobservable', expected: own, fault: read.fault };
  const records = await readRecords(context, dns.zoneId, new Map([...own, ...extra]));
  if (records.fault) return { state: 'unobservable', expected: own, fault: records.fault };
  const group = read.value;
  if (!group) {
    // A zone group writes over whatever bears its names: somebody else's answers are not ours to replace.
    const foreign = foreignRecord(records.value, own);
    return foreign === undefined
      ? { state: 'missing', expected: own }
      : { state: 'foreign', expected: own, detail: foreign };
  }
  if (!tied(group.zones)) {
    const ours = context.provenance.zoneGroups[desired.name] !== undefined;
    const detail = `zone group "${group.name}" is tied to ${group.zones.map(({ zoneId }) => zoneId).join(', ') || 'no zone'}`;
    return { state: ours ? 'moved' : 'foreign', expected: own, detail };
  }
  if (group.provisioningState === 'Failed') return { state: 'failed', expected: own };
  if (group.provisioningState !== 'Succeeded') return { state: 'provisioning', expected: own };
  // A group writes its records when it is put, and does not notice that one of them was taken away or changed.
  const foreign = foreignRecord(records.value, own);
  if (foreign !== undefined) return { state: 'foreign', expected: own, detail: foreign };
  if ([...own.keys()].some((name) => !recordAt(records.value, name))) return { state: 'drifted', expected: own };
  const sets = compareRecords(context, dns.zoneId, extra, records.value);
  return { ...sets, expected: own, state: sets.state === 'met' || sets.state === 'foreign' ? sets.state : 'extra' };
}

async function observeRecordSets(
  context: Context,
  dns: DesiredDns,
  base: EndpointBase,
  all: readonly EndpointBase[],
): Promise<RecordsSeen> {
  const sharers = sharersOf(all, dns.zoneId);
  const unwanted = await findUnwantedGroup(context, dns, base, sharers);
  if (unwanted.state !== 'none') {
    const { detail, fault } = unwanted;
    const state = ({ own: 'grouped', neighbour: 'provisioning', unobservable: 'unobservable' } as const)[
      unwanted.state
    ];
    // What answers now is about to go, and proves nothing.
    return { state, expected: undefined, ...(detail !== undefined && { detail }), ...(fault && { fault }) };
  }
  const expected = sharedRecords(context, sharers);
  if (expected === undefined) return { state: 'notReported', expected: undefined };
  if (expected === 'unobservable') return { state: 'unobservable', expected: undefined };
  const records = await readRecords(context, dns.zoneId, expected);
  if (records.fault) return { state: 'unobservable', expected, fault: records.fault };
  return { ...compareRecords(context, dns.zoneId, expected, records.value), expected };
}

/** Record sets of ours carry our owner in their metadata; equal ones of anybody are good as they are. */
function compareRecords(
  { desired }: Context,
  zoneId: string,
  expected: Expected,
  records: readonly ARecord[],
): Omit<RecordsSeen, 'expected'> {
  const wrong = [...expected].filter(
    ([name, addresses]) => !sameAddresses(recordAt(records, name)?.addresses ?? [], addresses),
  );
  const ours = (record: ARecord | undefined) => !record || record.metadata[OWNER_TAG] === desired.owner;
  const foreign = wrong.find(([name]) => !ours(recordAt(records, name)));
  if (foreign) return { state: 'foreign', detail: describeRecord(recordAt(records, foreign[0])!, foreign[1]) };
  const next = wrong[0];
  if (!next) return { state: 'met' };
  const record = recordAt(records, next[0]);
  const write = { zoneId, name: next[0], addresses: next[1], etag: record?.etag };
  return { state: record ? 'drifted' : 'missing', write };
}

function foreignRecord(records: readonly ARecord[], expected: Expected): string | undefined {
  for (const [name, addresses] of expected) {
    const record = recordAt(records, name);
    if (record && !sameAddresses(record.addresses, addresses)) return describeRecord(record, addresses);
  }
  return undefined;
}

const describeRecord = ({ name, addresses }: ARecord, wanted: readonly string[]) =>
  `record "${name}" holds ${addresses.join(', ') || 'no address'}, the endpoint has ${wanted.join(', ')}`;
