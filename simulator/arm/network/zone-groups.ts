import { randomUUID } from 'node:crypto';

import type { Cloud } from '../../cloud.ts';
import { Refusal, type SimResponse } from '../../exchange.ts';
import { keyOf, nameOf, parentOf } from '../ids.ts';
import { list, member, text } from '../members.ts';
import { beginOperation, finishOperation, retryAfter } from '../operations.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, addArmRoutes } from '../service.ts';
import type { PrivateEndpoint, ZoneGroup } from '../types.ts';
import { API_VERSIONS, networkAnswer, networkHeaders } from './answers.ts';
import { zoneGroupOf } from './endpoint-shown.ts';
import { requireLinked } from './placement.ts';
import { recordsOf, removeRecords, removeZoneGroup, writeRecords } from './zone-group-records.ts';

const BASE =
  '/subscriptions/:subscriptionId/resourceGroups/:resourceGroup/providers/Microsoft.Network/privateEndpoints/:name/privateDnsZoneGroups';
const TYPE = 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups';
const WRITTEN = 'network.zoneGroupWritten';
const REMOVED = 'network.zoneGroupRemoved';
const MAX_CONFIGS = 5;

/** privateEndpoints/privateDnsZoneGroups (cloud-apis section 10.4). */
export function mountZoneGroups(cloud: Cloud): void {
  cloud.schedule.define(WRITTEN, (current, { groupId = '', operationId = '' }) => {
    const group = current.world.arm.zoneGroups[keyOf(groupId)];
    if (group?.provisioningState === 'Updating') {
      group.provisioningState = 'Succeeded';
      writeRecords(current, group);
    }
    finishOperation(current, operationId);
  });
  cloud.schedule.define(REMOVED, (current, { groupId = '', operationId = '' }) => {
    const group = current.world.arm.zoneGroups[keyOf(groupId)];
    if (group?.provisioningState === 'Deleting') removeZoneGroup(current, group);
    finishOperation(current, operationId);
  });
  const base = { apiVersions: API_VERSIONS, requires: 'Microsoft.Network' };
  addArmRoutes(
    cloud,
    { ...base, method: 'GET', path: BASE, action: `${TYPE}/read`, handle: listGroups },
    { ...base, method: 'GET', path: `${BASE}/:group`, action: `${TYPE}/read`, handle: getGroup },
    { ...base, method: 'PUT', path: `${BASE}/:group`, action: `${TYPE}/write`, handle: putGroup },
    { ...base, method: 'DELETE', path: `${BASE}/:group`, action: `${TYPE}/delete`, handle: deleteGroup },
  );
}

function endpointOf(endpointId: string, { world }: Cloud): PrivateEndpoint {
  const endpoint = world.arm.privateEndpoints[keyOf(endpointId)];
  if (endpoint) return endpoint;
  throw new Refusal(404, 'ParentResourceNotFound', `The parent resource '${endpointId}' was not found.`);
}

function listGroups(request: ArmRequest, cloud: Cloud): SimResponse {
  const endpoint = endpointOf(parentPath(request.resourceId), cloud);
  const group = zoneGroupOf(cloud.world.arm, endpoint.id);
  return paged(request, cloud, group ? [shown(group, cloud)] : []);
}

const parentPath = (path: string) => path.split('/').slice(0, -1).join('/');

function getGroup(request: ArmRequest, cloud: Cloud): SimResponse {
  endpointOf(parentOf(request.resourceId), cloud);
  const group = cloud.world.arm.zoneGroups[keyOf(request.resourceId)];
  if (!group) throw new Refusal(404, 'NotFound', `Resource ${request.resourceId} not found.`);
  return networkAnswer(200, shown(group, cloud));
}

