import { linkedZone } from '../desired.ts';
import { isFabricZone, OWNER_TAG, same, subscriptionOf } from '../desired-names.ts';
import { type EndpointContext, settled } from '../reading.ts';
import { tagOf } from '../service/observe.ts';
import type { DesiredDns, DesiredLink, DnsFacts, DnsPending, DnsSeen, Fault, VirtualNetworkLink } from '../types.ts';
import { isDisputed, servesStrangers } from './zone-neighbours.ts';
import { isOfCluster, isSurplus, linkRef, noted } from './zone-users.ts';

type LinksSeen = {
  state: DnsFacts['links'];
  all: readonly VirtualNetworkLink[] | undefined;
  write?: DnsSeen['linkToWrite'];
  surplus?: DnsSeen['surplusLink'];
  toNote?: DnsSeen['linksToNote'];
  /** All of them; the first of each is the one above. */
  pending?: Pick<DnsPending, 'links' | 'surplus'>;
  detail?: string;
  fault?: Fault;
};

/** All wanted virtual network links of the zone together, the worst first. */
export async function observeLinks(context: EndpointContext, dns: DesiredDns): Promise<LinksSeen> {
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
async function surplusUnlessUsed(context: EndpointContext, { zoneId, given }: DesiredDns, compared: LinksSeen) {
  if (given) return compared;
  const { surplus: _, pending: __, ...kept } = compared;
  const records = await settled(
    context,
    'the records of the zone',
    (call) => context.clients.arm.privateDns.records(zoneId, call),
    (all) => servesStrangers(context, zoneId, all),
  );
  const isUsed = records.fault !== undefined || servesStrangers(context, zoneId, records.value);
  return isUsed ? { ...kept, state: 'met' as const } : compared;
}

function compareLinks(context: EndpointContext, dns: DesiredDns, all: readonly VirtualNetworkLink[]): LinksSeen {
  const { zoneId } = dns;
  const tags = { [OWNER_TAG]: context.desired.clusterId };
  const found = (link: DesiredLink) =>
    all.find(({ virtualNetworkId }) => same(virtualNetworkId, link.virtualNetworkId));
  // Said by tag or by note: what is neither was made by somebody else.
  const isOurs = (link: VirtualNetworkLink) =>
    isOfCluster(link.tags, context.desired.clusterId) || noted(context.provenance, zoneId, link);
  const strange = dns.links.find((link) => found(link) && !isOurs(found(link)!));
  if (strange && context.desired.adoption === 'Never') {
    return { state: 'unadopted', all, detail: `link "${found(strange)!.name}" to ${strange.virtualNetworkId}` };
  }
  const wrong = dns.links.filter((link) => found(link) && found(link)!.fallbackToInternet !== link.fallbackToInternet);
  // A policy that we do not know may be what somebody wants: to write it over each time would never end.
  const isTheirs = (link: DesiredLink) => !isOfCluster(found(link)!.tags, context.desired.clusterId);
  const takes = context.desired.adoption === 'Always';
  const differing = wrong.find(
    (link) =>
      found(link)!.fallbackToInternet === undefined ||
      (isTheirs(link) && (!takes || hasOtherOwner(found(link)!))) ||
      isDisputed(context, zoneId, link),
  );
  if (differing) return { state: 'differs', all, detail: describeLink(differing, found(differing)!) };
  const absent = dns.links.filter((link) => !found(link));
  const surplus = all.filter((link) => isSurplus(context, zoneId, link));
  const pending = { links: [...absent, ...wrong], surplus: surplus.map((link) => linkRef(zoneId, link)) };
  const [missing] = absent;
  if (missing) return { state: 'missing', all, write: { zoneId, link: missing, etag: undefined, tags }, pending };
  const drifted = wrong[0] && { link: wrong[0], actual: found(wrong[0])! };
  if (drifted) {
    const link = { ...drifted.link, name: drifted.actual.name };
    const write = { zoneId, link, etag: drifted.actual.etag };
    // An adopted link keeps its tags: with ours it would be ours to take away.
    return isTheirs(drifted.link)
      ? {
          state: 'takeable',
          all,
          write: { ...write, tags: drifted.actual.tags },
          detail: describeLink(link, drifted.actual),
          pending,
        }
      : { state: 'drifted', all, write: { ...write, tags }, pending };
  }
  if (dns.links.some((link) => found(link)!.state !== 'Completed')) return { state: 'inProgress', all, pending };
  const [first] = surplus;
  if (first) {
    // Whether the network of a name server that proves something sees the zone by somebody else's link, nobody knows.
    const isWanted = ({ virtualNetworkId }: VirtualNetworkLink) =>
      dns.links.some((link) => same(link.virtualNetworkId, virtualNetworkId));
    const stays = all.some(
      (link) =>
        link.state === 'Completed' && !surplus.includes(link) && (dns.verify.mode !== 'Resolve' || isWanted(link)),
    );
    return { state: stays ? 'surplus' : 'last', all, surplus: linkRef(zoneId, first), pending };
  }
  // Whoever of this cluster goes last takes it away, and has to know that it may.
  const toNote = dns.links.flatMap((link) => {
    const shared = found(link)!;
    const isKnown = noted(context.provenance, zoneId, shared);
    return !isKnown && isOfCluster(shared.tags, context.desired.clusterId) ? [shared] : [];
  });
  return toNote.length > 0 ? { state: 'unnoted', all, toNote } : { state: 'met', all };
}

/** Marked by another cluster's operator, whom we would only fight. */
const hasOtherOwner = ({ tags }: VirtualNetworkLink) => tagOf(tags, OWNER_TAG) !== undefined;

const describeLink = (wanted: DesiredLink, { name, fallbackToInternet }: VirtualNetworkLink) =>
  fallbackToInternet === undefined
    ? `link "${name}" has a resolution policy that this version of the operator does not know`
    : `link "${name}" has fallbackToInternet ${fallbackToInternet}, the spec says ${wanted.fallbackToInternet}`;

/** Azure refuses a second zone of one name in a network (cloud-apis 10.5): looked for before a link is made, where we can see. */
export async function linkedElsewhere(
  context: EndpointContext,
  zoneId: string,
  networkId: string,
): Promise<string | undefined> {
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
