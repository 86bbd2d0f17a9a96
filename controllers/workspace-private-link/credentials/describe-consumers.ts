import { consumerOfId, entryOfId } from '../desired.ts';
import { kubectl } from '../desired-names.ts';
import { keyOfZone } from '../desired-provenance.ts';
import type { ArmId, Seen } from '../types.ts';

const removalOf = ({ removals }: Seen, name: string) => removals.find((removal) => removal.name === name);

/** What the operator leaves where it is, because it goes there with nobody else's credentials. */
export function staysBehind(seen: Seen, name: string): string {
  const id = removalOf(seen, name)?.resourceId;
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
export function forgetting(seen: Seen, name: string): string {
  const { desired, provenance } = seen;
  const ref = removalOf(seen, name)?.ref ?? '';
  const isForeign = (zoneId: ArmId) =>
    provenance.consumers[zoneId.toLowerCase()] !== undefined && entryOfId(desired, zoneId) === undefined;
  const keys = [
    ...(provenance.noted[ref]?.keys ?? []),
    ...provenance.zones.filter(isForeign).map(keyOfZone),
    ...[...provenance.links, ...provenance.linkedZones].filter(({ zoneId }) => isForeign(zoneId)).map(({ key }) => key),
  ];
  return `or, once it was deleted there by hand, have it forgotten: \`${kubectl(desired, 'annotate')} ${keys.map((key) => `${key}-`).join(' ')}\``;
}