function putGroup(request: ArmRequest, cloud: Cloud): SimResponse {
  const endpoint = endpointOf(parentOf(request.resourceId), cloud);
  const { switches, delays } = cloud.conduct.arm;
  if (endpoint.provisioningState !== 'Succeeded') {
    const message = `Cannot proceed with operation because resource ${endpoint.id} used by resource ${request.resourceId} is not in Succeeded state. Resource is in ${endpoint.provisioningState} state.`;
    throw new Refusal(409, 'ReferencedResourceNotProvisioned', message);
  }
  const other = zoneGroupOf(cloud.world.arm, endpoint.id);
  if (switches.oneZoneGroupPerEndpoint && other && keyOf(other.id) !== keyOf(request.resourceId)) {
    const message = `Private endpoint ${endpoint.id} already has the private DNS zone group ${other.id}; one is the limit.`;
    throw new Refusal(400, 'PrivateDnsZoneGroupLimitReached', message);
  }
  const configs = readConfigs(request, cloud);
  const existing = cloud.world.arm.zoneGroups[keyOf(request.resourceId)];
  if (existing && existing.provisioningState !== 'Succeeded') {
    const message = `Another operation on this or dependent resource is in progress: ${existing.id}.`;
    throw new Refusal(409, 'AnotherOperationInProgress', message, {
      headers: { 'retry-after': retryAfter(cloud, 10) },
    });
  }
  if (existing) {
    // Records of zones that the group no longer names go at once; the others stay through the update.
    const kept = new Set(configs.map(({ zoneId }) => keyOf(zoneId)));
    removeRecords(cloud, { ...existing, configs: existing.configs.filter(({ zoneId }) => !kept.has(keyOf(zoneId))) });
  }
  const group: ZoneGroup = {
    id: request.resourceId,
    name: nameOf(request.resourceId),
    etag: randomUUID(),
    privateEndpointId: endpoint.id,
    provisioningState: 'Updating',
    configs,
  };
  cloud.world.arm.zoneGroups[keyOf(group.id)] = group;
  endpoint.zoneGroupId = group.id;
  const operation = beginOperation(cloud, request);
  const payload = { groupId: group.id, operationId: operation.id };
  cloud.schedule.after(switches.delayZoneGroup ? delays.zoneGroupMs : 0, WRITTEN, payload);
  const headers = networkHeaders(cloud, operation, endpoint.location);
  return networkAnswer(existing ? 200 : 201, shown(group, cloud), headers);
}

function readConfigs(request: ArmRequest, cloud: Cloud): ZoneGroup['configs'] {
  const entries = list(member(request.body, 'properties', 'privateDnsZoneConfigs'));
  if (entries.length > MAX_CONFIGS) {
    throw new Refusal(400, 'InvalidRequestFormat', `A zone group takes at most ${MAX_CONFIGS} zone configurations.`);
  }
  return entries.map((entry) => {
    const zoneId = text(member(entry, 'properties', 'privateDnsZoneId'));
    const name = text(member(entry, 'name'));
    if (!zoneId || !name) {
      throw new Refusal(400, 'InvalidRequestFormat', 'A zone configuration needs a name and a privateDnsZoneId.');
    }
    // A zone of another tenant is out of reach for any token of this one (section 10.4).
    if (cloud.conduct.arm.switches.keepZoneGroupInTenant) {
      requireLinked(cloud, [request.caller], 'Microsoft.Network/privateDnsZones/join/action', zoneId, request);
    }
    if (!cloud.world.arm.dnsZones[keyOf(zoneId)]) {
      const message = `Resource ${zoneId} referenced by resource ${request.resourceId} was not found.`;
      throw new Refusal(400, 'InvalidResourceReference', message);
    }
    return { name, zoneId };
  });
}

function deleteGroup(request: ArmRequest, cloud: Cloud): SimResponse {
  const group = cloud.world.arm.zoneGroups[keyOf(request.resourceId)];
  if (!group) return { status: 204 };
  const endpoint = endpointOf(parentOf(request.resourceId), cloud);
  const { switches, delays } = cloud.conduct.arm;
  group.provisioningState = 'Deleting';
  const operation = beginOperation(cloud, request);
  const payload = { groupId: group.id, operationId: operation.id };
  cloud.schedule.after(switches.delayZoneGroup ? delays.zoneGroupMs : 0, REMOVED, payload);
  return { status: 202, headers: networkHeaders(cloud, operation, endpoint.location) };
}

function shown(group: ZoneGroup, cloud: Cloud) {
  const records = group.provisioningState === 'Succeeded' ? recordsOf(cloud, group) : [];
  return {
    name: group.name,
    id: group.id,
    etag: `W/"${group.etag}"`,
    properties: {
      provisioningState: group.provisioningState,
      privateDnsZoneConfigs: group.configs.map(({ name, zoneId }) => ({
        name,
        id: `${group.id}/privateDnsZoneConfigs/${name}`,
        properties: {
          provisioningState: group.provisioningState,
          privateDnsZoneId: zoneId,
          recordSets: records
            .filter(({ zone }) => keyOf(zone.id) === keyOf(zoneId))
            .map((record) => ({
              recordType: 'A',
              recordSetName: record.name,
              fqdn: record.fqdn,
              ttl: 10,
              ipAddresses: [record.address],
              provisioningState: 'Succeeded',
            })),
        },
      })),
    },
  };
}
