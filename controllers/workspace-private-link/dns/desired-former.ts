import { same } from '../desired-names.ts';
import { notes } from '../desired-provenance.ts';
import type { ArmId, Desired, Provenance } from '../types.ts';

/** In place of an endpoint's ref, and what people read in place of its name. */
export const FORMER_REF = 'former';
export const FORMER_NAME = 'former-dns';

/** Zones that notes know and no entry uses any more: an entry moved to another zone, and lives on. */
export type FormerDns = {
  /** Into which records were written, and what says so. */
  records: readonly { zoneId: ArmId; endpointId: ArmId; key: string }[];
  /** That this object made or shared, or has made links in. */
  zoneIds: readonly ArmId[];
};

/** Undefined: every zone that notes know is one that the spec still asks for. */
export function formerDns({
  desired,
  provenance,
}: {
  desired: Desired;
  provenance: Provenance;
}): FormerDns | undefined {
  const records = desired.endpoints.flatMap((endpoint) =>
    // Without a section dns somebody else manages it, and what we wrote stays until the endpoint goes.
    (endpoint.dns ? (provenance.records[endpoint.ref] ?? []) : [])
      .filter((zoneId) => !same(zoneId, endpoint.dns?.zoneId))
      .map((zoneId) => ({
        zoneId,
        endpointId: endpoint.resourceId,
        key: Object.keys(notes.records(endpoint, zoneId))[0]!,
      })),
  );
  const isUsed = (zoneId: ArmId) => desired.endpoints.some(({ dns }) => same(dns?.zoneId, zoneId));
  const noted = [...provenance.zones, ...[...provenance.links, ...provenance.linkedZones].map(({ zoneId }) => zoneId)];
  const zoneIds = noted.filter(
    (zoneId, index) => !isUsed(zoneId) && noted.findIndex((other) => same(other, zoneId)) === index,
  );
  return records.length + zoneIds.length === 0 ? undefined : { records, zoneIds };
}

/** A zone group follows its entry into another zone, or goes, once that one is linked: until then it writes here. */
export const hasMovingGroup = (
  { desired, provenance }: { desired: Desired; provenance: Provenance },
  zoneId: ArmId,
): boolean =>
  desired.endpoints.some(
    ({ ref, dns }) => dns !== undefined && !same(dns.zoneId, zoneId) && same(provenance.zoneGroups[ref], zoneId),
  );
