import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { workspaceFor } from './access.ts';
import { managedOf, readManagedRequest, requireManagedCreatable, requireManagedSku } from './managed-creation.ts';
import { createManaged, deleteManaged } from './managed-life.ts';
import { page } from './paging.ts';
import type { ManagedEndpoint, Workspace } from './types.ts';
import { requireActiveCapacity } from './workspaces.ts';

const PATH = '/v1/workspaces/:workspaceId/managedPrivateEndpoints';

/** Section 12. There is no PATCH and no PUT. */
export const managedEndpointRoutes: Route[] = [
  { method: 'GET', path: PATH, handle: list },
  { method: 'POST', path: PATH, handle: create },
  { method: 'GET', path: `${PATH}/:endpointId`, handle: read },
  { method: 'DELETE', path: `${PATH}/:endpointId`, handle: remove },
  { method: 'GET', path: `${PATH}/:endpointId/targetFQDNs`, handle: fqdns },
];

/** Neither request message nor FQDNs are shown. */
function shown(endpoint: ManagedEndpoint, { conduct }: Cloud) {
  const { id, name, targetId, subresource, provisioningState, connectionState } = endpoint;
  const blank = conduct.fabric.choices.freshConnection === 'nullMembers' && {
    connectionState: { status: null, description: null, actionsRequired: null },
  };
  return {
    id,
    name,
    provisioningState,
    targetPrivateLinkResourceId: targetId,
    ...(subresource !== undefined && { targetSubresourceType: subresource }),
    ...(connectionState ? { connectionState: shownState(connectionState) } : blank),
  };
}

/** A description may be absent [O]. */
function shownState({ description, ...state }: NonNullable<ManagedEndpoint['connectionState']>) {
  return { ...state, ...(description !== '' && { description }) };
}

function readable(request: SimRequest, cloud: Cloud): Workspace {
  const workspace = workspaceFor(cloud, request, 'Viewer');
  requireManagedSku(cloud, workspace);
  return workspace;
}

function list(request: SimRequest, cloud: Cloud): SimResponse {
  const all = managedOf(cloud, readable(request, cloud)).map((endpoint) => shown(endpoint, cloud));
  return { status: 200, body: page(cloud, request, all) };
}

function endpointFor(request: SimRequest, cloud: Cloud, workspace: Workspace): ManagedEndpoint {
  const id = (request.params['endpointId'] ?? '').toLowerCase();
  const endpoint = managedOf(cloud, workspace).find((entry) => entry.id === id);
  if (!endpoint) throw absent();
  return endpoint;
}

const absent = () => new Refusal(404, 'PrivateEndpointNotFound', 'The private endpoint could not be found.');

function read(request: SimRequest, cloud: Cloud): SimResponse {
  return { status: 200, body: shown(endpointFor(request, cloud, readable(request, cloud)), cloud) };
}

function fqdns(request: SimRequest, cloud: Cloud): SimResponse {
  const endpoint = endpointFor(request, cloud, readable(request, cloud));
  return { status: 200, body: page(cloud, request, endpoint.fqdns) };
}

function create(request: SimRequest, cloud: Cloud): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Admin');
  requireManagedSku(cloud, workspace);
  requireActiveCapacity(cloud, workspace);
  const asked = readManagedRequest(request.body, cloud);
  requireManagedCreatable(cloud, workspace, asked);
  const endpoint = createManaged(cloud, workspace, asked);
  return {
    status: 201,
    headers: { location: `${cloud.urls.fabric}/v1/workspaces/${workspace.id}/managedPrivateEndpoints/${endpoint.id}` },
    body: shown(endpoint, cloud),
  };
}

/** 200 and empty; also on a workspace that has lost its capacity [I]. */
function remove(request: SimRequest, cloud: Cloud): SimResponse {
  const endpoint = endpointFor(request, cloud, workspaceFor(cloud, request, 'Admin'));
  if (endpoint.provisioningState === 'Deleting') {
    if (cloud.conduct.fabric.choices.secondDelete === 'notFound') throw absent();
    throw new Refusal(400, 'UnknownError', 'An unexpected error occurred.');
  }
  if (!cloud.conduct.fabric.choices.lostDelete) deleteManaged(cloud, endpoint);
  return { status: 200 };
}
