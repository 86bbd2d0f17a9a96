import { type Recreations, recreationsIn, recreationsText } from '../../operator/approval/recreation.ts';
import { connectionNotesOf } from './connections/desired.ts';
import { entryOfId } from './desired.ts';
import { ANNOTATION, annotationFor, same, shortHash, timeOf } from './desired-names.ts';
import type { ArmId, Consumer, Desired, How, Provenance, WorkspacePrivateLink } from './types.ts';

const BY_NAME = ['endpoint', 'zone-group'] as const;
type What = (typeof BY_NAME)[number] | 'records';

/**
 * Annotations, written before the call that they are about. Values begin with `created` or `adopted`, then what is
 * needed to find the thing again when the spec no longer says; last, and only where these are not the object's own,
 * whose credentials reach it. A zone group needs none: it is found, and goes, with its endpoint.
 */
export const notes = {
  service: (how: How) => ({ [`${ANNOTATION}service`]: how }),
  endpoint: (name: string, how: How, id: ArmId, consumer?: Consumer) => entry('endpoint', name, how, id, consumer),
  zoneGroup: (name: string, zoneId: ArmId) => entry('zone-group', name, 'created', zoneId),
  recreated: (name: string, note: Recreations) => ({ [keyOfRecreated(name)]: `${recreationsText(note)} ${name}` }),
  /** One for each zone: what was written into the one before is still ours to take away. */
  records: (name: string, zoneId: ArmId, consumer?: Consumer) => ({
    [annotationFor('records', shortHash(`${name} ${zoneId}`.toLowerCase()))]:
      `created ${zoneId} ${name}${consumerText(consumer)}`,
  }),
  zone: (zoneId: ArmId, consumer?: Consumer) => ({
    [annotationFor('zone', shortHash(zoneId.toLowerCase()))]: `created ${zoneId}${consumerText(consumer)}`,
  }),
  link: (zoneId: ArmId, name: string, virtualNetworkId: ArmId, consumer?: Consumer) => ({
    [annotationFor('link', shortHash(`${zoneId} ${virtualNetworkId}`.toLowerCase()))]:
      `created ${zoneId} ${name} ${virtualNetworkId}${consumerText(consumer)}`,
  }),
  accessBefore: (action: 'Allow' | 'Deny') => ({ [`${ANNOTATION}access-before`]: action }),
  outboundBefore: (action: 'Allow' | 'Deny') => ({ [`${ANNOTATION}outbound-before`]: action }),
  at: (what: 'deny-at' | 'allow-at' | 'outbound-at' | 'credentials-lost-at', ms: number) => ({
    [ANNOTATION + what]: new Date(ms).toISOString(),
  }),
  locked: () => ({ [`${ANNOTATION}locked`]: 'true' }),
  relocks: (ms: readonly number[]) => ({
    [`${ANNOTATION}relocks`]: ms.map((at) => new Date(at).toISOString()).join(' '),
  }),
  glass: (untilMs: number) => ({ [`${ANNOTATION}glass-until`]: new Date(untilMs).toISOString() }),
  glassRefused: (text: string) => ({ [`${ANNOTATION}break-glass-refused`]: text }),
  policyWrite: (identity: string) => ({ [`${ANNOTATION}policy-write`]: identity }),
  published: (configMapName: string) => ({ [keyOfPublished]: configMapName }),
  registered: (subscriptionId: string, namespaces: readonly string[]) => ({
    [annotationFor('registered', subscriptionId.toLowerCase())]: namespaces.join(' '),
  }),
};

/** Closed again: nothing is left of a break-glass. */
export const NO_GLASS = { [`${ANNOTATION}glass-until`]: null } as const;
export const LOST_AT_KEY = `${ANNOTATION}credentials-lost-at`;

/** Keys to take away when an opened lock is no longer ours to remember. */
export const LOCK_KEYS = ['deny-at', 'locked', 'relocks', 'glass-until'].map((key) => ANNOTATION + key);

