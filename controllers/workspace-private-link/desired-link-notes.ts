import { linkName } from './desired.ts';
import { consumerIn, consumerText, isReadable } from './desired-endpoint-notes.ts';
import { ANNOTATION, annotationFor, shortHash } from './desired-names.ts';
import type { ArmId, Consumer, Provenance } from './types.ts';

/**
 * Links that we made in zones that are not ours. An object may have hundreds of them, and an annotation is no place for
 * hundreds of ARM ids: a zone is written out once, and each of its links is known by the hash that is in its name, too.
 */
export const linkNotes = {
  link: (zoneId: ArmId, virtualNetworkId: ArmId, consumer?: Consumer) => ({
    [keyOfLinkedZone(zoneId)]: `created ${zoneId}${consumerText(consumer)}`,
    [keyOfLink(zoneId, virtualNetworkId)]: 'created',
  }),
};

const hashOf = (id: ArmId): string => shortHash(id.toLowerCase());

export const keyOfLinkedZone = (zoneId: ArmId): string => annotationFor('linked-zone', hashOf(zoneId));

export const keyOfLink = (zoneId: ArmId, virtualNetworkId: ArmId): string =>
  annotationFor('link', `${hashOf(zoneId)}-${hashOf(virtualNetworkId)}`);

const isLinkKey = (key: string): boolean => key.startsWith(`${ANNOTATION}link.`);

/** `created <zone> <name> <network>`, as they were until now. */
function oldLink(key: string, value: string) {
  const words = value.split(' ');
  const [how, zoneId, name, virtualNetworkId] = words;
  if (!isLinkKey(key) || how !== 'created' || !isReadable(words)) return undefined;
  if (!zoneId || !name || !virtualNetworkId?.startsWith('/')) return undefined;
  return { zoneId, name, virtualNetworkId, consumer: consumerIn(words) };
}

/** Reads them back, in either form. */
export function linkNotesOf(annotations: Readonly<Record<string, string>>): Pick<Provenance, 'links' | 'linkedZones'> {
  const entries = Object.entries(annotations);
  const linkedZones = entries.flatMap(([key, value]) => {
    const words = value.split(' ');
    const [how, zoneId] = words;
    const isWhole = key.startsWith(`${ANNOTATION}linked-zone.`) && how === 'created' && zoneId && isReadable(words);
    return isWhole ? [{ zoneId, key }] : [];
  });
  const links = entries.flatMap(([key, value]) => {
    const old = oldLink(key, value);
    if (old) return [{ zoneId: old.zoneId, name: old.name, key }];
    const [, zone = '', network = ''] = /\/link\.([0-9a-f]{8})-([0-9a-f]{8})$/.exec(key) ?? [];
    const zoneId = linkedZones.find((one) => hashOf(one.zoneId) === zone)?.zoneId;
    if (value !== 'created' || zoneId === undefined) return [];
    return [{ zoneId, name: linkNameOf(network), key }];
  });
  return { links, linkedZones };
}

/** Links bear the hash of their network in their name. */
const linkNameOf = (hash: string): string => linkName('').replace(/[^-]*$/, hash);

/** Those of before, written anew. */
export const renewedLinkNotes = (annotations: Readonly<Record<string, string>>): Record<string, string | null> =>
  Object.assign(
    {},
    ...Object.entries(annotations).map(([key, value]) => {
      const old = oldLink(key, value);
      return old ? { [key]: null, ...linkNotes.link(old.zoneId, old.virtualNetworkId, old.consumer) } : {};
    }),
  ) as Record<string, string | null>;
