import type { WorkspacePrivateLinkStatus } from '../../../crds/workspace-private-link.ts';
import { networkOf, same } from '../desired-names.ts';
import type { EndpointSeen, GatewaySeen, PlacementFacts, Rest, Seen } from '../types.ts';

type GatewayStatus = NonNullable<NonNullable<WorkspacePrivateLinkStatus['endpoints']>[number]['gateway']>;

const ZONE = 'privatelink.fabric.microsoft.com';
const MESSAGE_LIMIT = 2_048;

/** What is known of the data gateway that an endpoint is for, and what a person must set up for it. */
export function gatewayStatus(seen: Seen, endpoint: EndpointSeen): GatewayStatus | undefined {
  const { placement } = endpoint;
  if (!placement?.gateway) return undefined;
  const { known, state } = placement.gateway;
  const message = [
    place(seen, endpoint, placement.gateway),
    stateNote(placement.gateway),
    outboundNote(placement.gateway),
  ]
    .filter((part) => part !== '')
    .join(' ');
  return {
    ...(known && { type: known.type.slice(0, 64) }),
    ...(known?.displayName !== undefined && { displayName: known.displayName.slice(0, 200) }),
    state: (state ?? 'Unknown').slice(0, 32),
    message: message.slice(0, MESSAGE_LIMIT),
  };
}

/** The ids behind the fact, for the sentence of the placement ladder. */
export function gatewayDetail({ desired, placement }: EndpointSeen, { reason }: Rest): string | undefined {
  const gateway = placement?.gateway;
  if (!gateway) return undefined;
  const { virtualNetworkId, subnetId } = gateway.known ?? {};
  const network = networkOf(desired.spec.subnetId);
  if (reason === 'GatewayInOtherNetwork') {
    return `${nameOf(gateway)} runs in ${virtualNetworkId}, the endpoint's subnet is in ${network}`;
  }
  if (reason === 'GatewaySubnet') return `${nameOf(gateway)} has ${subnetId}`;
  const asked = `gateway ${gateway.id}, asked for by ${gateway.identity.split('/').at(-1)}`;
  if (reason === 'GatewayNotVisible') return asked;
  if (reason !== 'GatewayNotFound') return undefined;
  return `${asked}, which sees ${gateway.othersSeen ? 'other gateways' : 'no gateway at all'}`;
}

const nameOf = ({ id, known }: GatewaySeen) => (known?.displayName === undefined ? id : `"${known.displayName}"`);

function place(seen: Seen, endpoint: EndpointSeen, gateway: GatewaySeen): string {
  const network = networkOf(endpoint.desired.spec.subnetId);
  const words: Record<PlacementFacts['gateway'], () => string> = {
    fits: () =>
      `It runs in the endpoint's network, ${network}, in another subnet, as it should.${linkNote(endpoint, network)}`,
    otherNetwork: () =>
      `It runs in ${gateway.known?.virtualNetworkId}, and the endpoint is for ${network}: nothing that passes through the gateway reaches the endpoint by that.`,
    ownSubnet: () => 'The endpoint is for the subnet that is delegated to the gateway, which can hold nothing else.',
    onPremises: () => onPremises(seen, endpoint, network),
    notVisible: () => 'It exists, and the identity has no role on it, so that nothing is checked.',
    notFound: () => 'It does not exist, or the identity has no role on it.',
    unchecked: () => unchecked(gateway),
    none: () => '',
  };
  return words[endpoint.placement?.facts.gateway ?? 'none']();
}

function unchecked({ known, fault }: GatewaySeen): string {
  if (!known) {
    const why = fault ? `: ${fault.error.message}` : '';
    return `It could not be looked up${why}; nothing is checked, and nothing is held up.`;
  }
  if (known.type === 'OnPremisesPersonal') {
    return 'It is a personal gateway, of which Fabric tells no network and which nobody else can use; nothing is checked.';
  }
  return `Fabric tells no network of it (type ${known.type}); nothing is checked, and nothing is held up.`;
}

/** Fabric knows nothing of its network (cloud-apis 13): the manifest says it, and people make it so. */
function onPremises({ desired }: Seen, endpoint: EndpointSeen, network: string): string {
  const addresses = endpoint.addresses.map(({ address }) => address);
  const to =
    addresses.length > 0 ? addresses.join(', ') : "the endpoint's addresses, shown in this entry once it is approved";
  const hosts = desired.hosts.map(({ host }) => host);
  return [
    `Fabric tells nothing about the network of an on-premises gateway: that its machines reach ${network} is taken from the spec and not proven.`,
    `To be set up by a person: on the DNS servers that the gateway machines ask, a conditional forwarder for ${ZONE} to a resolver in that network (such as the inbound endpoint of an Azure DNS Private Resolver), so that ${hosts.join(', ')} resolve to ${to};`,
    `and a way for TCP 443 (1433, too, for a warehouse) from the gateway machines to these addresses. Check on such a machine: nslookup ${hosts[0]}.${linkNote(endpoint, network)}`,
  ].join(' ');
}

/** A resolver in the network knows the names only where the zone is linked to it. */
function linkNote({ desired: { dns } }: EndpointSeen, network: string): string {
  const isLinked = dns?.links.some(({ virtualNetworkId }) => same(virtualNetworkId, network));
  return isLinked
    ? ''
    : ` No entry of dns.virtualNetworkLinks names that network: names resolve there only if somebody links the zone ${ZONE} to it.`;
}

function stateNote({ state, known, fault }: GatewaySeen): string {
  if (known && fault) return `Whether it is online is not known: ${fault.error.message}.`;
  if (state !== 'Offline') return '';
  return known?.type === 'OnPremises'
    ? 'It does not answer: see the gateway service on its machines. The endpoint does not depend on it.'
    : 'It says Offline, as a gateway that sleeps does until somebody uses it.';
}

/** Nothing is read for this: Fabric does not tell which workspaces use a gateway. */
const outboundNote = ({ known }: GatewaySeen): string =>
  known
    ? `If a workspace that uses it denies outbound access, its rules must allow it: {"id": "${known.id}"} in allowedGateways of https://api.fabric.microsoft.com/v1/workspaces/<that workspace>/networking/communicationPolicy/outbound/gateways (a PUT replaces the whole list).`
    : '';
