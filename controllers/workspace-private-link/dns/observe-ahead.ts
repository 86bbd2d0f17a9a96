import { recordsByHand } from '../desired.ts';
import { same } from '../desired-names.ts';
import type { EndpointBase } from '../endpoint/observe.ts';
import { type EndpointContext, settled } from '../reading.ts';
import type { ARecord, DesiredDns, DnsFacts, DnsPending, DnsSeen, Fault } from '../types.ts';
import { observeZone, unapprovedDns, whoseRecord } from './observe.ts';
import { linkedElsewhere, observeLinks } from './observe-links.ts';
import { recordAt, sharersOf } from './observe-records.ts';
import { findUnwantedGroup } from './observe-unwanted-group.ts';

type Ahead<S> = { state: S; pending: readonly string[]; detail?: string | undefined; fault?: Fault | undefined };

/**
 * What can be seen of an endpoint's DNS before the endpoint is approved. Only a plan asks for it: the ladder itself
 * rests until then, because the addresses that names should lead to are not known yet.
 */
export async function observeDnsAhead(
  context: EndpointContext,
  base: EndpointBase,
  all: readonly EndpointBase[],
): Promise<DnsSeen> {
  const { dns } = base.desired;
  const blank = unapprovedDns(dns);
  const { facts } = blank;
  if (!dns) return blank;
  const zone = await observeZone(context, dns);
  const isThere = zone.state === 'present' || zone.state === 'unnoted';
  if (!isThere && zone.state !== 'absent') {
    const ahead = { facts: { ...facts, zone: zone.state }, proof: 'unobservable' as const };
    return { ...blank, ahead, ...(zone.fault && { fault: zone.fault }) };
  }
  const links = isThere ? await observeLinks(context, dns) : await linksOfNoZone(context, dns);
  const found = isThere ? await readRecords(context, dns) : { value: [] };
  const records: Ahead<DnsFacts['records']> = found.fault
    ? { state: 'unobservable', pending: [], fault: found.fault }
    : dns.mode === 'ZoneGroup'
      ? await groupAhead(context, dns, base, found.value)
      : await recordsAhead(context, dns, base, all, found.value);
  const pending: DnsPending = {
    links: links.pending?.links ?? [],
    surplus: links.pending?.surplus ?? [],
    records: records.pending,
  };
  const isVisible = dns.links.length > 0 || (links.all ?? []).some(({ state }) => state === 'Completed');
  const fault = links.fault ?? records.fault;
  return {
    ...blank,
    ahead: {
      facts: { ...facts, zone: zone.state, links: links.state, records: records.state },
      proof: isVisible ? 'unobservable' : 'unlinked',
    },
    pending,
    details: { Link: links.detail, Records: records.detail },
    ...(fault && { fault }),
  };
}

/** A zone that is to be made has no links; the networks may have some to another one. */
async function linksOfNoZone(
  context: EndpointContext,
  dns: DesiredDns,
): Promise<Awaited<ReturnType<typeof observeLinks>>> {
  const pending = { links: dns.links, surplus: [] };
  for (const { virtualNetworkId } of dns.links) {
    const detail = await linkedElsewhere(context, dns.zoneId, virtualNetworkId);
    if (detail !== undefined) return { state: 'elsewhere', all: [], detail, pending };
  }
  return { state: dns.links.length > 0 ? 'missing' : 'met', all: [], pending };
}

const readRecords = (context: EndpointContext, { zoneId }: DesiredDns) =>
  settled(
    context,
    'the records of the zone',
    (call) => context.clients.arm.privateDns.records(zoneId, call),
    () => true,
  );

/** Which addresses the endpoint will have is not known, so that whatever others have written under its names is in the way. */
async function groupAhead(
  context: EndpointContext,
  dns: DesiredDns,
  base: EndpointBase,
  records: readonly ARecord[],
): Promise<Ahead<DnsFacts['records']>> {
  const extras = recordsByHand(context.desired, dns);
  const strange = inTheWay(context, records, extras);
  if (strange && strange.state !== 'takeable') return strange;
  const read = base.actual
    ? await settled(
        context,
        'the zone group of the endpoint',
        (call) => context.clients.arm.privateEndpoints.zoneGroup(base.desired.scope, call),
        () => true,
      )
    : { value: undefined };
  if (read.fault) return { state: 'unobservable', pending: [], fault: read.fault };
  const pending = extras;
  const group = read.value;
  if (!group) {
    const hosts = context.desired.hosts.map(({ record }) => record);
    const there = inTheWay(context, records, hosts);
    // Of nobody, or of another owner: a group writes over either, and only adoptionPolicy Always lets it, over the first.
    const takes = there?.state === 'takeable';
    return there ? { ...there, state: takes ? 'takeable' : 'foreign', pending } : { state: 'missing', pending };
  }
  if (!group.zones.some(({ zoneId }) => same(zoneId, dns.zoneId))) {
    const ours = context.provenance.zoneGroups[base.desired.ref] !== undefined;
    const others = context.desired.adoption === 'Always' ? 'takeable' : 'foreign';
    return { state: ours ? 'moved' : others, pending, detail: `zone group "${group.name}" is tied to another zone` };
  }
  if (group.provisioningState === 'Failed') return { state: 'failed', pending };
  if (group.provisioningState !== 'Succeeded') return { state: 'provisioning', pending };
  // The zone was taken away, and the records with it: the group does not notice.
  if (context.desired.hosts.some(({ record }) => !recordAt(records, record))) return { state: 'drifted', pending };
  return { state: extras.length > 0 ? 'extra' : 'met', pending };
}

async function recordsAhead(
  context: EndpointContext,
  dns: DesiredDns,
  base: EndpointBase,
  all: readonly EndpointBase[],
  records: readonly ARecord[],
): Promise<Ahead<DnsFacts['records']>> {
  const pending = recordsByHand(context.desired, dns);
  const unwanted = await findUnwantedGroup(context, dns, base, sharersOf(all, dns.zoneId));
  if (unwanted.state === 'own') return { state: 'grouped', pending, detail: unwanted.detail };
  if (unwanted.state === 'unobservable') return { state: 'unobservable', pending: [], fault: unwanted.fault };
  const strange = inTheWay(context, records, pending);
  if (strange) return { ...strange, pending };
  return { state: pending.some((name) => recordAt(records, name)) ? 'drifted' : 'missing', pending };
}

/** The first set under these names that is not ours to write, and what adoptionPolicy makes of it. */
function inTheWay(
  { desired }: EndpointContext,
  records: readonly ARecord[],
  names: readonly string[],
): Ahead<'foreign' | 'takeable' | 'unadopted'> | undefined {
  const sets = names.flatMap((name) => recordAt(records, name) ?? []);
  const others = sets.find((record) => whoseRecord(desired, record) === 'others');
  const found = others ?? sets.find((record) => whoseRecord(desired, record) === 'nobodys');
  if (!found) return undefined;
  const policies = { IfIdentical: 'foreign', Always: 'takeable', Never: 'unadopted' } as const;
  const detail = `record "${found.name}" holds ${found.addresses.join(', ') || 'no address'}`;
  return { state: others ? 'foreign' : policies[desired.adoption], pending: [], detail };
}
