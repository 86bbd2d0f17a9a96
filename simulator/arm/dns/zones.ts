import { randomUUID } from 'node:crypto';

import type { Cloud } from '../../cloud.ts';
import { Refusal, type SimResponse } from '../../exchange.ts';
import { keyOf, nameOf } from '../ids.ts';
import { member, text } from '../members.ts';
import { beginOperation, finishOperation } from '../operations.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, addArmRoutes } from '../service.ts';
import { readTags } from '../tags.ts';
import type { DnsZone } from '../types.ts';
import { API_VERSIONS, checkPreconditions, dnsAccepted, dnsAnswer, GROUP, ZONES } from './answers.ts';

const TYPE = 'Microsoft.Network/privateDnsZones';
const CREATED = 'dns.zoneCreated';
const DELETED = 'dns.zoneDeleted';

/** Private DNS zones (cloud-apis section 10.5). */
export function mountZones(cloud: Cloud): void {
  cloud.schedule.define(CREATED, (current, { zoneId = '', operationId = '' }) => {
    const zone = current.world.arm.dnsZones[keyOf(zoneId)];
    if (zone?.provisioningState === 'Creating') zone.provisioningState = 'Succeeded';
    finishOperation(current, operationId);
  });
  cloud.schedule.define(DELETED, (current, { zoneId = '', operationId = '' }) => {
    const { world } = current;
    if (world.arm.dnsZones[keyOf(zoneId)]?.provisioningState === 'Deleting') delete world.arm.dnsZones[keyOf(zoneId)];
    finishOperation(current, operationId);
  });
  const base = { apiVersions: API_VERSIONS, requires: 'Microsoft.Network' };
  const read = { ...base, method: 'GET', action: `${TYPE}/read` } as const;
  addArmRoutes(
    cloud,
    { ...read, path: `/subscriptions/:subscriptionId/${ZONES}`, handle: listZones },
    { ...read, path: `${GROUP}/${ZONES}`, handle: listZones },
    {
      ...read,
      path: `${GROUP}/${ZONES}/:zone`,
      handle: (request, current) => dnsAnswer(200, shownZone(zoneAt(request.resourceId, current))),
    },
    { ...base, method: 'PUT', path: `${GROUP}/${ZONES}/:zone`, action: `${TYPE}/write`, handle: putZone },
    { ...base, method: 'DELETE', path: `${GROUP}/${ZONES}/:zone`, action: `${TYPE}/delete`, handle: deleteZone },
  );
}

/** A zone is not to be seen before its creation is over. */
function isVisible({ provisioningState }: DnsZone): boolean {
  return provisioningState !== 'Creating';
}

/** Throws 404 for a zone that is not there (yet). */
export function zoneAt(zoneId: string, { world }: Cloud): DnsZone {
  const zone = world.arm.dnsZones[keyOf(zoneId)];
  if (zone && isVisible(zone)) return zone;
  const message = `The Resource '${TYPE}/${nameOf(zoneId)}' under resource group '${zoneId.split('/')[4]}' was not found.`;
  throw new Refusal(404, 'ResourceNotFound', message);
}

/** `zoneAt` for children: the zone is their parent. */
export function parentZone(zoneId: string, { world }: Cloud): DnsZone {
  const zone = world.arm.dnsZones[keyOf(zoneId)];
  if (zone && isVisible(zone)) return zone;
  const message = `Can not perform requested operation on nested resource. Parent resource '${nameOf(zoneId)}' not found.`;
  throw new Refusal(404, 'ParentResourceNotFound', message);
}

function listZones(request: ArmRequest, cloud: Cloud): SimResponse {
  const scope = keyOf(request.resourceId).split('/providers/')[0] ?? '';
  const zones = Object.values(cloud.world.arm.dnsZones).filter((zone) => keyOf(zone.id).startsWith(`${scope}/`));
  return paged(request, cloud, zones.filter(isVisible), shownZone);
}

function putZone(request: ArmRequest, cloud: Cloud): SimResponse {
  const existing = cloud.world.arm.dnsZones[keyOf(request.resourceId)];
  checkPreconditions(request, cloud, existing?.etag);
  const location = text(member(request.body, 'location'));
  if (location?.toLowerCase() !== 'global') {
    const message = `The provided location '${location ?? ''}' is not available for resource type '${TYPE}'. It must be 'global'.`;
    throw new Refusal(400, 'LocationNotAvailableForResourceType', message);
  }
  const tags = readTags(cloud, member(request.body, 'tags'));
  if (existing?.provisioningState === 'Succeeded') {
    existing.tags = tags;
    existing.etag = randomUUID();
    return dnsAnswer(200, shownZone(existing));
  }
  if (existing) throw new Refusal(409, 'Conflict', `The zone '${existing.name}' has an operation in progress.`);
  const zone: DnsZone = {
    id: request.resourceId,
    name: nameOf(request.resourceId).toLowerCase(),
    etag: randomUUID(),
    tags,
    provisioningState: 'Creating',
    records: {},
    links: {},
  };
  cloud.world.arm.dnsZones[keyOf(zone.id)] = zone;
  const operation = beginOperation(cloud, request);
  const { switches, delays } = cloud.conduct.arm;
  const payload = { zoneId: zone.id, operationId: operation.id };
  cloud.schedule.after(switches.delayZones ? delays.zoneMs : 0, CREATED, payload);
  return switches.delayZones ? dnsAccepted(cloud, request, operation) : dnsAnswer(201, shownZone(zone));
}

function deleteZone(request: ArmRequest, cloud: Cloud): SimResponse {
  const zone = cloud.world.arm.dnsZones[keyOf(request.resourceId)];
  if (!zone || !isVisible(zone)) return { status: 204 };
  checkPreconditions(request, cloud, zone.etag);
  const { switches, delays } = cloud.conduct.arm;
  if (switches.keepLinkedZone && Object.keys(zone.links).length > 0) {
    const message = 'Can not delete resource before nested resources are deleted.';
    throw new Refusal(409, 'CannotDeleteResource', message);
  }
  zone.provisioningState = 'Deleting';
  const operation = beginOperation(cloud, request);
  const payload = { zoneId: zone.id, operationId: operation.id };
  cloud.schedule.after(switches.delayZones ? delays.zoneMs : 0, DELETED, payload);
  return switches.delayZones ? dnsAccepted(cloud, request, operation) : { status: 200 };
}

export function shownZone(zone: DnsZone) {
  const links = Object.values(zone.links);
  return {
    id: zone.id,
    name: zone.name,
    type: TYPE,
    etag: zone.etag,
    location: 'global',
    tags: zone.tags,
    properties: {
      maxNumberOfRecordSets: 25_000,
      maxNumberOfVirtualNetworkLinks: 1000,
      maxNumberOfVirtualNetworkLinksWithRegistration: 100,
      // The SOA record set counts.
      numberOfRecordSets: Object.keys(zone.records).length + 1,
      numberOfVirtualNetworkLinks: links.length,
      numberOfVirtualNetworkLinksWithRegistration: links.filter((link) => link.registrationEnabled).length,
      provisioningState: zone.provisioningState,
    },
  };
}
