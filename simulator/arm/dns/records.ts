import { randomUUID } from 'node:crypto';
import { isIPv4 } from 'node:net';

import type { Cloud } from '../../cloud.ts';
import { Refusal, type SimResponse } from '../../exchange.ts';
import { nameOf } from '../ids.ts';
import { list, member, text } from '../members.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, addArmRoutes } from '../service.ts';
import { readTags } from '../tags.ts';
import type { ARecordSet, DnsZone } from '../types.ts';
import { API_VERSIONS, checkPreconditions, dnsAnswer, GROUP, ZONES } from './answers.ts';
import { parentZone } from './zones.ts';

const BASE = `${GROUP}/${ZONES}/:zone`;
const TYPE = 'Microsoft.Network/privateDnsZones/A';

/** Address record sets (cloud-apis section 10.5); other record types are not simulated, save the zone's own SOA. */
export function mountRecords(cloud: Cloud): void {
  const base = { apiVersions: API_VERSIONS, requires: 'Microsoft.Network' };
  addArmRoutes(
    cloud,
    { ...base, method: 'GET', path: `${BASE}/A`, action: `${TYPE}/read`, handle: listRecords },
    {
      ...base,
      method: 'GET',
      path: `${BASE}/ALL`,
      action: 'Microsoft.Network/privateDnsZones/ALL/read',
      handle: listRecords,
    },
    { ...base, method: 'GET', path: `${BASE}/A/:record`, action: `${TYPE}/read`, handle: getRecord },
    { ...base, method: 'PUT', path: `${BASE}/A/:record`, action: `${TYPE}/write`, handle: putRecord },
    { ...base, method: 'DELETE', path: `${BASE}/A/:record`, action: `${TYPE}/delete`, handle: deleteRecord },
  );
}

function zoneOf(request: ArmRequest, cloud: Cloud): DnsZone {
  return parentZone(request.resourceId.split('/').slice(0, 9).join('/'), cloud);
}

function listRecords(request: ArmRequest, cloud: Cloud): SimResponse {
  const zone = zoneOf(request, cloud);
  const suffix = (request.url.searchParams.get('$recordsetnamesuffix') ?? '').toLowerCase();
  const records = Object.values(zone.records).filter(({ name }) => name.toLowerCase().endsWith(suffix));
  const all = nameOf(request.resourceId).toUpperCase() === 'ALL';
  const entries = all && suffix === '' ? [undefined, ...records] : records;
  return paged(request, cloud, entries, (record) => (record ? shown(record, zone) : shownSoa(zone)));
}

function getRecord(request: ArmRequest, cloud: Cloud): SimResponse {
  const zone = zoneOf(request, cloud);
  const record = zone.records[nameOf(request.resourceId).toLowerCase()];
  if (!record)
    throw new Refusal(404, 'NotFound', `The resource record '${nameOf(request.resourceId)}' does not exist.`);
  return dnsAnswer(200, shown(record, zone));
}

function putRecord(request: ArmRequest, cloud: Cloud): SimResponse {
  const zone = zoneOf(request, cloud);
  const name = nameOf(request.resourceId);
  const existing = zone.records[name.toLowerCase()];
  checkPreconditions(request, cloud, existing?.etag);
  const properties = member(request.body, 'properties');
  const ttlSeconds = member(properties, 'ttl');
  const addresses = list(member(properties, 'aRecords')).map((entry) => text(member(entry, 'ipv4Address')) ?? '');
  if (typeof ttlSeconds !== 'number' || ttlSeconds < 1 || ttlSeconds > 2_147_483_647) {
    throw new Refusal(400, 'BadRequest', 'The TTL must be between 1 and 2147483647 seconds.');
  }
  const wrong = addresses.find((address) => !isIPv4(address));
  if (wrong !== undefined || new Set(addresses).size !== addresses.length) {
    throw new Refusal(
      400,
      'BadRequest',
      `aRecords must be distinct IPv4 addresses${wrong === undefined ? '' : `; '${wrong}' is none`}.`,
    );
  }
  const record: ARecordSet = {
    name,
    etag: randomUUID(),
    ttlSeconds,
    addresses,
    metadata: readTags(cloud, member(properties, 'metadata')),
  };
  zone.records[name.toLowerCase()] = record;
  return dnsAnswer(existing ? 200 : 201, shown(record, zone));
}

function deleteRecord(request: ArmRequest, cloud: Cloud): SimResponse {
  const zone = zoneOf(request, cloud);
  const key = nameOf(request.resourceId).toLowerCase();
  const record = zone.records[key];
  if (!record) return { status: 204 };
  checkPreconditions(request, cloud, record.etag);
  delete zone.records[key];
  return { status: 200 };
}

function shown(record: ARecordSet, zone: DnsZone) {
  return {
    id: `${zone.id}/A/${record.name}`,
    name: record.name,
    type: TYPE,
    etag: record.etag,
    properties: {
      metadata: record.metadata,
      fqdn: `${record.name}.${zone.name}.`,
      ttl: record.ttlSeconds,
      aRecords: record.addresses.map((ipv4Address) => ({ ipv4Address })),
      isAutoRegistered: false,
    },
  };
}

/** Negative answers live this long in caches. */
export const SOA = { ttlSeconds: 3600, minimumSeconds: 10 };

function shownSoa(zone: DnsZone) {
  return {
    id: `${zone.id}/SOA/@`,
    name: '@',
    type: 'Microsoft.Network/privateDnsZones/SOA',
    etag: zone.etag,
    properties: {
      fqdn: `${zone.name}.`,
      ttl: SOA.ttlSeconds,
      soaRecord: {
        email: 'azureprivatedns-host.microsoft.com',
        expireTime: 2_419_200,
        host: 'azureprivatedns.net',
        minimumTtl: SOA.minimumSeconds,
        refreshTime: 3600,
        retryTime: 300,
        serialNumber: 1,
      },
      isAutoRegistered: false,
    },
  };
}
