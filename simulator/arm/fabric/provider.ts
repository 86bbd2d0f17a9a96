import { randomUUID } from 'node:crypto';

import type { Cloud } from '../../cloud.ts';
import type { ConnectionRequest, ConnectionState, LinkProvider } from '../../connections.ts';
import { Refusal } from '../../exchange.ts';
import type { LinkConnection, LinkService } from '../../fabric/types.ts';
import { keyOf, nameOf } from '../ids.ts';
import { connectionOf } from './decisions.ts';
import { SERVICE_TYPE } from './ids.ts';
import { membersOf } from './shown.ts';

/** Lets private endpoints of any kind ask for a workspace (sections 8, 9, 12.4). */
export const linkProvider: LinkProvider = {
  type: SERVICE_TYPE.toLowerCase(),
  find({ world }, targetId) {
    const service = world.fabric.linkServices[keyOf(targetId)];
    if (!service || service.provisioningState !== 'Succeeded') return undefined;
    const groups = [{ groupId: 'workspace', members: membersOf(service.workspaceId) }];
    return { resourceId: service.id, tenantId: service.tenantId, groups };
  },
  request(cloud, request) {
    const service = cloud.world.fabric.linkServices[keyOf(request.targetId)];
    if (!service) throw new Refusal(404, 'ResourceNotFound', `The resource '${request.targetId}' was not found.`);
    return addConnection(cloud, service, request).state;
  },
  withdraw({ world }, { privateEndpointId, targetId, leaves }) {
    const service = world.fabric.linkServices[keyOf(targetId)];
    const connection = service && connectionOf(service, privateEndpointId);
    if (!connection) return;
    if (leaves) connection.state = { status: leaves, description: '', actionsRequired: 'None' };
    else delete service.connections[connection.name.toLowerCase()];
  },
};

/** The name is generated; only the endpoint's id says whose connection it is (section 8 [O]). */
export function addConnection(
  cloud: Cloud,
  service: LinkService,
  request: Pick<ConnectionRequest, 'privateEndpointId' | 'mode' | 'message'>,
): LinkConnection {
  const { switches, quotas } = cloud.conduct.fabric;
  // A recreated endpoint of the same id replaces what was left of the first.
  removeOf(service, request.privateEndpointId);
  if (switches.limitEndpointsPerWorkspace && Object.keys(service.connections).length >= quotas.endpointsPerWorkspace) {
    // [D] for the number; status and code are stand-ins [U].
    const message = `A workspace may have ${quotas.endpointsPerWorkspace} private endpoints.`;
    throw new Refusal(409, 'PrivateEndpointConnectionLimitExceeded', message);
  }
  const approved: ConnectionState = { status: 'Approved', description: 'Auto-Approved', actionsRequired: 'None' };
  const connection: LinkConnection = {
    ...pendingConnection(request.privateEndpointId, request.message, cloud.clock.now()),
    ...(request.mode === 'Auto' && { state: approved, provisioningState: 'Succeeded' as const }),
  };
  service.connections[connection.name.toLowerCase()] = connection;
  return connection;
}

/** As it is asked for, before anybody decided. */
export const pendingConnection = (privateEndpointId: string, message: string, createdAtMs: number): LinkConnection => ({
  name: generatedName(privateEndpointId),
  privateEndpointId,
  state: { status: 'Pending', description: message, actionsRequired: 'None' },
  createdAtMs,
});

/** Seen: `pe-sales.0f1e…` for endpoints, `{workspaceId}.{name}-0f1e…` for managed ones (section 8, users.md finding 4 [O]). */
function generatedName(privateEndpointId: string): string {
  const name = nameOf(privateEndpointId);
  return `${name}${name.includes('.') ? '-' : '.'}${randomUUID()}`;
}

function removeOf(service: LinkService, privateEndpointId: string): void {
  const connection = connectionOf(service, privateEndpointId);
  if (connection) delete service.connections[connection.name.toLowerCase()];
}
