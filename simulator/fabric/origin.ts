import type { PrivateEndpoint } from '../arm/types.ts';
import type { World } from '../world.ts';
import type { LinkService } from './types.ts';

/** Where a caller sits, told from the address at which its socket arrived. */
export type Origin =
  | { kind: 'public' }
  | { kind: 'tenantLink'; tenantId: string }
  | { kind: 'endpoint'; service: LinkService; approved: boolean }
  /** An address of an endpoint whose target is gone. */
  | { kind: 'nowhere' };

const FRONT_DOOR = '127.0.0.1';

export function endpointAt(world: World, address: string): PrivateEndpoint | undefined {
  return Object.values(world.arm.privateEndpoints).find(({ members }) =>
    members.some((member) => member.address === address),
  );
}

export function originOf(world: World, localAddress: string): Origin {
  if (localAddress === FRONT_DOOR || localAddress === '::1') return { kind: 'public' };
  const tenantId = world.fabric.tenantLinkAddresses[localAddress];
  if (tenantId !== undefined) return { kind: 'tenantLink', tenantId };
  const endpoint = endpointAt(world, localAddress);
  const service = endpoint && world.fabric.linkServices[endpoint.connection.targetId.toLowerCase()];
  if (!service) return { kind: 'nowhere' };
  return { kind: 'endpoint', service, approved: endpoint.connection.state.status === 'Approved' };
}

/** Whether traffic to this address arrives anywhere. Only an Approved endpoint carries it (section 8 [G]). */
export function carriesTraffic(world: World, localAddress: string): boolean {
  const origin = originOf(world, localAddress);
  return origin.kind !== 'nowhere' && (origin.kind !== 'endpoint' || origin.approved);
}
