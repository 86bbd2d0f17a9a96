import { Refusal } from '../exchange.ts';
import type { Route } from '../router.ts';
import { callerOf, visible } from './access.ts';
import { page } from './paging.ts';

/** Section 13: list and get, only gateways that the caller has a permission on. */
export const gatewayRoutes: Route[] = [
  {
    method: 'GET',
    path: '/v1/gateways',
    handle(request, cloud) {
      const seen = visible(cloud.world.fabric.gateways, callerOf(request));
      return {
        status: 200,
        body: page(
          cloud,
          request,
          seen.map(({ id, shown }) => ({ id, ...shown })),
        ),
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/gateways/:gatewayId',
    handle(request, { world }) {
      const id = request.params['gatewayId']!.toLowerCase();
      const gateway = visible(world.fabric.gateways, callerOf(request)).find((entry) => entry.id.toLowerCase() === id);
      if (!gateway) throw new Refusal(404, 'EntityNotFound', 'The requested gateway could not be found.');
      return { status: 200, body: { id: gateway.id, ...gateway.shown } };
    },
  },
];
