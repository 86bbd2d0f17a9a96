import type { Cloud } from '../../cloud.ts';
import { Refusal, type SimResponse } from '../../exchange.ts';
import type { LinkService } from '../../fabric/types.ts';
import { keyOf } from '../ids.ts';
import { beginOperation, finishOperation, operationHeaders } from '../operations.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, addArmRoutes } from '../service.ts';
import { readBody, requireCreatable, requireSameIdentity, type ServiceBody } from './creation.ts';
import { disconnect } from './decisions.ts';
import { API_VERSIONS, NAMESPACE, PATHS, SERVICE_TYPE } from './ids.ts';
import { homeOf } from './operations.ts';
import { shownResource, shownService } from './shown.ts';

const CREATED = 'fabric.linkServiceCreated';

/** Sections 7.1 to 7.3. */
export function serveLinkServices(cloud: Cloud): void {
  cloud.schedule.define(CREATED, (current, { serviceKey, operationId }) => {
    const service = current.world.fabric.linkServices[serviceKey ?? ''];
    if (service) service.provisioningState = 'Succeeded';
    finishOperation(current, operationId ?? '');
  });
  const type = { apiVersions: API_VERSIONS, requires: NAMESPACE };
  const action = (verb: 'read' | 'write' | 'delete') => ({ action: `${SERVICE_TYPE}/${verb}` });
  const resources = { ...type, action: `${SERVICE_TYPE}/privateLinkResources/read` };
  addArmRoutes(
    cloud,
    { ...type, ...action('read'), method: 'GET', path: PATHS.subscription, handle: list },
    { ...type, ...action('read'), method: 'GET', path: PATHS.group, handle: list },
    { ...type, ...action('write'), method: 'PUT', path: PATHS.service, handle: put },
    { ...type, ...action('write'), method: 'PATCH', path: PATHS.service, handle: patch },
    { ...type, ...action('delete'), method: 'DELETE', path: PATHS.service, handle: remove },
    {
      ...type,
      ...action('read'),
      method: 'GET',
      path: PATHS.service,
      handle: (request, current) => ({ status: 200, body: shownService(current, serviceFor(request, current)) }),
    },
    {
      ...resources,
      method: 'GET',
      path: `${PATHS.service}/privateLinkResources`,
      handle: (request, current) => paged(request, current, [shownResource(serviceFor(request, current))]),
    },
    { ...resources, method: 'GET', path: `${PATHS.service}/privateLinkResources/:group`, handle: resource },
  );
}

const serviceIdOfRequest = ({ params }: ArmRequest) =>
  `/subscriptions/${params['subscriptionId']}/resourceGroups/${params['resourceGroup']}/providers/${SERVICE_TYPE}/${params['name']}`;

/** The service of the path, for it and its children. */
export function serviceFor(request: ArmRequest, { world }: Cloud): LinkService {
  const id = serviceIdOfRequest(request);
  const service = world.fabric.linkServices[keyOf(id)];
  if (service) return service;
  throw new Refusal(404, 'ResourceNotFound', `The resource '${id}' was not found.`);
}

function list(request: ArmRequest, cloud: Cloud): SimResponse {
  const below = `${keyOf(request.resourceId.replace(/\/providers\/.*$/i, ''))}/`;
  const listed = Object.entries(cloud.world.fabric.linkServices).filter(([key]) => key.startsWith(below));
  return paged(
    request,
    cloud,
    listed.map(([, service]) => shownService(cloud, service)),
  );
}

function put(request: ArmRequest, cloud: Cloud): SimResponse {
  const body = readBody(request, cloud);
  const existing = cloud.world.fabric.linkServices[keyOf(request.resourceId)];
  if (!existing) return create(request, cloud, body);
  requireSameIdentity(cloud, existing, body);
  existing.tags = body.tags;
  return { status: 200, body: shownService(cloud, existing) };
}

/** Modelled as synchronous, seen to take some 24 s [O]: by choice 202 with a status URL (section 7.1). */
function create(request: ArmRequest, cloud: Cloud, body: ServiceBody): SimResponse {
  requireCreatable(cloud, request, body);
  const { choices, delays } = cloud.conduct.fabric;
  const asynchronous = choices.servicePut === 'asynchronous';
  const service: LinkService = {
    id: request.resourceId,
    name: request.params['name'] ?? '',
    subscriptionId: request.subscriptionId,
    tags: body.tags,
    tenantId: body.tenantId,
    workspaceId: body.workspaceId,
    provisioningState: asynchronous ? 'Provisioning' : 'Succeeded',
    createdAtMs: cloud.clock.now(),
    connections: {},
  };
  const serviceKey = keyOf(service.id);
  cloud.world.fabric.linkServices[serviceKey] = service;
  if (!asynchronous) return { status: 201, body: shownService(cloud, service) };
  const operation = beginOperation(cloud, request);
  cloud.schedule.after(delays.servicePutMs, CREATED, { serviceKey, operationId: operation.id });
  const headers = operationHeaders(cloud, homeOf(request), operation);
  return { status: 202, headers, body: shownService(cloud, service) };
}

function patch(request: ArmRequest, cloud: Cloud): SimResponse {
  const service = serviceFor(request, cloud);
  const { tags } = (request.body ?? {}) as { tags?: Record<string, string> };
  if (tags) service.tags = tags;
  return { status: 200, body: shownService(cloud, service) };
}

/** U3: with connections that are asked for or in use it is refused, or by choice they become Disconnected. */
function remove(request: ArmRequest, cloud: Cloud): SimResponse {
  const service = cloud.world.fabric.linkServices[keyOf(request.resourceId)];
  if (!service) return { status: 204 };
  const { switches, choices } = cloud.conduct.fabric;
  const live = Object.values(service.connections).filter(({ state }) => /^(Pending|Approved)$/.test(state.status));
  if (switches.refuseDeleteWithConnections && choices.deleteWithConnections === 'refuse' && live.length > 0) {
    throw new Refusal(409, 'Conflict', 'The private link service still has private endpoint connections.');
  }
  removeService(cloud, service);
  return { status: 200 };
}

/** Takes the service away, whoever asks. */
export function removeService(cloud: Cloud, service: LinkService): void {
  for (const connection of Object.values(service.connections)) disconnect(cloud, service, connection);
  delete cloud.world.fabric.linkServices[keyOf(service.id)];
}

function resource(request: ArmRequest, cloud: Cloud): SimResponse {
  const service = serviceFor(request, cloud);
  if (request.params['group']?.toLowerCase() !== 'workspace') {
    throw new Refusal(404, 'ResourceNotFound', `The private link resource '${request.params['group']}' was not found.`);
  }
  return { status: 200, body: shownResource(service) };
}
