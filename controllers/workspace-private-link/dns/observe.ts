import { blindness } from '../../../operator/runtime/reading.ts';
import { recordsByHand } from '../desired.ts';
import { ADOPTED_TAG, OWNER_TAG, same } from '../desired-names.ts';
import type { EndpointBase } from '../endpoint/observe.ts';
import { proofOf } from '../proof/observe.ts';
import { type EndpointContext, type Reader, settled } from '../reading.ts';
import type {
  ARecord,
  Desired,
  DesiredDns,
  DesiredEndpoint,
  DnsFacts,
  DnsSeen,
  DnsZone,
  Fault,
  RecordWrite,
} from '../types.ts';
import { dnsInPlace } from './machine.ts';
import { observeLinks } from './observe-links.ts';
import { type Expected, recordAt, recordsOf, sameAddresses, sharedRecords, sharersOf } from './observe-records.ts';
import { findUnwantedGroup } from './observe-unwanted-group.ts';
import { isOfCluster } from './zone-users.ts';

const unreadDns = (dns: DesiredDns | undefined): DnsFacts => ({
  endpoint: 'notYet',
  wanted: dns?.mode ?? 'none',
  zone: 'unobservable',
  links: 'unobservable',
  records: 'unobservable',
  hold: 'free',
});

const unread = (facts: DnsFacts, dns: DesiredDns | undefined, fault?: Fault): DnsSeen => ({
  facts,
  details: {},
  proof: { facts: { dns: 'notYet', verify: dns?.verify.mode ?? 'None', proof: 'unobservable' } },
  ...(fault && { fault }),
});

/** Nothing is looked at before the endpoint is approved. */
export const unapprovedDns = (dns: DesiredDns | undefined): DnsSeen => unread(unreadDns(dns), dns);

/** What is missing here is made before long, and no name can lead to the endpoint by it until then. */
const UNDER_WAY: { links: readonly DnsFacts['links'][]; records: readonly DnsFacts['records'][] } = {
  links: ['missing', 'inProgress'],
  records: ['missing', 'provisioning'],
};

/** Reads zone, links, records and proof of one approved endpoint; `all` are the endpoints of this object, for shared record sets. */
export async function observeDns(
  context: EndpointContext,
  base: EndpointBase,
  all: readonly EndpointBase[],
): Promise<DnsSeen> {
  const { dns } = base.desired;
  const facts = { ...unreadDns(dns), endpoint: 'approved' as const };
  if (!dns) return unread(facts, dns);
  const zone = await observeZone(context, dns);
  if (zone.state !== 'present' && zone.state !== 'unnoted') {
    return unread({ ...facts, zone: zone.state }, dns, zone.fault);
  }
  const links = await observeLinks(context, dns);
  const records = await observeRecords(context, dns, base, all);
  const isEarly = UNDER_WAY.links.includes(links.state) || UNDER_WAY.records.includes(records.state);
  const proof = await proofOf(context, { dns, base, all, expected: records.expected, links: links.all, isEarly });
  const fault = links.fault ?? records.fault;
  const met = { ...facts, zone: zone.state, links: links.state, records: records.state };
  return {
    facts: met,
    proof: {
      facts: { dns: dnsInPlace(met) ? 'inPlace' : 'notYet', verify: dns.verify.mode, proof: proof.state },
      detail: proof.detail,
      fault: proof.fault ?? fault,
    },
    ...(links.write && { linkToWrite: links.write }),
    ...(links.surplus && { surplusLink: links.surplus }),
    ...(links.toNote && { linksToNote: links.toNote }),
    ...(records.write && { recordToWrite: records.write }),
    ...(records.isGrouped && { isGrouped: true }),
    pending: {
      links: links.pending?.links ?? [],
      surplus: links.pending?.surplus ?? [],
      records: records.pending ?? [],
    },
    details: { Link: links.detail, Records: records.detail },
    ...(fault && { fault }),
  };
}

