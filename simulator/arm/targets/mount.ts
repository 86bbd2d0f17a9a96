import type { Cloud } from '../../cloud.ts';
import type { ConnectionState } from '../../connections.ts';
import { Refusal, type SimResponse } from '../../exchange.ts';
import { keyOf } from '../ids.ts';
import { beginOperation, finishOperation, operationHeaders, serveOperations } from '../operations.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, type ArmRoute, addArmRoutes } from '../service.ts';
import type { LinkTargetResource, TargetConnection } from '../types.ts';
import { TARGET_KINDS, type TargetKind } from './catalogue.ts';
import { decide, defineTargetDecisions, disconnect, providerOf } from './connections.ts';

const DECIDED = 'arm.targetDecided';
const GROUP = '/subscriptions/:subscriptionId/resourceGroups/:resourceGroup';

/**
 * Azure resources of a few kinds, as far as their owner's side of private endpoints goes: they are there, they list what
 * asks for them, and their owner decides (the pattern of cloud-apis section 8 [G]; SQL as recorded, users.md 2.3 [O]).
 */
export function mountTargets(cloud: Cloud): void {
  defineTargetDecisions(cloud);
  cloud.schedule.define(DECIDED, (current, { targetKey = '', connectionKey = '', state = '{}', operationId = '' }) => {
    const target = current.world.arm.linkTargets[targetKey];
    const connection = target?.connections[connectionKey];
    if (target && connection) decide(current, target, connection, JSON.parse(state) as ConnectionState);
    finishOperation(current, operationId);
  });
  for (const kind of TARGET_KINDS) {
    cloud.connections.provide(providerOf(kind));
    addArmRoutes(cloud, ...routesOf(kind));
    if (kind.decision === 'operation') serveDecisions(cloud, kind);
  }
}

