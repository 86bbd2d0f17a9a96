import { randomUUID } from 'node:crypto';

import type { Cloud } from '../../cloud.ts';
import { Refusal, type SimResponse } from '../../exchange.ts';
import { keyOf, nameOf } from '../ids.ts';
import { member, text } from '../members.ts';
import { requireLinked } from '../network/placement.ts';
import { beginOperation, finishOperation } from '../operations.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, addArmRoutes } from '../service.ts';
import { readTags } from '../tags.ts';
import type { DnsZone, VirtualNetworkLink } from '../types.ts';
import { API_VERSIONS, checkPreconditions, dnsAccepted, dnsAnswer, GROUP, ZONES } from './answers.ts';
import { parentZone } from './zones.ts';

const BASE = `${GROUP}/${ZONES}/:zone/virtualNetworkLinks`;
const TYPE = 'Microsoft.Network/privateDnsZones/virtualNetworkLinks';
const WRITTEN = 'dns.linkWritten';
const DELETED = 'dns.linkDeleted';

/** Links between private zones and networks (cloud-apis section 10.5). */
export function mountLinks(cloud: Cloud): void {
  cloud.schedule.define(WRITTEN, (current, { zoneId = '', link: name = '', operationId = '' }) => {
    const link = current.world.arm.dnsZones[keyOf(zoneId)]?.links[name];
    if (link && link.provisioningState !== 'Deleting') {
      link.provisioningState = 'Succeeded';
      link.state = 'Completed';
    }
    finishOperation(current, operationId);
  });
  cloud.schedule.define(DELETED, (current, { zoneId = '', link: name = '', operationId = '' }) => {
    const zone = current.world.arm.dnsZones[keyOf(zoneId)];
    if (zone?.links[name]?.provisioningState === 'Deleting') delete zone.links[name];
    finishOperation(current, operationId);
  });
  const base = { apiVersions: API_VERSIONS, requires: 'Microsoft.Network' };
  addArmRoutes(
    cloud,
    { ...base, method: 'GET', path: BASE, action: `${TYPE}/read`, handle: listLinks },
    { ...base, method: 'GET', path: `${BASE}/:link`, action: `${TYPE}/read`, handle: getLink },
    { ...base, method: 'PUT', path: `${BASE}/:link`, action: `${TYPE}/write`, handle: putLink },
    { ...base, method: 'DELETE', path: `${BASE}/:link`, action: `${TYPE}/delete`, handle: deleteLink },
  );
}

function zoneOf(request: ArmRequest, cloud: Cloud): DnsZone {
  const zoneId = request.resourceId.split('/').slice(0, 9).join('/');
  return parentZone(zoneId, cloud);
}

function listLinks(request: ArmRequest, cloud: Cloud): SimResponse {
  const links = Object.values(zoneOf(request, cloud).links);
  return paged(request, cloud, links, (link) => shownLink(link, request));
}

function getLink(request: ArmRequest, cloud: Cloud): SimResponse {
  const link = zoneOf(request, cloud).links[nameOf(keyOf(request.resourceId))];
  if (!link) throw new Refusal(404, 'ResourceNotFound', `The Resource '${request.resourceId}' was not found.`);
  return dnsAnswer(200, shownLink(link, request));
}

function putLink(request: ArmRequest, cloud: Cloud): SimResponse {
  const zone = zoneOf(request, cloud);
  const key = nameOf(keyOf(request.resourceId));
  const existing = zone.links[key];
  checkPreconditions(request, cloud, existing?.etag);
  const wanted = readLink(request, cloud, zone);
  checkNetwork(request, cloud, zone, wanted.virtualNetworkId);
  const { switches, delays } = cloud.conduct.arm;
  if (existing && switches.keepLinkTarget && keyOf(existing.virtualNetworkId) !== keyOf(wanted.virtualNetworkId)) {
    const message = `The virtual network of link '${existing.name}' cannot be changed.`;
    throw new Refusal(400, 'BadRequest', message);
  }
  const link: VirtualNetworkLink = {
    id: request.resourceId,
    name: nameOf(request.resourceId),
    etag: randomUUID(),
    ...wanted,
    state: 'InProgress',
    provisioningState: existing ? 'Updating' : 'Creating',
  };
  zone.links[key] = link;
  const operation = beginOperation(cloud, request);
  const payload = { zoneId: zone.id, link: key, operationId: operation.id };
  cloud.schedule.after(switches.delayLinks ? delays.linkMs : 0, WRITTEN, payload);
  if (switches.delayLinks) return dnsAccepted(cloud, request, operation);
  return dnsAnswer(existing ? 200 : 201, shownLink(link, request));
}