export async function observeZone(
  context: EndpointContext,
  dns: DesiredDns,
): Promise<{ state: DnsFacts['zone']; fault?: Fault }> {
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
  { desired, provenance }: Pick<Reader, 'desired' | 'provenance'>,
  { given, zoneId }: DesiredDns,
  zone: DnsZone | undefined,
): DnsFacts['zone'] {
  if (!zone) return given ? 'givenAbsent' : 'absent';
  // Who names a zone has said that it may be used.
  if (given || provenance.zones.some((id) => same(id, zoneId))) return 'present';
  if (isOfCluster(zone.tags, desired.clusterId)) return 'unnoted';
  return desired.adoption === 'Never' ? 'unadopted' : 'present';
}

type RecordsSeen = {
  state: DnsFacts['records'];
  /** What names should answer; undefined while addresses are unknown. */
  expected: Expected | undefined;
  write?: DnsSeen['recordToWrite'];
  isGrouped?: true;
  /** Names of all sets that differ; the first is the one to write next. */
  pending?: readonly string[];
  detail?: string;
  fault?: Fault;
};

async function observeRecords(
  context: EndpointContext,
  dns: DesiredDns,
  base: EndpointBase,
  all: readonly EndpointBase[],
): Promise<RecordsSeen> {
  if (!base.addresses) return { state: 'unobservable', expected: undefined };
  const pending = recordsByHand(context.desired, dns);
  const reported = recordsOf(context.desired.hosts, base.addresses, base.desired);
  if (!reported) return { state: 'notReported', expected: undefined, pending };
  return dns.mode === 'ZoneGroup'
    ? observeZoneGroup(context, dns, base, reported)
    : observeRecordSets(context, dns, base, all);
}

async function readRecords(context: EndpointContext, zoneId: string, expected: Expected) {
  return settled(
    context,
    'the records of the zone',
    (call) => context.clients.arm.privateDns.records(zoneId, call),
    (records) =>
      [...expected].every(([name, addresses]) => sameAddresses(recordAt(records, name)?.addresses ?? [], addresses)),
  );
}

async function observeZoneGroup(
  context: EndpointContext,
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
  const all = records.value;
  const sets = compareRecords(context, dns.zoneId, extra, all);
  const pending = sets.pending ?? [];
  const group = read.value;
  if (!group) {
    // A zone group writes over whatever bears its names: somebody else's answers are not ours to replace.
    const others = isAlone(context, desired, dns.zoneId)
      ? all.filter((record) => whoseRecord(context.desired, record) !== 'ours')
      : all;
    const foreign = foreignRecord(context, others, own);
    return { ...(foreign ?? { state: 'missing' }), expected: own, pending };
  }
  return { ...judged(), expected: own, isGrouped: true };

  function judged(): Omit<RecordsSeen, 'expected'> {
    if (!tied(group!.zones)) {
      const ours = context.provenance.zoneGroups[desired.ref] !== undefined;
      const detail = `zone group "${group!.name}" is tied to ${group!.zones.map(({ zoneId }) => zoneId).join(', ') || 'no zone'}`;
      const strange = context.desired.adoption === 'Always' ? 'takeable' : 'foreign';
      return { state: ours ? 'moved' : strange, detail, pending };
    }
    if (group!.provisioningState === 'Failed') return { state: 'failed', pending };
    if (group!.provisioningState !== 'Succeeded') return { state: 'provisioning', pending };
    // A group writes its records when it is put, and does not notice that one of them was taken away or changed.
    // Whoever writes here beside the group would do so again: then not even adoptionPolicy Always goes on.
    const foreign = foreignRecord(context, all, own);
    if (foreign) return { state: 'foreign', detail: foreign.detail };
    if ([...own.keys()].some((name) => !recordAt(all, name))) return { state: 'drifted', pending };
    return { ...sets, state: AS_THEY_ARE.has(sets.state) ? sets.state : 'extra' };
  }
}

/** No other endpoint of this object, staying or going, has names in the zone: what bears our mark there is only left over. */
const isAlone = (
  { desired, leaving = [] }: Pick<Reader, 'desired' | 'leaving'>,
  { ref }: DesiredEndpoint,
  zoneId: string,
): boolean =>
  !desired.endpoints.some((other) => other.ref !== ref && same(other.dns?.zoneId, zoneId)) &&
  !leaving.some(({ zoneIds }) => zoneIds.some((id) => same(id, zoneId)));

