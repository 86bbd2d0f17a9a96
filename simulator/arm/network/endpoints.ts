import { randomUUID } from 'node:crypto';

import type { Cloud } from '../../cloud.ts';
import { Refusal, type SimResponse } from '../../exchange.ts';
import { keyOf, nameOf, parentOf } from '../ids.ts';
import { beginOperation, retryAfter } from '../operations.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, addArmRoutes } from '../service.ts';
import { readTags } from '../tags.ts';
import type { PrivateEndpoint } from '../types.ts';
import { API_VERSIONS, networkAnswer, networkHeaders } from './answers.ts';
import { type EndpointBody, readEndpointBody } from './endpoint-body.ts';
import { CREATED, DELETED } from './endpoint-lifecycle.ts';
import { shownEndpoint } from './endpoint-shown.ts';
import { checkSubnet, checkTarget, takeAddresses } from './placement.ts';

const PROVIDER = 'providers/Microsoft.Network/privateEndpoints';
const GROUP = '/subscriptions/:subscriptionId/resourceGroups/:resourceGroup';
const TYPE = 'Microsoft.Network/privateEndpoints';

/** Microsoft.Network/privateEndpoints (cloud-apis section 9). */
export function mountEndpoints(cloud: Cloud): void {
  const base = { apiVersions: API_VERSIONS, requires: 'Microsoft.Network' };
  addArmRoutes(
    cloud,
    {
      ...base,
      method: 'GET',
      path: `/subscriptions/:subscriptionId/${PROVIDER}`,
      action: `${TYPE}/read`,
      handle: listEndpoints,
    },
    { ...base, method: 'GET', path: `${GROUP}/${PROVIDER}`, action: `${TYPE}/read`, handle: listEndpoints },
    { ...base, method: 'GET', path: `${GROUP}/${PROVIDER}/:name`, action: `${TYPE}/read`, handle: getEndpoint },
    { ...base, method: 'PUT', path: `${GROUP}/${PROVIDER}/:name`, action: `${TYPE}/write`, handle: putEndpoint },
    { ...base, method: 'DELETE', path: `${GROUP}/${PROVIDER}/:name`, action: `${TYPE}/delete`, handle: deleteEndpoint },
  );
}

function listEndpoints(request: ArmRequest, cloud: Cloud): SimResponse {
  const scope = keyOf(request.resourceId).split('/providers/')[0] ?? '';
  const endpoints = Object.values(cloud.world.arm.privateEndpoints).filter(({ id }) =>
    keyOf(id).startsWith(`${scope}/`),
  );
  return paged(request, cloud, endpoints, (endpoint) => shownEndpoint(endpoint, cloud));
}

function getEndpoint(request: ArmRequest, cloud: Cloud): SimResponse {
  const endpoint = cloud.world.arm.privateEndpoints[keyOf(request.resourceId)];
  if (!endpoint) throw endpointNotFound(request);
  return networkAnswer(200, shownEndpoint(endpoint, cloud));
}

export function endpointNotFound(request: ArmRequest): Refusal {
  const message = `The Resource '${TYPE}/${request.params.name}' under resource group '${request.resourceGroup}' was not found.`;
  return new Refusal(404, 'ResourceNotFound', message);
}

function putEndpoint(request: ArmRequest, cloud: Cloud): SimResponse {
  const body = readEndpointBody(request.body, cloud.conduct.arm.switches);
  const tags = readTags(cloud, body.tags);
  const existing = cloud.world.arm.privateEndpoints[keyOf(request.resourceId)];
  const subnet = checkSubnet(request, cloud, body);
  checkIdleSubnet(cloud, body.subnetId);
  const target = checkTarget(request, cloud, body);
  if (existing) {
    checkSameIdentity(cloud, existing, body);
    return updateEndpoint(request, cloud, existing, body, tags);
  }
  checkLimits(request, cloud, body.subnetId);
  const members = takeAddresses(cloud, subnet, target, body, request.resourceId);
  const endpoint = newEndpoint(request, body, members, tags);
  cloud.world.arm.privateEndpoints[keyOf(endpoint.id)] = endpoint;
  return beginCreate(request, cloud, endpoint, 201);
}

function newEndpoint(
  request: ArmRequest,
  { location, subnetId, connection, customNetworkInterfaceName }: EndpointBody,
  members: PrivateEndpoint['members'],
  tags: PrivateEndpoint['tags'],
): PrivateEndpoint {
  const name = nameOf(request.resourceId);
  const interfaceName = customNetworkInterfaceName ?? `${name}.nic.${randomUUID()}`;
  return {
    id: request.resourceId,
    name,
    location,
    etag: randomUUID(),
    tags,
    tenantId: request.caller.tenantId,
    provisioningState: 'Updating',
    subnetId,
    networkInterfaceId: `${request.resourceId.split('/providers/')[0]}/providers/Microsoft.Network/networkInterfaces/${interfaceName}`,
    ...(customNetworkInterfaceName && { customNetworkInterfaceName }),
    connection: {
      ...connection,
      state: { status: 'Pending', description: 'Awaiting Approval', actionsRequired: 'None' },
    },
    members,
  };
}

