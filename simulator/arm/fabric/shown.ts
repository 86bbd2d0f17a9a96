import type { Cloud } from '../../cloud.ts';
import { workspaceHost } from '../../fabric/hosts.ts';
import type { LinkConnection, LinkService } from '../../fabric/types.ts';
import { SERVICE_TYPE } from './ids.ts';

export function shownConnection(service: LinkService, connection: LinkConnection) {
  return {
    id: `${service.id}/privateEndpointConnections/${connection.name}`,
    name: connection.name,
    type: `${SERVICE_TYPE}/privateEndpointConnections`,
    properties: {
      privateEndpoint: { id: connection.privateEndpointId },
      privateLinkServiceConnectionState: connection.state,
      ...(connection.provisioningState && { provisioningState: connection.provisioningState }),
    },
  };
}

/** Section 7.1; the workspace's property has two names (U1). */
export function shownService({ conduct }: Cloud, service: LinkService) {
  const { workspaceProperty } = conduct.fabric.choices;
  const { workspaceId, tenantId, provisioningState } = service;
  return {
    id: service.id,
    name: service.name,
    type: SERVICE_TYPE,
    location: 'global',
    tags: service.tags,
    properties: {
      tenantId,
      ...(workspaceProperty !== 'workspaceObjectId' && { workspaceId }),
      ...(workspaceProperty !== 'workspaceId' && { workspaceObjectId: workspaceId }),
      provisioningState,
      privateEndpointConnections: Object.values(service.connections).map((entry) => shownConnection(service, entry)),
    },
  };
}

/** The five members in the order in which addresses were seen on an interface (section 10.1 [O]). */
export function membersOf(workspaceId: string) {
  return [
    { member: 'workspace-api', fqdns: [workspaceHost(workspaceId, 'w.api')] },
    { member: 'workspace-compute', fqdns: [workspaceHost(workspaceId, 'c')] },
    { member: 'workspace-ols', fqdns: [workspaceHost(workspaceId, 'onelake')] },
    { member: 'workspace-dfs', fqdns: [workspaceHost(workspaceId, 'dfs')] },
    { member: 'workspace-blob', fqdns: [workspaceHost(workspaceId, 'blob')] },
  ];
}

/** Section 7.2: the specification's example names the public zone. */
export function shownResource(service: LinkService) {
  return {
    id: `${service.id}/privateLinkResources/workspace`,
    name: 'workspace',
    type: `${SERVICE_TYPE}/privateLinkResources`,
    properties: {
      groupId: 'workspace',
      requiredMembers: ['workspace-api', 'workspace-ols', 'workspace-blob', 'workspace-dfs', 'workspace-compute'],
      requiredZoneNames: ['fabric.microsoft.com'],
    },
  };
}
