import { randomUUID } from 'node:crypto';

import type { Cloud } from '../../cloud.ts';
import { managedEndpointId } from '../../fabric/managed-ids.ts';
import type { LinkConnection, LinkService } from '../../fabric/types.ts';
import type { World } from '../../world.ts';
import { keyOf } from '../ids.ts';
import { decide, disconnect } from './decisions.ts';
import { SERVICE_TYPE } from './ids.ts';
import { addConnection, pendingConnection } from './provider.ts';
import { removeService } from './services.ts';

/** What other people, and Fabric itself, do to private link services: the same effects, without ARM's checks. */

/** A service that exists already; its tags say whose it is. */
export function addLinkService(
  world: World,
  service: Pick<LinkService, 'tenantId' | 'workspaceId' | 'subscriptionId'> & {
    resourceGroup: string;
    name?: string;
    tags?: Record<string, string>;
    /** Private endpoints that have asked already, and that nobody has answered. */
    requests?: readonly { privateEndpointId: string; message?: string }[];
  },
): LinkService {
  const { resourceGroup, name = `pls-${service.workspaceId}`, tags = {}, requests = [], ...rest } = service;
  const id = `/subscriptions/${service.subscriptionId}/resourceGroups/${resourceGroup}/providers/${SERVICE_TYPE}/${name}`;
  const added: LinkService = {
    ...rest,
    id,
    name,
    tags,
    provisioningState: 'Succeeded',
    createdAtMs: 0,
    connections: Object.fromEntries(
      requests.map(({ privateEndpointId, message = '' }) => {
        const request = pendingConnection(privateEndpointId, message, 0);
        return [keyOf(request.name), request];
      }),
    ),
  };
  world.fabric.linkServices[keyOf(id)] = added;
  return added;
}

export function linkServiceIn(world: World, serviceId: string): LinkService {
  const service = world.fabric.linkServices[keyOf(serviceId)];
  if (!service) throw new Error(`no private link service ${serviceId} in the world`);
  return service;
}

/** By generated name, or by the id of the private endpoint. */
export function connectionIn(service: LinkService, nameOrEndpointId: string): LinkConnection {
  const found = Object.values(service.connections).find(
    ({ name, privateEndpointId }) =>
      keyOf(name) === keyOf(nameOrEndpointId) || keyOf(privateEndpointId) === keyOf(nameOrEndpointId),
  );
  if (!found) throw new Error(`no connection ${nameOrEndpointId} on ${service.id}`);
  return found;
}

/** Asks for a connection under any private endpoint id: a neighbour's, a stranger's. */
export function injectConnection(
  cloud: Cloud,
  serviceId: string,
  privateEndpointId: string,
  message = '',
): LinkConnection {
  return addConnection(cloud, linkServiceIn(cloud.world, serviceId), { privateEndpointId, mode: 'Manual', message });
}

type ManagedOrigin = { workspaceId: string; name: string; subscriptionId?: string; region?: string; message?: string };

/** A request with all the looks of a genuine managed private endpoint, of which Fabric itself knows nothing. */
export function injectManagedConnection(cloud: Cloud, serviceId: string, origin: ManagedOrigin): LinkConnection {
  const id = managedEndpointId({ subscriptionId: randomUUID(), ...origin });
  return injectConnection(cloud, serviceId, id, origin.message);
}

/** A stranger's ordinary endpoint with the last segment of a managed one, in a subscription and group of its own. */
export function injectImpostor(
  cloud: Cloud,
  serviceId: string,
  origin: Pick<ManagedOrigin, 'workspaceId' | 'name' | 'message'> & { subscriptionId?: string; resourceGroup?: string },
): LinkConnection {
  const { subscriptionId = randomUUID(), resourceGroup = 'rg-stranger', workspaceId, name, message } = origin;
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/privateEndpoints/${workspaceId}.${name}`;
  return injectConnection(cloud, serviceId, id, message);
}

/** The owner rejects in the portal. */
export function rejectConnection(cloud: Cloud, serviceId: string, nameOrEndpointId: string, description = ''): void {
  const service = linkServiceIn(cloud.world, serviceId);
  decide(cloud, service, connectionIn(service, nameOrEndpointId), {
    status: 'Rejected',
    description,
    actionsRequired: 'None',
  });
}

export function approveConnection(cloud: Cloud, serviceId: string, nameOrEndpointId: string, description = ''): void {
  const service = linkServiceIn(cloud.world, serviceId);
  decide(cloud, service, connectionIn(service, nameOrEndpointId), {
    status: 'Approved',
    description,
    actionsRequired: 'None',
  });
}

/** The owner removes it in the portal: at once on this side, Disconnected on the other. */
export function removeConnection(cloud: Cloud, serviceId: string, nameOrEndpointId: string): void {
  const service = linkServiceIn(cloud.world, serviceId);
  disconnect(cloud, service, connectionIn(service, nameOrEndpointId));
}

/** Somebody deletes the whole service, connections and all. */
export function deleteLinkService(cloud: Cloud, serviceId: string): void {
  removeService(cloud, linkServiceIn(cloud.world, serviceId));
}