const homeOf = ({ type }: TargetKind, { subscriptionId, resourceGroup }: ArmRequest) => {
  const [namespace] = type.split('/');
  const base = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${namespace}/locations/eastus`;
  return {
    status: `${base}/privateEndpointConnectionAzureAsyncOperation`,
    result: `${base}/privateEndpointConnectionOperationResults`,
    apiVersion: '2021-11-01',
    retryAfter: 15,
  };
};

function serveDecisions(cloud: Cloud, { type }: TargetKind): void {
  const base = `${GROUP}/providers/${type.split('/')[0]}/locations/:location`;
  serveOperations(
    cloud,
    {
      status: `${base}/privateEndpointConnectionAzureAsyncOperation/:operationId`,
      result: `${base}/privateEndpointConnectionOperationResults/:operationId`,
    },
    { status202: () => false, resultOf: () => ({ status: 200 }) },
  );
}

function routesOf(kind: TargetKind): ArmRoute[] {
  const path = `${GROUP}/providers/${kind.type}/:name`;
  const connections = `${path}/privateEndpointConnections`;
  const action = (verb: string) => ({ action: `${kind.type}/${verb}` });
  return [
    {
      ...action('read'),
      method: 'GET',
      path,
      handle: (request, cloud) => ({ status: 200, body: shown(kind, targetFor(kind, request, cloud)) }),
    },
    {
      ...action('privateLinkResources/read'),
      method: 'GET',
      path: `${path}/privateLinkResources`,
      handle: (request, cloud) => paged(request, cloud, kind.groups(targetFor(kind, request, cloud).name), shownGroup),
    },
    {
      ...action('privateEndpointConnections/read'),
      method: 'GET',
      path: connections,
      handle(request, cloud) {
        const target = targetFor(kind, request, cloud);
        return paged(request, cloud, Object.values(target.connections), (entry) =>
          shownConnection(kind, target, entry),
        );
      },
    },
    {
      ...action('privateEndpointConnections/read'),
      method: 'GET',
      path: `${connections}/:connection`,
      handle(request, cloud) {
        const target = targetFor(kind, request, cloud);
        return { status: 200, body: shownConnection(kind, target, connectionFor(request, target)) };
      },
    },
    {
      ...action('privateEndpointConnections/write'),
      method: 'PUT',
      path: `${connections}/:connection`,
      handle: (request, cloud) => put(kind, request, cloud),
    },
    {
      ...action('privateEndpointConnections/delete'),
      method: 'DELETE',
      path: `${connections}/:connection`,
      handle(request, cloud) {
        const target = targetFor(kind, request, cloud);
        const connection = target.connections[keyIn(request)];
        if (!connection) return { status: 204 };
        disconnect(cloud, target, connection);
        return { status: 200 };
      },
    },
  ];
}

function targetFor({ type }: TargetKind, { params }: ArmRequest, { world }: Cloud): LinkTargetResource {
  const id = `/subscriptions/${params['subscriptionId']}/resourceGroups/${params['resourceGroup']}/providers/${type}/${params['name']}`;
  const target = world.arm.linkTargets[keyOf(id)];
  if (target) return target;
  throw new Refusal(404, 'ResourceNotFound', `The resource '${id}' was not found.`);
}

const keyIn = (request: ArmRequest) => (request.params['connection'] ?? '').toLowerCase();

function connectionFor(request: ArmRequest, target: LinkTargetResource): TargetConnection {
  const connection = target.connections[keyIn(request)];
  if (connection) return connection;
  throw new Refusal(404, 'ResourceNotFound', `The resource '${request.resourceId}' was not found.`);
}

function put(kind: TargetKind, request: ArmRequest, cloud: Cloud): SimResponse {
  const target = targetFor(kind, request, cloud);
  const connection = connectionFor(request, target);
  const state = readState(request);
  const { switches, delays } = cloud.conduct.arm;
  if (switches.decideTargetOnce && kind.decidesOnce && connection.state.status !== 'Pending') {
    const message = `The connection is ${connection.state.status}.`;
    throw new Refusal(400, 'PrivateEndpointConnectionStatusNotPending', message);
  }
  if (kind.decision === 'immediate') {
    decide(cloud, target, connection, state);
    return { status: 200, body: shownConnection(kind, target, connection) };
  }
  const operation = beginOperation(cloud, request);
  connection.provisioningState = 'Updating';
  cloud.schedule.after(switches.delayTargetDecision ? delays.targetDecisionMs : 0, DECIDED, {
    targetKey: keyOf(target.id),
    connectionKey: keyIn(request),
    state: JSON.stringify(state),
    operationId: operation.id,
  });
  return { status: 202, headers: operationHeaders(cloud, homeOf(kind, request), operation) };
}

function readState({ body }: ArmRequest): ConnectionState {
  const given = body as { properties?: { privateLinkServiceConnectionState?: Partial<ConnectionState> } } | undefined;
  const state = given?.properties?.privateLinkServiceConnectionState;
  if (state?.status !== 'Approved' && state?.status !== 'Rejected') {
    const message = 'privateLinkServiceConnectionState.status must be Approved or Rejected.';
    throw new Refusal(400, 'InvalidRequestContent', message);
  }
  return {
    status: state.status,
    description: state.description ?? '',
    actionsRequired: state.actionsRequired ?? 'None',
  };
}

function shown(kind: TargetKind, target: LinkTargetResource) {
  return {
    id: target.id,
    name: target.name,
    type: kind.type,
    location: target.location,
    properties: {
      provisioningState: 'Succeeded',
      privateEndpointConnections: Object.values(target.connections).map((entry) =>
        shownConnection(kind, target, entry),
      ),
    },
  };
}

function shownConnection({ type }: TargetKind, { id }: LinkTargetResource, connection: TargetConnection) {
  const { name, privateEndpointId, groupId, state, provisioningState } = connection;
  return {
    id: `${id}/privateEndpointConnections/${name}`,
    name,
    type: `${type}/privateEndpointConnections`,
    properties: {
      privateEndpoint: { id: privateEndpointId },
      ...(groupId !== '' && { groupIds: [groupId] }),
      privateLinkServiceConnectionState: state,
      provisioningState,
    },
  };
}

const shownGroup = ({ groupId, members }: ReturnType<TargetKind['groups']>[number]) => ({
  name: groupId,
  properties: { groupId, requiredMembers: members.map(({ member }) => member) },
});