/** Keys about one endpoint, to take away when nothing of it is left. */
export const keysOfEndpoint = (name: string, recordZones: readonly ArmId[]): readonly string[] => [
  ...BY_NAME.map((what) => annotationFor(what, name)),
  ...recordZones.flatMap((zoneId) => Object.keys(notes.records(name, zoneId))),
];
export const keyOfPublished = `${ANNOTATION}published`;
export const keyOfRecreated = (name: string): string => annotationFor('recreated', name);
export const keyOfZoneGroup = (name: string): string => annotationFor('zone-group', name);
export const keyOfZone = (zoneId: ArmId): string => Object.keys(notes.zone(zoneId))[0]!;
export const keyOfLink = (zoneId: ArmId, virtualNetworkId: ArmId): string =>
  Object.keys(notes.link(zoneId, '', virtualNetworkId))[0]!;

// The endpoint's name is in the value too: a long one is shortened in the key.
const entry = (what: What, name: string, how: string, id: string, consumer?: Consumer) => ({
  [annotationFor(what, name)]: `${how} ${id} ${name}${consumerText(consumer)}`,
});

const consumerText = (consumer: Consumer | undefined): string =>
  consumer === undefined ? '' : ` @${consumer.tenantId}${consumer.secret === undefined ? '' : `/${consumer.secret}`}`;

