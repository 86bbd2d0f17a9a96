import { consumerOfId, entryOfId } from '../desired.ts';
import { kubectl } from '../desired-names.ts';
import { keyOfLink, keyOfZone, keyOfZoneGroup, keysOfEndpoint, notedNames } from '../desired-provenance.ts';
import type { ArmId, Seen } from '../types.ts';

/** What the operator leaves where it is, because it goes there with nobody else's credentials. */
export function staysBehind(seen: Seen, name: string): string {
  const id = seen.removals.find((removal) => removal.name === name)?.resourceId;
  const consumer = id === undefined ? undefined : consumerOfId(seen, id);
  const where = consumer ? ` in tenant ${consumer.tenantId}` : '';
  // The id comes last: it is long, the entry of the status shows it anyway, and long messages lose their end.
  const until = `stays${where} until there are credentials to take it away`;
  return id === undefined
    ? `what is left of its DNS ${until}`
    : `the private endpoint ${until}, with what is left of its DNS (${id})`;
}

/**
 * The other way out of an object that lives on: a person of that tenant has taken it away by hand, and nobody's
 * credentials are coming back. Without a note a thing is not ours, and nothing waits for it.
 */
export function forgetting({ desired, provenance }: Seen, name: string): string {
  const isForeign = (zoneId: ArmId) =>
    provenance.consumers[zoneId.toLowerCase()] !== undefined && entryOfId(desired, zoneId) === undefined;
  const hasGroup = provenance.zoneGroups[name] !== undefined;
  const keys = [
    ...notedNames(provenance, name).flatMap((noted) =>
      keysOfEndpoint(noted, provenance.records[name] ?? []).filter((key) => hasGroup || key !== keyOfZoneGroup(noted)),
    ),
    ...provenance.zones.filter(isForeign).map(keyOfZone),
    ...provenance.links
      .filter(({ zoneId }) => isForeign(zoneId))
      .map((link) => keyOfLink(link.zoneId, link.virtualNetworkId)),
  ];
  return `or, once it was deleted there by hand, have it forgotten: \`${kubectl(desired, 'annotate')} ${keys.map((key) => `${key}-`).join(' ')}\``;
}
