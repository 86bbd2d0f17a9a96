import type { Reason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from './describe-wording.ts';

const GRANT_GATEWAY_ROLE =
  'grant the identity a role on the gateway (in Fabric: Settings, Manage connections and gateways, the gateway, Manage users; Connection creator is enough)';

/** About endpoints and where they are placed. */
export const ENDPOINT_WORDING = {
  AwaitingPlacement: {
    says: 'the endpoint cannot be created where the spec says; one that is elsewhere is left until it can',
    next: 'the operator creates it once it can',
  },
  EndpointCreating: { says: 'the private endpoint is missing', next: 'the operator asks Azure for it' },
  EndpointDeleting: { says: 'the private endpoint is being deleted', next: 'the operator waits for Azure' },
  EndpointFailed: {
    says: 'Azure could not finish the private endpoint',
    next: `see its activity log in Azure; ${LOOKS_AGAIN}, and asks anew if it made the endpoint`,
  },
  EndpointProvisioning: {
    says: 'Azure is working on the private endpoint',
    next: 'the operator waits, about a minute as a rule',
  },
  EndpointQuotaReached: {
    says: 'the workspace has as many private endpoints as its quota allows',
    next: `remove endpoints that nobody needs, or ask Microsoft for more by a support request and write the granted number into the annotation fabriclink.dev/quotas, such as \`endpoints=200\`; ${LOOKS_AGAIN}`,
  },
  EndpointReplacing: {
    says: 'the private endpoint must be made anew',
    next: 'the operator deletes it and asks for another',
  },
  GatewayAsked: { says: 'the gateway has its place', next: 'Fabric is asking it whether it is online' },
  GatewayInOtherNetwork: {
    says: 'the gateway runs in another virtual network than the endpoint, and does not reach it by that',
    next: `remove this endpoint and add one with another name in a subnet of the gateway's network, or correct gateway.gatewayId; ${LOOKS_AGAIN}`,
  },
  GatewayNotChecked: {
    says: 'Fabric tells nothing about the network of the gateway, or could not be asked',
    next: 'nothing is held up; see status.endpoints[].gateway',
  },
  GatewayNotFound: {
    says: 'the gateway is not among those that the identity sees: it does not exist, or nobody gave the identity a role on it',
    next: `correct gateway.gatewayId, or ${GRANT_GATEWAY_ROLE}; ${LOOKS_AGAIN}`,
  },
  GatewayNotVisible: {
    says: 'the gateway exists, and the identity has no role on it',
    next: `${GRANT_GATEWAY_ROLE}; ${LOOKS_AGAIN}`,
  },
  GatewayOnPremises: {
    says: 'the gateway is on-premises, and its network is what the spec says',
    next: 'people set up DNS there, see status.endpoints[].gateway',
  },
  GatewaySubnet: {
    says: "the endpoint's subnet is the gateway's own, which is delegated and can hold no private endpoint",
    next: `remove this endpoint and add one with another name in another subnet of the same network; ${LOOKS_AGAIN}`,
  },
  PlacementFits: { says: 'nothing that could be read speaks against its place', next: 'nothing is to be done' },
  SubnetDelegated: {
    says: 'the subnet is delegated to another service and cannot host a private endpoint',
    next: 'remove this endpoint and add one with another name in a subnet without delegation',
  },
  SubnetFull: {
    says: 'the subnet has too few free addresses: an endpoint takes five, and ten should be reserved',
    next: `free addresses in the subnet, or enlarge it; ${LOOKS_AGAIN}`,
  },
  SubnetInOtherRegion: {
    says: 'the network of the subnet is in another region than the endpoint',
    next: 'remove this endpoint and add one with another name whose location is the network’s',
  },
  SubnetNotFound: {
    says: 'the subnet does not exist, or may not be seen',
    next: `create it, or give the identity read access; ${LOOKS_AGAIN}`,
  },
  SubnetTight: {
    says: 'the subnet has room for the endpoint, and fewer free addresses than the ten that should be reserved for one',
    next: 'the endpoint is created; enlarge the subnet before Fabric needs more addresses',
  },
} satisfies Partial<Record<Reason, Wording>>;
