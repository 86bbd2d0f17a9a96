import type { Subnet } from '../../operator/clients/arm/types.ts';
import { same } from './desired-names.ts';
import eligibility from './eligibility.json' with { type: 'json' };
import { observeProvider } from './observe-service.ts';
import { attempt, type Context, settled } from './reading.ts';
import type { DesiredEndpoint, PlacementFacts, PlacementSeen } from './types.ts';

/** Reads whether the endpoint may be created where the spec says. Asked only while there is no endpoint. */
export async function observePlacement(context: Context, endpoint: DesiredEndpoint): Promise<PlacementSeen> {
  const [provider, subnet] = await Promise.all([
    observeProvider(context, endpoint.scope.subscriptionId),
    observeSubnet(context, endpoint),
  ]);
  const registration = context.pass.resource.spec.registerProviders ? 'allowed' : 'notAllowed';
  return {
    facts: { provider: provider.state, registration, subnet: subnet.fact },
    details: { Subnet: subnet.detail },
    ...(provider.toRegister && { providerToRegister: provider.toRegister }),
    fault: provider.fault ?? subnet.fault,
  };
}

type SubnetSeen = { fact: PlacementFacts['subnet']; detail?: string | undefined; fault?: PlacementSeen['fault'] };

/** The subnet and its usage (cloud-apis 24, A10 and A11). */
async function observeSubnet(context: Context, { spec }: DesiredEndpoint): Promise<SubnetSeen> {
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
  const free = await attempt(context, 'the free addresses', () =>
    virtualNetworks.freeAddresses(spec.subnetId, { ...context.call, maxAgeMs: 0 }),
  );
  const room = free.value?.value;
  if (room !== undefined && room < eligibility.addressesPerEndpoint) {
    return { fact: 'full', detail: `${room} addresses are free` };
  }
  return { fact, fault: free.fault };
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