const AS_THEY_ARE: ReadonlySet<DnsFacts['records']> = new Set(['met', 'foreign', 'unadopted']);

async function observeRecordSets(
  context: EndpointContext,
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
    const pending = recordsByHand(context.desired, dns);
    return { state, expected: undefined, pending, ...(detail !== undefined && { detail }), ...(fault && { fault }) };
  }
  const expected = sharedRecords(context, sharers, dns.zoneId);
  if (expected === undefined) {
    return { state: 'notReported', expected: undefined, pending: recordsByHand(context.desired, dns) };
  }
  if (expected === 'unobservable') return { state: 'unobservable', expected: undefined };
  const records = await readRecords(context, dns.zoneId, expected);
  if (records.fault) return { state: 'unobservable', expected, fault: records.fault };
  return { ...compareRecords(context, dns.zoneId, expected, records.value), expected };
}

/** Record sets that bear our name in their metadata are kept right; equal ones of anybody are good as they are. */
function compareRecords(
  { desired }: Pick<Reader, 'desired'>,
  zoneId: string,
  expected: Expected,
  records: readonly ARecord[],
): Omit<RecordsSeen, 'expected'> {
  const sets = [...expected].map(([name, addresses]) => {
    const record = recordAt(records, name);
    return { name, addresses, record, whose: whoseRecord(desired, record), isRight: isRight(record, addresses) };
  });
  const wrong = sets.filter((set) => !set.isRight);
  const strange = (state: RecordsSeen['state'], { record, addresses }: (typeof sets)[number]) => ({
    state,
    detail: describeRecord(record!, addresses),
  });
  const others = wrong.find(({ whose }) => whose === 'others');
  if (others) return strange('foreign', others);
  const nobodys = (desired.adoption === 'Never' ? sets : wrong).find(({ whose }) => whose === 'nobodys');
  if (nobodys && desired.adoption !== 'Always') {
    return strange(desired.adoption === 'Never' ? 'unadopted' : 'foreign', nobodys);
  }
  const [next] = wrong;
  if (!next) return { state: 'met' };
  const { name, addresses, record, whose } = next;
  const adopts = whose === 'nobodys' || whose === 'adopted';
  const metadata: RecordWrite['metadata'] = adopts
    ? { ...record!.metadata, [ADOPTED_TAG]: desired.owner }
    : { [OWNER_TAG]: desired.owner };
  const write = { zoneId, name, addresses, etag: record?.etag, metadata };
  const pending = wrong.map((set) => set.name);
  if (whose === 'nobodys') return { ...strange('takeable', next), write, pending };
  return { state: record ? 'drifted' : 'missing', write, pending };
}

const isRight = (record: ARecord | undefined, addresses: readonly string[]) =>
  sameAddresses(record?.addresses ?? [], addresses);

/** The first wrong set, and whether adoptionPolicy lets a zone group write over it. */
function foreignRecord(
  { desired }: Pick<Reader, 'desired'>,
  records: readonly ARecord[],
  expected: Expected,
): { state: 'foreign' | 'takeable'; detail: string } | undefined {
  for (const [name, addresses] of expected) {
    const record = recordAt(records, name);
    if (!record || isRight(record, addresses)) continue;
    const takes = desired.adoption === 'Always' && whoseRecord(desired, record) !== 'others';
    return { state: takes ? 'takeable' : 'foreign', detail: describeRecord(record, addresses) };
  }
  return undefined;
}

/** By its metadata: created or adopted by this object, another owner's, nobody's. Absent: ours to create. */
export function whoseRecord(
  { owner }: Desired,
  record: ARecord | undefined,
): 'ours' | 'adopted' | 'others' | 'nobodys' {
  const created = record?.metadata[OWNER_TAG];
  const adopted = record?.metadata[ADOPTED_TAG];
  if (!record || created === owner) return 'ours';
  if (created !== undefined) return 'others';
  if (adopted === owner) return 'adopted';
  return adopted === undefined ? 'nobodys' : 'others';
}

const describeRecord = ({ name, addresses }: ARecord, wanted: readonly string[]) =>
  `record "${name}" holds ${addresses.join(', ') || 'no address'}, the endpoint has ${wanted.join(', ')}`;