const WITH_CONSUMER = ['endpoint', 'records', 'zone', 'link'];
const CONSUMER = /^@([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/([^/]+))?$/;

function consumerIn(words: readonly string[]): Consumer | undefined {
  const [, tenantId, secret] = CONSUMER.exec(words.at(-1) ?? '') ?? [];
  return tenantId === undefined ? undefined : { tenantId, ...(secret !== undefined && { secret }) };
}

/** Reads them back. Text that we did not write is no provenance: what it would have been about is then not ours. */
export function provenanceOf({ metadata }: WorkspacePrivateLink): Provenance {
  const annotations = metadata.annotations ?? {};
  const text = (key: string) => annotations[ANNOTATION + key];
  const time = (key: string) => timeOf(text(key));
  const service = text('service');
  const named = (what: What) =>
    valuesOf(annotations, what).flatMap(([how, id, name]) => (isHow(how) && id && name ? [{ how, id, name }] : []));
  return {
    service: isHow(service) ? service : 'none',
    endpoints: Object.fromEntries(named('endpoint').map(({ name, how, id }) => [name, { how, id }])),
    zoneGroups: Object.fromEntries(named('zone-group').map(({ name, id }) => [name, id])),
    records: named('records').reduce<Record<string, ArmId[]>>(
      (zones, { name, id }) => ({ ...zones, [name]: [...(zones[name] ?? []), id] }),
      {},
    ),
    recreations: Object.fromEntries(
      valuesOf(annotations, 'recreated').flatMap(([what, times, name]) => {
        const note = recreationsIn(what, times);
        return note && name ? [[name, note] as const] : [];
      }),
    ),
    notedAs: {},
    zones: valuesOf(annotations, 'zone').flatMap(([how, id]) => (how === 'created' && id ? [id] : [])),
    links: valuesOf(annotations, 'link').flatMap(([how, zoneId, name, virtualNetworkId]) =>
      how === 'created' && zoneId && name && virtualNetworkId ? [{ zoneId, name, virtualNetworkId }] : [],
    ),
    consumers: consumersIn(annotations),
    accessBefore: actionOf(text('access-before')),
    outboundBefore: actionOf(text('outbound-before')),
    denyAtMs: time('deny-at'),
    allowAtMs: time('allow-at'),
    outboundAtMs: time('outbound-at'),
    locked: text('locked') === 'true',
    relocksMs: (text('relocks') ?? '').split(' ').flatMap((at) => timeOf(at) ?? []),
    policyWrite: text('policy-write'),
    lostAtMs: time('credentials-lost-at'),
    published: text('published') || undefined,
    glassUntilMs: time('glass-until'),
    glassRefused: text('break-glass-refused'),
    ...connectionNotesOf(annotations),
  };
}

/**
 * Notes whose things the spec still names, with the credentials that it names for them now: a Secret gets another name,
 * an object its own. What the spec no longer names stays as it was noted.
 */
export function staleNotes({ metadata }: WorkspacePrivateLink, desired: Desired): Readonly<Record<string, string>> {
  const annotations = metadata.annotations ?? {};
  const stale: Record<string, string> = {};
  for (const [key, value] of Object.entries(annotations)) {
    if (!WITH_CONSUMER.some((what) => key.startsWith(`${ANNOTATION}${what}.`))) continue;
    const [, id = ''] = value.split(' ');
    const named = entryOfId(desired, id);
    const wanted = value.replace(/ @\S*$/, '') + consumerText(named?.consumer);
    if (named && wanted !== value) stale[key] = wanted;
  }
  return stale;
}

/**
 * Notes are found under the name that an endpoint had when they were written. An entry that is renamed and still means
 * the same private endpoint takes its notes along: what is wanted under a new name is never what is removed under the old.
 */
export function underPresentNames(
  provenance: Provenance,
  endpoints: readonly { name: string; resourceId: ArmId }[],
): Provenance {
  const present = new Map<string, string>();
  for (const [name, { id }] of Object.entries(provenance.endpoints)) {
    const wanted = endpoints.find(({ resourceId }) => same(resourceId, id));
    if (wanted && wanted.name !== name) present.set(name, wanted.name);
  }
  // A new name under which something else is noted is not free until that is gone.
  for (const [name, wanted] of present) {
    if (provenance.endpoints[wanted] !== undefined && !present.has(wanted)) present.delete(name);
  }
  if (present.size === 0) return provenance;
  const renamed = <T>(notes: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(notes).map(([name, note]) => [present.get(name) ?? name, note]));
  return {
    ...provenance,
    endpoints: renamed(provenance.endpoints),
    zoneGroups: renamed(provenance.zoneGroups),
    records: renamed(provenance.records),
    recreations: renamed(provenance.recreations),
    notedAs: Object.fromEntries(
      [...new Set(present.values())].map((name) => {
        const older = [...present].flatMap(([noted, wanted]) => (wanted === name ? [noted] : []));
        return [name, provenance.endpoints[name] === undefined ? older : [...older, name]] as const;
      }),
    ),
  };
}

/** The names under which an entry's notes are to be found, for commands that people run: its own, if it was never renamed. */
export const notedNames = ({ notedAs }: Pick<Provenance, 'notedAs'>, name: string): readonly string[] =>
  notedAs[name] ?? [name];

/** The id comes second in every note; a zone may be noted more than once, each time with the same consumer. */
const consumersIn = (annotations: Readonly<Record<string, string>>): Provenance['consumers'] =>
  Object.fromEntries(
    WITH_CONSUMER.flatMap((what) =>
      valuesOf(annotations, what).flatMap((words) => {
        const consumer = consumerIn(words);
        return consumer && words[1] ? [[words[1].toLowerCase(), consumer] as const] : [];
      }),
    ),
  );

const isHow = (value: string | undefined): value is How =>
  value === 'created' || value === 'adopted' || value === 'taking';

/** What bears our mark when it is to be taken down, and was not made by us, was adopted. */
export const settledHow = (how: How | 'none'): Exclude<How, 'taking'> | 'none' => (how === 'taking' ? 'adopted' : how);

const valuesOf = (annotations: Readonly<Record<string, string>>, what: string): string[][] =>
  Object.entries(annotations)
    .filter(([key]) => key.startsWith(`${ANNOTATION}${what}.`))
    .map(([, value]) => value.split(' '))
    // Whose credentials are meant cannot be guessed: a note that says it unreadably is none of ours.
    .filter((words) => !words.at(-1)?.startsWith('@') || consumerIn(words) !== undefined);

const actionOf = (value: string | undefined) => (value === 'Allow' || value === 'Deny' ? value : 'none');

/** Providers that this or another object has registered anew in a subscription: once is enough for all of them. */
export const registeredIn = (objects: readonly WorkspacePrivateLink[], subscriptionId: string): ReadonlySet<string> =>
  new Set(
    objects.flatMap(
      ({ metadata }) =>
        metadata.annotations?.[annotationFor('registered', subscriptionId.toLowerCase())]?.split(' ') ?? [],
    ),
  );
