import { Refusal } from '../exchange.ts';
import type { Route } from '../router.ts';
import { callerOf, ofTenant, visible } from './access.ts';
import { page } from './paging.ts';
import { shownCapacity } from './shown.ts';

/** Section 5.5: only capacities on which the caller is administrator or contributor. */
export const capacityRoutes: Route[] = [
  {
    method: 'GET',
    path: '/v1/capacities',
    handle(request, cloud) {
      const seen = visible(cloud.world.fabric.capacities, callerOf(request));
      return { status: 200, body: page(cloud, request, seen.map(shownCapacity)) };
    },
  },
  {
    method: 'GET',
    path: '/v1/capacities/:capacityId',
    handle(request, { world }) {
      const caller = callerOf(request);
      const capacity = world.fabric.capacities[request.params['capacityId']!.toLowerCase()];
      if (!capacity || !ofTenant(capacity, caller)) {
        throw new Refusal(404, 'CapacityNotFound', 'The requested capacity could not be found.');
      }
      if (!visible({ capacity }, caller).length) {
        throw new Refusal(403, 'InsufficientPermissionsOverCapacity', 'The caller is no contributor of the capacity.');
      }
      return { status: 200, body: shownCapacity(capacity) };
    },
  },
];
