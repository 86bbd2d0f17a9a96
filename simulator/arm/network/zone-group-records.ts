import { randomUUID } from 'node:crypto';

import type { Cloud } from '../../cloud.ts';
import { keyOf } from '../ids.ts';
import type { DnsZone, PrivateEndpoint, ZoneGroup } from '../types.ts';

/** TTL of the records that zone groups write (cloud-apis section 10.4). */
const TTL_SECONDS = 10;

export type GroupRecord = { zone: DnsZone; name: string; fqdn: string; address: string };

/** The A records that a zone group is there to keep. None before the endpoint is approved: it has no names yet. */
export function recordsOf(cloud: Cloud, group: ZoneGroup): GroupRecord[] {
  const { world, conduct } = cloud;
  const endpoint = world.arm.privateEndpoints[keyOf(group.privateEndpointId)];
  const approved = endpoint?.connection.state.status === 'Approved';
  return approved || !conduct.arm.switches.addressesAfterApproval ? possibleRecords(cloud, group) : [];
}

function possibleRecords({ world }: Cloud, group: ZoneGroup): GroupRecord[] {
  const endpoint = world.arm.privateEndpoints[keyOf(group.privateEndpointId)];
  if (!endpoint) return [];
  return group.configs.flatMap(({ zoneId }) => {
    const zone = world.arm.dnsZones[keyOf(zoneId)];
    return zone ? recordsIn(zone, endpoint) : [];
  });
}

function recordsIn(zone: DnsZone, endpoint: PrivateEndpoint): GroupRecord[] {
  const publicZone = `.${zone.name.replace(/^privatelink\./, '')}`;
  return endpoint.members.flatMap(({ address, fqdns }) =>
    fqdns.flatMap((host) => {
      if (!host.endsWith(publicZone)) return [];
      const name = host.slice(0, -publicZone.length);
      return [{ zone, name, fqdn: `${name}.${zone.name}`, address }];
    }),
  );
}

/** Writes over whatever stands there: of two endpoints for one workspace in one zone the last one wins (section 10.4). */
export function writeRecords(cloud: Cloud, group: ZoneGroup): void {
  for (const { zone, name, address } of recordsOf(cloud, group)) {
    const key = name.toLowerCase();
    const existing = zone.records[key];
    const kept = cloud.conduct.arm.switches.lastZoneGroupWins ? [] : (existing?.addresses ?? []);
    const addresses = [...new Set([...kept, address])];
    const same = existing?.writtenBy === group.id && existing.addresses.join() === addresses.join();
    if (same) continue;
    zone.records[key] = {
      name,
      etag: randomUUID(),
      ttlSeconds: TTL_SECONDS,
      addresses,
      metadata: { creator: `created by private endpoint ${group.privateEndpointId}` },
      writtenBy: group.id,
    };
  }
}

/** Takes away what the group may have written in the zones that it names. */
export function removeRecords(cloud: Cloud, group: ZoneGroup): void {
  for (const { zone, name } of possibleRecords(cloud, group)) delete zone.records[name.toLowerCase()];
}

/** The records go with the group, also those that another group has written over since (section 10.4 [G]). */
export function removeZoneGroup(cloud: Cloud, group: ZoneGroup): void {
  removeRecords(cloud, group);
  const { arm } = cloud.world;
  delete arm.zoneGroups[keyOf(group.id)];
  const endpoint = arm.privateEndpoints[keyOf(group.privateEndpointId)];
  if (endpoint?.zoneGroupId === group.id) delete endpoint.zoneGroupId;
}
