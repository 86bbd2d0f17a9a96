import type { Room } from '../cloud.ts';
import type { SimRequest } from '../exchange.ts';
import type { World } from '../world.ts';
import { type Buckets, createBuckets } from './buckets.ts';
import { authenticate } from './caller.ts';
import { mountPrivateDns } from './dns/mount.ts';
import { mountNetwork } from './network/mount.ts';
import { mountProviders } from './providers.ts';
import { mountTargets } from './targets/mount.ts';
import { countRequest } from './throttle.ts';

/** Azure Resource Manager and the network providers (cloud-apis sections 4, 9, 10, 24), and what private endpoints lead to beside workspaces. */
export const mountArm: Room = (cloud) => {
  const bucketsOf = new WeakMap<World, Buckets>();
  // By the world that is in force, so that a restored one starts with full buckets; `stale` reads count here, too.
  const buckets = (): Buckets => {
    const known = bucketsOf.get(cloud.world) ?? createBuckets();
    bucketsOf.set(cloud.world, known);
    return known;
  };
  const remaining = new WeakMap<SimRequest, Record<string, string>>();
  const service = cloud.services.arm;
  service.before = (request, current) => {
    request.token = authenticate(request, current);
    remaining.set(request, countRequest(buckets(), request, request.token, current));
    return undefined;
  };
  service.headers = (request) => ({
    'x-ms-request-id': request.id,
    'x-ms-correlation-request-id': request.id,
    'x-ms-routing-request-id': `SIMULATOR:${request.id}`,
    'cache-control': 'no-cache',
    ...remaining.get(request),
  });
  mountProviders(cloud);
  mountNetwork(cloud);
  mountPrivateDns(cloud);
  mountTargets(cloud);
};
