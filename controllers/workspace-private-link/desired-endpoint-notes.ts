import { type Recreations, recreationsIn, recreationsText } from '../../operator/approval/recreation.ts';
import { entryOfId } from './desired.ts';
import { ANNOTATION, annotationFor, refOf, shortHash } from './desired-names.ts';
import type { ArmId, Consumer, Desired, DesiredEndpoint, How, Provenance } from './types.ts';

const WHATS = ['endpoint', 'zone-group', 'records', 'recreated'] as const;
type What = (typeof WHATS)[number];

type Entry = Pick<DesiredEndpoint, 'name' | 'ref'>;

/**
 * Notes about one private endpoint, found by its ARM id: an entry may be renamed, swap its name with another or leave
 * its name to one that means something else, and no note changes hands. The name is there for people.
 */
export const endpointNotes = {
  endpoint: ({ name, ref, resourceId, consumer }: Entry & Pick<DesiredEndpoint, 'resourceId' | 'consumer'>, how: How) =>
    written({ what: 'endpoint', ref, name, first: how, second: resourceId, consumer }),
  zoneGroup: ({ name, ref }: Entry, zoneId: ArmId) =>
    written({ what: 'zone-group', ref, name, first: 'created', second: zoneId }),
  /** One for each zone: what was written into the one before is still ours to take away. */
  records: ({ name, ref, consumer }: Entry & Pick<DesiredEndpoint, 'consumer'>, zoneId: ArmId) =>
    written({ what: 'records', ref, name, first: 'created', second: zoneId, consumer }),
  recreated: ({ name, ref }: Entry, note: Recreations) => {
    const [first = '', second = ''] = recreationsText(note).split(' ');
    return written({ what: 'recreated', ref, name, first, second });
  },
};

/** `first` and `second`: created or adopted, and what; of a recreation what was given up, and when. */
type Note = { what: What; ref: string; name: string; first: string; second: string; consumer?: Consumer | undefined };

const keyOf = ({ what, ref, second }: Note): string =>
  annotationFor(what, what === 'records' ? `${ref}-${shortHash(second.toLowerCase())}` : ref);

const textOf = ({ what, ref, name, first, second, consumer }: Note): string =>
  // Who reads an endpoint's own note computes the mark from the id.
  `${first} ${second} ${name}${what === 'endpoint' ? '' : ` #${ref}`}${consumerText(consumer)}`;

const written = (note: Note): Record<string, string> => ({ [keyOf(note)]: textOf(note) });

export const consumerText = (consumer: Consumer | undefined): string =>
  consumer === undefined ? '' : ` @${consumer.tenantId}${consumer.secret === undefined ? '' : `/${consumer.secret}`}`;

const CONSUMER = /^@([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/([^/]+))?$/;

export function consumerIn(words: readonly string[]): Consumer | undefined {
  const [, tenantId, secret] = CONSUMER.exec(words.at(-1) ?? '') ?? [];
  return tenantId === undefined ? undefined : { tenantId, ...(secret !== undefined && { secret }) };
}

/** Whose credentials are meant cannot be guessed: a note that says it unreadably is none of ours. */
export const isReadable = (words: readonly string[]): boolean =>
  !words.at(-1)?.startsWith('@') || consumerIn(words) !== undefined;

export const isHow = (value: string | undefined): value is How =>
  value === 'created' || value === 'adopted' || value === 'taking';

/**
 * Every note about an endpoint, by its annotation. Until now they were known by the name of the entry: those are read
 * as what that name meant when they were written, and `staleEndpointNotes` writes them anew.
 */
function notesIn(annotations: Readonly<Record<string, string>>, entries: readonly Entry[]): Map<string, Note> {
  const found = new Map<string, Note>();
  const parsed = Object.entries(annotations).flatMap(([key, value]) => {
    const what = WHATS.find((one) => key.startsWith(`${ANNOTATION}${one}.`));
    const words = value.split(' ');
    const [first, second, name, mark] = words;
    if (!what || !first || !second || !name || name.startsWith('@') || !isReadable(words)) return [];
    return [{ key, what, first, second, name, mark, consumer: consumerIn(words) }];
  });
  const byName = (name: string): string => {
    const noted = parsed.filter((one) => one.what === 'endpoint' && one.name === name);
    const own = noted.find(({ key }) => key === annotationFor('endpoint', name));
    const entry = entries.find((one) => one.name === name);
    return own ? refOf(own.second) : (entry?.ref ?? (noted[0] ? refOf(noted[0].second) : name));
  };
  for (const { key, mark, ...note } of parsed) {
    const marked = mark?.startsWith('#') ? mark.slice(1) : byName(note.name);
    found.set(key, { ...note, ref: note.what === 'endpoint' ? refOf(note.second) : marked });
  }
  return found;
}

/** Reads them back. Text that we did not write is no provenance: what it would have been about is then not ours. */
export function endpointNotesOf(
  annotations: Readonly<Record<string, string>>,
  entries: readonly Entry[],
): Pick<Provenance, 'endpoints' | 'zoneGroups' | 'records' | 'recreations' | 'noted'> {
  const endpoints: Record<string, { how: How; id: ArmId }> = {};
  const zoneGroups: Record<string, ArmId> = {};
  const records: Record<string, ArmId[]> = {};
  const recreations: Record<string, Recreations> = {};
  const noted: Record<string, { name: string; keys: string[] }> = {};
  for (const [key, { what, ref, name, first, second }] of notesIn(annotations, entries)) {
    if (what === 'recreated') {
      const note = recreationsIn(first, second);
      if (!note) continue;
      recreations[ref] = note;
    } else if (!isHow(first)) continue;
    else if (what === 'endpoint') endpoints[ref] = { how: first, id: second };
    else if (what === 'zone-group') zoneGroups[ref] = second;
    else records[ref] = [...(records[ref] ?? []), second];
    const { keys } = (noted[ref] ??= { name, keys: [] });
    keys.push(key);
    if (what === 'endpoint') noted[ref].name = name;
  }
  return { endpoints, zoneGroups, records, recreations, noted };
}

/** The annotations that say this about a private endpoint, for commands that people run. */
export const noteKeys = (
  { noted }: Pick<Provenance, 'noted'>,
  ref: string | undefined,
  what: What,
): readonly string[] => (noted[ref ?? '']?.keys ?? []).filter((key) => key.startsWith(`${ANNOTATION}${what}.`));

/**
 * Notes as they ought to be: known by the ARM id and not by a name, called as the entry is called now, and with the
 * credentials that the spec names for them now. What the spec no longer names keeps its name and its credentials.
 */
export function staleEndpointNotes(
  annotations: Readonly<Record<string, string>>,
  desired: Desired,
): Record<string, string | null> {
  const stale: Record<string, string | null> = {};
  for (const [key, note] of notesIn(annotations, desired.endpoints)) {
    const entry = desired.endpoints.find(({ ref }) => ref === note.ref);
    const owner = entryOfId(desired, note.second);
    const now = { ...note, name: entry?.name ?? note.name, ...(owner && { consumer: owner.consumer }) };
    const isAbout = note.what === 'endpoint' || note.what === 'records';
    const text = textOf(isAbout ? now : { ...now, consumer: undefined });
    const rightKey = keyOf(now);
    if (rightKey !== key) stale[key] = null;
    if (rightKey === key ? annotations[key] !== text : annotations[rightKey] === undefined) stale[rightKey] = text;
  }
  return stale;
}
