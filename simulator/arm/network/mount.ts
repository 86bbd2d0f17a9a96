import type { Cloud } from '../../cloud.ts';
import { Refusal } from '../../exchange.ts';
import { keyOf } from '../ids.ts';
import { serveOperations } from '../operations.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, addArmRoutes } from '../service.ts';
import { API_VERSIONS, networkAnswer } from './answers.ts';
import { defineEndpointLifecycle } from './endpoint-lifecycle.ts';
import { shownEndpoint, shownInterface } from './endpoint-shown.ts';
import { mountEndpoints } from './endpoints.ts';
import { mountVirtualNetworks } from './virtual-networks.ts';
import { mountZoneGroups } from './zone-groups.ts';

/** Microsoft.Network, apart from private DNS. */
export function mountNetwork(cloud: Cloud): void {
  defineEndpointLifecycle(cloud);
  mountEndpoints(cloud);
  mountZoneGroups(cloud);
  mountVirtualNetworks(cloud);
  mountInterfaces(cloud);
  const base = '/subscriptions/:subscriptionId/providers/Microsoft.Network/locations/:location';
  serveOperations(
    cloud,
    { status: `${base}/operations/:operationId`, result: `${base}/operationResults/:operationId` },
    {
      status202: () => false,
      resultOf(_request, current, operation) {
        const endpoint = current.world.arm.privateEndpoints[keyOf(operation.resourceId)];
        if (operation.method === 'DELETE' || !endpoint) return { status: 204 };
        return networkAnswer(200, shownEndpoint(endpoint, current));
      },
    },
  );
}

/** Interfaces of private endpoints: read only, as in Azure (cloud-apis section 9.2). */
function mountInterfaces(cloud: Cloud): void {
  const base = {
    method: 'GET',
    apiVersions: API_VERSIONS,
    action: 'Microsoft.Network/networkInterfaces/read',
  } as const;
  const provider = 'providers/Microsoft.Network/networkInterfaces';
  const group = '/subscriptions/:subscriptionId/resourceGroups/:resourceGroup';
  const under = (scopePath: string, { world }: Cloud) => {
    const scope = keyOf(scopePath).split('/providers/')[0] ?? '';
    return Object.values(world.arm.networkInterfaces).filter(({ id }) => keyOf(id).startsWith(`${scope}/`));
  };
  addArmRoutes(
    cloud,
    ...[`/subscriptions/:subscriptionId/${provider}`, `${group}/${provider}`].map((path) => ({
      ...base,
      path,
      handle: (request: ArmRequest, current: Cloud) =>
        paged(request, current, under(request.resourceId, current), (entry) => shownInterface(entry, current)),
    })),
    {
      ...base,
      path: `${group}/${provider}/:name`,
      handle(request, current) {
        const found = current.world.arm.networkInterfaces[keyOf(request.resourceId)];
        if (found) return networkAnswer(200, shownInterface(found, current));
        const message = `The Resource 'Microsoft.Network/networkInterfaces/${request.params.name}' under resource group '${request.resourceGroup}' was not found.`;
        throw new Refusal(404, 'ResourceNotFound', message);
      },
    },
  );
}
