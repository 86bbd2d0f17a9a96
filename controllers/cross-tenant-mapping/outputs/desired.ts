import type { Holder, PublishedNote } from './types.ts';

export const PUBLISHED_KEY = 'fabriclink.dev/published';

/** `Secret/<name> <key> <key>`: written before anything is, so that only our own keys are ever taken back. */
export const publishedNote = ({ kind, name, keys }: PublishedNote): Record<string, string> => ({
  [PUBLISHED_KEY]: [`${kind}/${name}`, ...new Set(keys)].join(' '),
});

export const nothingPublished = { [PUBLISHED_KEY]: null };

export function publishedIn(annotations: Readonly<Record<string, string>> | undefined): PublishedNote | undefined {
  const [place = '', ...keys] = (annotations?.[PUBLISHED_KEY] ?? '').split(' ');
  const [kind, name] = place.split('/');
  if ((kind !== 'Secret' && kind !== 'ConfigMap') || !name) return undefined;
  return { kind, name, keys: keys.filter((key) => key !== '') };
}

export const sameHolder = (one: Holder | undefined, other: Holder | undefined): boolean =>
  one !== undefined && other !== undefined && one.kind === other.kind && one.name === other.name;

/** spec.publishTo. */
export function holderOf(publishTo: { secretName?: string; configMapName?: string } | undefined): Holder | undefined {
  if (publishTo?.secretName !== undefined) return { kind: 'Secret', name: publishTo.secretName };
  if (publishTo?.configMapName !== undefined) return { kind: 'ConfigMap', name: publishTo.configMapName };
  return undefined;
}

type Hosts = ReadonlyMap<string, string | undefined>;

/**
 * What has to change. A host that cannot be read just now is left as it stands: taking it away would cut guests off for
 * nothing. Keys that others put there are theirs.
 */
export function changeOf(
  hosts: Hosts,
  before: Readonly<Record<string, string>>,
  noted: readonly string[],
): { state: 'current' | 'incomplete' | 'outdated'; change: Readonly<Record<string, string | null>> } {
  const change: Record<string, string | null> = {};
  for (const [name, host] of hosts) if (host !== undefined && before[name] !== host) change[name] = host;
  for (const key of noted) if (!hosts.has(key) && before[key] !== undefined) change[key] = null;
  if (Object.keys(change).length > 0) return { state: 'outdated', change };
  const isWhole = [...hosts.keys()].every((name) => before[name] !== undefined);
  return { state: isWhole ? 'current' : 'incomplete', change };
}
