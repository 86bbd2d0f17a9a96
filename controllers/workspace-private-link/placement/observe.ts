import type { Subnet } from '../../../operator/clients/arm/types.ts';
import { verdictOf } from '../../../operator/clients/classify.ts';
import { attempt, type Reading } from '../../../operator/runtime/reading.ts';
import { same } from '../desired-names.ts';
import eligibility from '../eligibility.json' with { type: 'json' };
import { type EndpointContext, settled } from '../reading.ts';
import { observeProvider } from '../service/observe.ts';
import { endpointQuota } from '../service/observe-quotas.ts';
import type {
  DesiredEndpoint,
  PlacementFacts,
  PlacementSeen,
  PrivateEndpoint,
  PrivateEndpointConnection,
} from '../types.ts';
import type { GatewayReading } from './observe-gateway.ts';

/** What only the tenant of the workspace knows about an endpoint; each is read when it is first needed. */
export type WorkspaceSide = {
  connections: () => Promise<Reading<readonly PrivateEndpointConnection[]>>;
  gateway: () => Promise<GatewayReading>;
};

/**
 * Reads whether the endpoint may be created where the spec says. Asked while there is no endpoint, or `actual` is one
 * that Azure could not finish, or one that goes and makes room for another.
 */
export async function observePlacement(
  context: EndpointContext,
  endpoint: DesiredEndpoint,
  { connections, gateway }: WorkspaceSide,
  actual: PrivateEndpoint | undefined,
): Promise<PlacementSeen> {
  const [provider, subnet, connected, data] = await Promise.all([
    observeProvider(context, endpoint.scope.subscriptionId),
    observeSubnet(context, endpoint, actual),
    connections(),
    gateway(),
  ]);
  const { usedUp } = endpointQuota(context, endpoint.resourceId, connected.value ?? []);
  const registration = context.pass.resource.spec.registerProviders ? 'allowed' : 'notAllowed';
  const seen: PlacementSeen = {
    facts: {
      provider: provider.state,
      registration,
      subnet: subnet.fact,
      quota: usedUp === undefined ? 'free' : 'usedUp',
      ...data.facts,
    },
    details: { Room: subnet.detail ?? usedUp },
    ...(provider.toRegister && { providerToRegister: provider.toRegister }),
    ...(provider.registrations && { registrations: provider.registrations }),
    ...(data.gateway && { gateway: data.gateway }),
    fault: provider.fault ?? subnet.fault ?? data.gateway?.fault,
  };
  const failed = actual?.provisioningState === 'Failed' && same(actual.subnetId, endpoint.spec.subnetId);
  return failed && actual.failure ? afterFailure(seen, actual.failure) : seen;
}

/** Of an endpoint that is there, only the gateway is looked at: all else was for its creation. */
export function settledPlacement({ facts, gateway }: GatewayReading): PlacementSeen | undefined {
  if (!gateway) return undefined;
  return {
    facts: { provider: 'unobservable', registration: 'notAllowed', subnet: 'unobservable', quota: 'free', ...facts },
    details: {},
    gateway,
    fault: gateway.fault,
  };
}

/** What Azure said when it gave up outweighs a count that we could not see, or that has changed since. */
function afterFailure(seen: PlacementSeen, { code, message }: NonNullable<PrivateEndpoint['failure']>): PlacementSeen {
  const because = { ...seen.details, Room: `Azure says ${code}: ${message}` };
  const reason = verdictOf('arm', code)?.reason;
  if (reason === 'SubnetFull') return { ...seen, facts: { ...seen.facts, subnet: 'full' }, details: because };
  if (reason === 'EndpointQuotaReached')
    return { ...seen, facts: { ...seen.facts, quota: 'usedUp' }, details: because };
  return seen;
}

type SubnetSeen = { fact: PlacementFacts['subnet']; detail?: string | undefined; fault?: PlacementSeen['fault'] };

/** The subnet and its usage (cloud-apis 24, A10 and A11). */
async function observeSubnet(
  context: EndpointContext,
  { spec }: DesiredEndpoint,
  actual: PrivateEndpoint | undefined,
): Promise<SubnetSeen> {
  const { virtualNetworks } = context.clients.arm;
  const read = await settled(
    context,
    'the subnet',
    (call) => virtualNetworks.subnet(spec.subnetId, call),
    (place) => subnetFact(place, spec.location) === 'fits',
  );
  if (read.fault) return { fact: 'unobservable', fault: read.fault };
  const fact = subnetFact(read.value, spec.location);
  if (fact !== 'fits') return { fact, detail: subnetDetail(fact, spec.subnetId, read.value) };
  // What it leaves it takes again.
  const isLeft = actual?.provisioningState === 'Succeeded' && same(actual.subnetId, spec.subnetId);
  if (isLeft) return { fact };
  const free = await attempt(context, 'the free addresses', () =>
    virtualNetworks.freeAddresses(spec.subnetId, { ...context.call, maxAgeMs: 0 }),
  );
  const { addressesPerEndpoint, addressesToReserve } = eligibility;
  const room = free.value?.value;
  if (room === undefined || room >= addressesToReserve) return { fact, fault: free.fault };
  return { fact: room < addressesPerEndpoint ? 'full' : 'tight', detail: `${room} addresses are free` };
}

type Place = { location: string; subnet: Subnet } | undefined;

function subnetFact(place: Place, location: string): PlacementFacts['subnet'] {
  if (!place) return 'missing';
  if (place.subnet.delegations.length > 0) return 'delegated';
  return same(place.location.replaceAll(' ', ''), location) ? 'fits' : 'otherRegion';
}

function subnetDetail(fact: PlacementFacts['subnet'], subnetId: string, place: Place): string | undefined {
  if (fact === 'missing') return subnetId;
  if (fact === 'delegated') return `delegated to ${place!.subnet.delegations.join(', ')}`;
  return fact === 'otherRegion' ? `the network is in ${place!.location}` : undefined;
}
