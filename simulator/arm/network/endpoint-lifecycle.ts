import { randomUUID } from 'node:crypto';

import type { Cloud } from '../../cloud.ts';
import { Refusal } from '../../exchange.ts';
import { keyOf, nameOf } from '../ids.ts';
import { finishOperation } from '../operations.ts';
import type { PrivateEndpoint } from '../types.ts';
import { zoneGroupOf } from './endpoint-shown.ts';
import { findSubnet, release } from './subnets.ts';
import { removeZoneGroup, writeRecords } from './zone-group-records.ts';

export const CREATED = 'network.endpointCreated';
export const DELETED = 'network.endpointDeleted';
const INTERFACE_GONE = 'network.interfaceGone';

/** What happens to endpoints after the calls that began it, and when their target's owner decides. */
export function defineEndpointLifecycle(cloud: Cloud): void {
  cloud.schedule.define(CREATED, (current, { endpointId = '', operationId = '' }) => {
    const endpoint = current.world.arm.privateEndpoints[keyOf(endpointId)];
    if (endpoint?.provisioningState === 'Updating') finishCreate(current, endpoint, operationId);
  });
  cloud.schedule.define(DELETED, (current, { endpointId = '', operationId = '' }) => {
    const endpoint = current.world.arm.privateEndpoints[keyOf(endpointId)];
    if (endpoint?.provisioningState === 'Deleting') removeEndpoint(current, endpoint);
    finishOperation(current, operationId);
  });
  cloud.schedule.define(INTERFACE_GONE, ({ world }, { interfaceId = '', subnetId = '', endpointId = '' }) => {
    delete world.arm.networkInterfaces[keyOf(interfaceId)];
    // A new endpoint may bear the same id by now: what it holds is its own.
    if (world.arm.privateEndpoints[keyOf(endpointId)]) return;
    const found = findSubnet(world.arm, subnetId);
    if (found) release(found.subnet, endpointId);
  });
  cloud.connections.onDecision((current, { privateEndpointId, state }) => {
    const endpoint = current.world.arm.privateEndpoints[keyOf(privateEndpointId)];
    if (endpoint) decide(current, endpoint, state);
  });
}

function finishCreate(cloud: Cloud, endpoint: PrivateEndpoint, operationId: string): void {
  const { connection } = endpoint;
  try {
    const [groupId = ''] = connection.groupIds;
    const state = cloud.connections.request(cloud, {
      privateEndpointId: endpoint.id,
      targetId: connection.targetId,
      groupId,
      mode: connection.mode,
      message: connection.requestMessage,
    });
    connection.state = { ...state };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    endpoint.provisioningState = 'Failed';
    finishOperation(cloud, operationId, { code: thrown.code, message: thrown.message });
    return;
  }
  endpoint.provisioningState = 'Succeeded';
  endpoint.etag = randomUUID();
  cloud.world.arm.networkInterfaces[keyOf(endpoint.networkInterfaceId)] = {
    id: endpoint.networkInterfaceId,
    name: nameOf(endpoint.networkInterfaceId),
    location: endpoint.location,
    etag: randomUUID(),
    subnetId: endpoint.subnetId,
    privateEndpointId: endpoint.id,
    members: endpoint.members,
  };
  const [api] = endpoint.members;
  if (api) cloud.addresses.open(api.address);
  finishOperation(cloud, operationId);
}

/** Takes an endpoint out of the world with all that hangs on it; its interface and addresses linger (section 9.2). */
export function removeEndpoint(cloud: Cloud, endpoint: PrivateEndpoint): void {
  const { arm } = cloud.world;
  const group = zoneGroupOf(arm, endpoint.id);
  if (group) removeZoneGroup(cloud, group);
  delete arm.privateEndpoints[keyOf(endpoint.id)];
  const [api] = endpoint.members;
  if (api) cloud.addresses.close(api.address);
  cloud.connections.withdraw(cloud, { privateEndpointId: endpoint.id, targetId: endpoint.connection.targetId });
  const { switches, delays } = cloud.conduct.arm;
  cloud.schedule.after(switches.lingerNetworkInterface ? delays.networkInterfaceLingerMs : 0, INTERFACE_GONE, {
    interfaceId: endpoint.networkInterfaceId,
    subnetId: endpoint.subnetId,
    endpointId: endpoint.id,
  });
}

/** A refused or removed connection never recovers, whatever the target's owner does later (section 9.2). */
function decide(cloud: Cloud, endpoint: PrivateEndpoint, state: PrivateEndpoint['connection']['state']): void {
  const over = ['Rejected', 'Disconnected'].includes(endpoint.connection.state.status);
  const revives = state.status === 'Approved' || state.status === 'Pending';
  if (over && revives && cloud.conduct.arm.switches.keepRejected) return;
  endpoint.connection.state = { ...state };
  endpoint.etag = randomUUID();
  const group = zoneGroupOf(cloud.world.arm, endpoint.id);
  if (group?.provisioningState === 'Succeeded') writeRecords(cloud, group);
}