function beginCreate(request: ArmRequest, cloud: Cloud, endpoint: PrivateEndpoint, status: number): SimResponse {
  const { switches, delays } = cloud.conduct.arm;
  const operation = beginOperation(cloud, request);
  const payload = { endpointId: endpoint.id, operationId: operation.id };
  cloud.schedule.after(switches.delayEndpointCreate ? delays.endpointCreateMs : 0, CREATED, payload);
  return networkAnswer(status, shownEndpoint(endpoint, cloud), networkHeaders(cloud, operation, endpoint.location));
}

/** Tags and message only: everything else is the endpoint's identity. */
function updateEndpoint(
  request: ArmRequest,
  cloud: Cloud,
  endpoint: PrivateEndpoint,
  body: EndpointBody,
  tags: PrivateEndpoint['tags'],
): SimResponse {
  endpoint.tags = tags;
  endpoint.connection.requestMessage = body.connection.requestMessage;
  endpoint.etag = randomUUID();
  const over = ['Rejected', 'Disconnected'].includes(endpoint.connection.state.status);
  const failed = endpoint.provisioningState === 'Failed';
  // A second PUT asks again only where the first one failed; a refused connection stays refused (section 9.2).
  if (failed || (over && !cloud.conduct.arm.switches.keepRejected)) {
    endpoint.provisioningState = 'Updating';
    return beginCreate(request, cloud, endpoint, 200);
  }
  return networkAnswer(200, shownEndpoint(endpoint, cloud));
}

function checkSameIdentity(cloud: Cloud, endpoint: PrivateEndpoint, body: EndpointBody): void {
  if (!cloud.conduct.arm.switches.keepEndpointIdentity) return;
  const pairs = {
    location: [endpoint.location, body.location],
    'subnet.id': [keyOf(endpoint.subnetId), keyOf(body.subnetId)],
    privateLinkServiceId: [keyOf(endpoint.connection.targetId), keyOf(body.connection.targetId)],
    groupIds: [endpoint.connection.groupIds.join(), body.connection.groupIds.join()],
    'connection mode': [endpoint.connection.mode, body.connection.mode],
    customNetworkInterfaceName: [endpoint.customNetworkInterfaceName ?? '', body.customNetworkInterfaceName ?? ''],
  };
  for (const [property, [is, wanted]] of Object.entries(pairs)) {
    if (is === wanted) continue;
    throw new Refusal(
      400,
      'PropertyChangeNotAllowed',
      `Changing property '${property}' of a private endpoint is not allowed.`,
    );
  }
}

/** Codes are stand-ins: only the numbers are known (cloud-apis section 9.2 [G]). */
function checkLimits(request: ArmRequest, cloud: Cloud, subnetId: string): void {
  const { switches, quotas } = cloud.conduct.arm;
  if (!switches.limitEndpoints) return;
  const endpoints = cloud.world.arm.privateEndpoints;
  const subnets = cloud.world.arm.virtualNetworks[keyOf(parentOf(subnetId))]?.subnets ?? [];
  const holders = new Set(subnets.flatMap(({ allocations }) => Object.values(allocations)));
  const inNetwork = [...holders].filter((holder) => holder in endpoints);
  if (inNetwork.length >= quotas.endpointsPerNetwork) {
    const message = `The virtual network has ${inNetwork.length} private endpoints, which is the limit.`;
    throw new Refusal(400, 'PrivateEndpointsPerVnetLimitReached', message);
  }
  const scope = `/subscriptions/${request.subscriptionId.toLowerCase()}/`;
  const inSubscription = Object.keys(endpoints).filter((key) => key.startsWith(scope));
  if (inSubscription.length < quotas.endpointsPerSubscription) return;
  const message = `The subscription has ${inSubscription.length} private endpoints, which is the limit.`;
  throw new Refusal(400, 'PrivateEndpointsPerSubscriptionLimitReached', message);
}

/** One mutation at a time in a subnet (cloud-apis section 9.1 [O]). */
function checkIdleSubnet(cloud: Cloud, subnetId: string): void {
  const { switches, choices } = cloud.conduct.arm;
  if (!switches.oneMutationPerSubnet) return;
  const busy = Object.values(cloud.world.arm.privateEndpoints).find(
    (endpoint) =>
      (endpoint.provisioningState === 'Updating' || endpoint.provisioningState === 'Deleting') &&
      keyOf(endpoint.subnetId) === keyOf(subnetId),
  );
  if (!busy) return;
  const message = `Another operation on this or dependent resource is in progress: ${busy.id}.`;
  throw new Refusal(choices.busySubnet === 'RetryableError' ? 429 : 409, choices.busySubnet, message, {
    headers: { 'retry-after': retryAfter(cloud, 10) },
  });
}

function deleteEndpoint(request: ArmRequest, cloud: Cloud): SimResponse {
  const endpoint = cloud.world.arm.privateEndpoints[keyOf(request.resourceId)];
  if (!endpoint) return { status: 204 };
  checkIdleSubnet(cloud, endpoint.subnetId);
  const { switches, delays, choices } = cloud.conduct.arm;
  endpoint.provisioningState = 'Deleting';
  const operation = beginOperation(cloud, request);
  const asynchronous = switches.delayEndpointDelete && choices.endpointDelete === 'asynchronous';
  const payload = { endpointId: endpoint.id, operationId: operation.id };
  cloud.schedule.after(asynchronous ? delays.endpointDeleteMs : 0, DELETED, payload);
  if (!asynchronous) return { status: 200 };
  return { status: 202, headers: networkHeaders(cloud, operation, endpoint.location) };
}
