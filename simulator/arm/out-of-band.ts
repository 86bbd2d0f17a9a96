import { randomUUID } from 'node:crypto';

import type { Cloud } from '../cloud.ts';
import { keyOf, nameOf, parentOf, parseId } from './ids.ts';
import { removeEndpoint } from './network/endpoint-lifecycle.ts';
import { removeZoneGroup } from './network/zone-group-records.ts';
import type { RoleGrant } from './types.ts';

/** What other people do in Azure while the operator runs: at once, without checks, with the same consequences. */

/** False when there is no such thing, or its type is not known here. Private link services: `arm/fabric/out-of-band.ts`. */
export function deleteOutOfBand(cloud: Cloud, armId: string): boolean {
  const { arm } = cloud.world;
  const key = keyOf(armId);
  const name = nameOf(key);
  const zone = arm.dnsZones[keyOf(parentOf(armId))];
  switch (parseId(armId)?.type.toLowerCase() ?? '') {
    case 'microsoft.network/privateendpoints': {
      const endpoint = arm.privateEndpoints[key];
      if (endpoint) removeEndpoint(cloud, endpoint);
      return endpoint !== undefined;
    }
    case 'microsoft.network/privateendpoints/privatednszonegroups': {
      const group = arm.zoneGroups[key];
      if (group) removeZoneGroup(cloud, group);
      return group !== undefined;
    }
    case 'microsoft.network/privatednszones':
      return taken(arm.dnsZones, key);
    case 'microsoft.network/privatednszones/a':
      return taken(zone?.records, name);
    case 'microsoft.network/privatednszones/virtualnetworklinks':
      return taken(zone?.links, name);
    default:
      return false;
  }
}

function taken(collection: Record<string, unknown> | undefined, key: string): boolean {
  if (!collection || !(key in collection)) return false;
  delete collection[key];
  return true;
}

/** Somebody edits a record by hand. Throws when there is no such zone. */
export function setRecord(cloud: Cloud, zoneId: string, name: string, addresses: readonly string[]): void {
  const zone = cloud.world.arm.dnsZones[keyOf(zoneId)];
  if (!zone) throw new Error(`no zone ${zoneId} in the world`);
  zone.records[name.toLowerCase()] = {
    name,
    etag: randomUUID(),
    ttlSeconds: 3600,
    addresses: [...addresses],
    metadata: {},
  };
}

/** A role assignment made now: it works after the published delay (cloud-apis section 4.1). */
export function grantNow(cloud: Cloud, grant: Omit<RoleGrant, 'effectiveAtMs'>): void {
  const delayMs = cloud.clock.scaled(cloud.conduct.arm.delays.grantMs);
  cloud.world.arm.grants.push({ ...grant, effectiveAtMs: cloud.clock.now() + delayMs });
}

/** Takes all grants of a principal away, at once. */
export function revokeGrants(cloud: Cloud, principalId: string): void {
  const { arm } = cloud.world;
  arm.grants = arm.grants.filter((grant) => grant.principalId.toLowerCase() !== principalId.toLowerCase());
}
