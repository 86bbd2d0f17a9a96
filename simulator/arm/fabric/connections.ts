import type { Cloud } from '../../cloud.ts';
import type { ConnectionState } from '../../connections.ts';
import { Refusal, type SimResponse } from '../../exchange.ts';
import type { LinkConnection, LinkService } from '../../fabric/types.ts';
import { keyOf } from '../ids.ts';
import { beginOperation, finishOperation, operationHeaders } from '../operations.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, addArmRoutes } from '../service.ts';
import { decide, disconnect } from './decisions.ts';
import { API_VERSIONS, PATHS, SERVICE_TYPE } from './ids.ts';
import { homeOf } from './operations.ts';
import { serviceFor } from './services.ts';
import { shownConnection } from './shown.ts';

const REMOVED = 'fabric.connectionRemoved';
const COLLECTION = `${PATHS.service}/privateEndpointConnections`;

/** Section 8: what the owner of the target does with requests. */
export function serveConnections(cloud: Cloud): void {
  cloud.schedule.define(REMOVED, (current, { serviceKey, connectionKey, operationId }) => {
    const service = current.world.fabric.linkServices[serviceKey ?? ''];
    const connection = service?.connections[connectionKey ?? ''];
    if (service && connection) disconnect(current, service, connection);
    finishOperation(current, operationId ?? '');
  });
  const action = (verb: 'read' | 'write' | 'delete') => ({
    apiVersions: API_VERSIONS,
    action: `${SERVICE_TYPE}/privateEndpointConnections/${verb}`,
  });
  addArmRoutes(
    cloud,
    { ...action('read'), method: 'GET', path: COLLECTION, handle: list },
    { ...action('read'), method: 'GET', path: `${COLLECTION}/:connection`, handle: read },
    { ...action('write'), method: 'PUT', path: `${COLLECTION}/:connection`, handle: put },
    { ...action('delete'), method: 'DELETE', path: `${COLLECTION}/:connection`, handle: remove },
  );
}

const keyIn = (request: ArmRequest) => (request.params['connection'] ?? '').toLowerCase();

function connectionFor(request: ArmRequest, service: LinkService): LinkConnection {
  const connection = service.connections[keyIn(request)];
  if (connection) return connection;
  throw new Refusal(404, 'ResourceNotFound', `The resource '${request.resourceId}' was not found.`);
}

function list(request: ArmRequest, cloud: Cloud): SimResponse {
  const service = serviceFor(request, cloud);
  const all = Object.values(service.connections).map((connection) => shownConnection(service, connection));
  return paged(request, cloud, all);
}

function read(request: ArmRequest, cloud: Cloud): SimResponse {
  const service = serviceFor(request, cloud);
  return { status: 200, body: shownConnection(service, connectionFor(request, service)) };
}

/** Decides on a connection that is there; a PUT cannot make one. 200 only. */
function put(request: ArmRequest, cloud: Cloud): SimResponse {
  const service = serviceFor(request, cloud);
  const asked = readState(request, cloud);
  const { refuseUnknownConnection } = cloud.conduct.fabric.switches;
  const known = service.connections[keyIn(request)];
  const connection =
    refuseUnknownConnection || known ? connectionFor(request, service) : appear(request, service, cloud);
  requireDecidable(cloud, connection, asked);
  decide(cloud, service, connection, asked);
  return { status: 200, body: shownConnection(service, connection) };
}

/** What a service without the 404 would do: only for tests that switch the refusal off. */
function appear(request: ArmRequest, service: LinkService, { clock }: Cloud): LinkConnection {
  const connection: LinkConnection = {
    name: request.params['connection'] ?? '',
    privateEndpointId: '',
    state: { status: 'Pending', description: '', actionsRequired: 'None' },
    createdAtMs: clock.now(),
  };
  service.connections[keyIn(request)] = connection;
  return connection;
}

function readState(request: ArmRequest, { conduct }: Cloud): ConnectionState {
  const body = request.body as
    | { properties?: { privateLinkServiceConnectionState?: Partial<ConnectionState> } }
    | undefined;
  const state = body?.properties?.privateLinkServiceConnectionState;
  const bad = (message: string) => new Refusal(400, 'InvalidRequestContent', message);
  if (state?.status !== 'Approved' && state?.status !== 'Rejected') {
    throw bad('privateLinkServiceConnectionState.status must be Approved or Rejected.');
  }
  // Required by the schema (section 8 [D]).
  if (conduct.fabric.switches.requireActionsRequired && state.actionsRequired === undefined) {
    throw bad('privateLinkServiceConnectionState.actionsRequired is required.');
  }
  return {
    status: state.status,
    description: state.description ?? '',
    actionsRequired: state.actionsRequired ?? 'None',
  };
}

/**
 * | now          | Approved                           | Rejected                           |
 * |--------------|------------------------------------|------------------------------------|
 * | Pending      | yes                                | yes                                |
 * | Approved     | yes, unless by choice only Pending | yes, unless by choice only Pending |
 * | Rejected     | refused                            | yes, unless by choice only Pending |
 * | Disconnected | refused                            | refused                            |
 *
 * [G] for the transitions; the code is the one that another provider was seen to use.
 */
function requireDecidable(cloud: Cloud, { state }: LinkConnection, asked: ConnectionState): void {
  const { switches, choices } = cloud.conduct.fabric;
  const revived = state.status === 'Disconnected' || (state.status === 'Rejected' && asked.status === 'Approved');
  const repeated = choices.decideOnlyPending && state.status !== 'Pending';
  if ((switches.refuseRevivedConnection && revived) || repeated) {
    const message = `The connection is ${state.status} and cannot become ${asked.status}.`;
    throw new Refusal(400, 'PrivateEndpointConnectionStatusNotPending', message);
  }
}

/** 202 with status URLs, or 204 when there is none. */
function remove(request: ArmRequest, cloud: Cloud): SimResponse {
  const service = serviceFor(request, cloud);
  const connection = service.connections[keyIn(request)];
  if (!connection) return { status: 204 };
  const { switches, delays } = cloud.conduct.fabric;
  connection.provisioningState = 'Deleting';
  const operation = beginOperation(cloud, request);
  cloud.schedule.after(switches.delayConnectionDelete ? delays.connectionDeleteMs : 0, REMOVED, {
    serviceKey: keyOf(service.id),
    connectionKey: keyIn(request),
    operationId: operation.id,
  });
  return { status: 202, headers: operationHeaders(cloud, homeOf(request), operation) };
}