type WantedLink = Pick<VirtualNetworkLink, 'virtualNetworkId' | 'registrationEnabled' | 'resolutionPolicy' | 'tags'>;

function readLink(request: ArmRequest, cloud: Cloud, zone: DnsZone): WantedLink {
  const properties = member(request.body, 'properties');
  const virtualNetworkId = text(member(properties, 'virtualNetwork', 'id'));
  if (!virtualNetworkId) throw new Refusal(400, 'BadRequest', 'properties.virtualNetwork.id is missing.');
  // Versions before 2024-06-01 do not know the member: they ignore it and leave the default.
  const policy = request.apiVersion >= '2024-06-01' ? text(member(properties, 'resolutionPolicy')) : undefined;
  if (policy !== undefined && policy !== 'Default' && policy !== 'NxDomainRedirect') {
    throw new Refusal(400, 'BadRequest', `The resolution policy '${policy}' is not valid.`);
  }
  if (policy === 'NxDomainRedirect' && !zone.name.startsWith('privatelink.')) {
    const message = `The resolution policy NxDomainRedirect is for privatelink zones only; '${zone.name}' is none.`;
    throw new Refusal(400, 'BadRequest', message);
  }
  return {
    virtualNetworkId,
    registrationEnabled: member(properties, 'registrationEnabled') === true,
    resolutionPolicy: policy ?? 'Default',
    tags: readTags(cloud, member(request.body, 'tags')),
  };
}

/** The network must exist within the caller's reach and see no other zone of the same name. */
function checkNetwork(request: ArmRequest, cloud: Cloud, zone: DnsZone, virtualNetworkId: string): void {
  const { switches } = cloud.conduct.arm;
  if (switches.checkLinkedAuthorization) {
    requireLinked(cloud, [request.caller], 'Microsoft.Network/virtualNetworks/join/action', virtualNetworkId, request);
  }
  if (!cloud.world.arm.virtualNetworks[keyOf(virtualNetworkId)]) {
    throw new Refusal(400, 'BadRequest', `The virtual network '${virtualNetworkId}' does not exist.`);
  }
  if (!switches.oneLinkPerZoneName) return;
  const taken = Object.values(cloud.world.arm.dnsZones)
    .filter(({ name }) => name === zone.name)
    .flatMap(({ links }) => Object.values(links))
    .find(
      (link) =>
        keyOf(link.virtualNetworkId) === keyOf(virtualNetworkId) && keyOf(link.id) !== keyOf(request.resourceId),
    );
  if (!taken) return;
  const message = `A virtual network cannot be linked to multiple zones with overlapping namespaces. The virtual network '${virtualNetworkId}' is linked to a zone '${zone.name}' by '${taken.id}'.`;
  throw new Refusal(409, 'Conflict', message);
}

function deleteLink(request: ArmRequest, cloud: Cloud): SimResponse {
  const zone = zoneOf(request, cloud);
  const key = nameOf(keyOf(request.resourceId));
  const link = zone.links[key];
  if (!link) return { status: 204 };
  checkPreconditions(request, cloud, link.etag);
  const { switches, delays } = cloud.conduct.arm;
  link.provisioningState = 'Deleting';
  const operation = beginOperation(cloud, request);
  const payload = { zoneId: zone.id, link: key, operationId: operation.id };
  cloud.schedule.after(switches.delayLinks ? delays.linkMs : 0, DELETED, payload);
  return switches.delayLinks ? dnsAccepted(cloud, request, operation) : { status: 200 };
}

export function shownLink(link: VirtualNetworkLink, { apiVersion }: Pick<ArmRequest, 'apiVersion'>) {
  return {
    id: link.id,
    name: link.name,
    type: TYPE,
    etag: `"${link.etag}"`,
    location: 'global',
    tags: link.tags,
    properties: {
      provisioningState: link.provisioningState,
      registrationEnabled: link.registrationEnabled,
      ...(apiVersion >= '2024-06-01' && { resolutionPolicy: link.resolutionPolicy }),
      virtualNetwork: { id: link.virtualNetworkId },
      virtualNetworkLinkState: link.state,
    },
  };
}
