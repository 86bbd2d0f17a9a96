import { connectionNotesOf } from './connections/desired.ts';
import { entryOfId } from './desired.ts';
import {
  consumerIn,
  consumerText,
  endpointNotes,
  endpointNotesOf,
  isHow,
  isReadable,
  staleEndpointNotes,
} from './desired-endpoint-notes.ts';
import { linkNotes, linkNotesOf, renewedLinkNotes } from './desired-link-notes.ts';
import { ANNOTATION, annotationFor, shortHash, timeOf } from './desired-names.ts';
import type {
  ArmId,
  Consumer,
  Desired,
  DesiredEndpoint,
  How,
  Provenance,
  Seen,
  WorkspacePrivateLink,
} from './types.ts';

/**
 * Annotations, written before the call that they are about. Values begin with `created` or `adopted`, then what is
 * needed to find the thing again when the spec no longer says; last, and only where these are not the object's own,
 * whose credentials reach it. A zone group needs none: it is found, and goes, with its endpoint.
 */
export const notes = {
  service: (how: How) => ({ [`${ANNOTATION}service`]: how }),
  ...endpointNotes,
  zone: (zoneId: ArmId, consumer?: Consumer) => ({
    [annotationFor('zone', shortHash(zoneId.toLowerCase()))]: `created ${zoneId}${consumerText(consumer)}`,
  }),
  ...linkNotes,
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

export const keyOfPublished = `${ANNOTATION}published`;
export const keyOfZoneGroup = (ref: string): string => annotationFor('zone-group', ref);
export const keyOfZone = (zoneId: ArmId): string => Object.keys(notes.zone(zoneId))[0]!;

const WITH_CONSUMER = ['endpoint', 'records', 'zone', 'link', 'linked-zone'];
/** Of these, those that belong to no single endpoint. */
const SHARED = ['zone', 'linked-zone'];

/**
 * Reads them back. Text that we did not write is no provenance: what it would have been about is then not ours.
 * `entries` tell what notes of before meant that were known by the name of an entry.
 */
export function provenanceOf(
  { metadata }: WorkspacePrivateLink,
  entries: readonly Pick<DesiredEndpoint, 'name' | 'ref'>[] = [],
): Provenance {
  const annotations = metadata.annotations ?? {};
  const text = (key: string) => annotations[ANNOTATION + key];
  const time = (key: string) => timeOf(text(key));
  const service = text('service');
  return {
    service: isHow(service) ? service : 'none',
    ...endpointNotesOf(annotations, entries),
    zones: valuesOf(annotations, 'zone').flatMap(([how, id]) => (how === 'created' && id ? [id] : [])),
    ...linkNotesOf(annotations),
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
 * Notes that are not as they ought to be: of things that the spec still names, with the credentials that it names for
 * them now (a Secret gets another name, an object its own). What the spec no longer names stays as it was noted.
 */
export function staleNotes({ metadata }: WorkspacePrivateLink, desired: Desired): Seen['staleNotes'] {
  const annotations = metadata.annotations ?? {};
  const stale = { ...staleEndpointNotes(annotations, desired), ...renewedLinkNotes(annotations) };
  for (const [key, value] of Object.entries(annotations)) {
    if (!SHARED.some((what) => key.startsWith(`${ANNOTATION}${what}.`))) continue;
    const [, id = ''] = value.split(' ');
    const named = entryOfId(desired, id);
    const wanted = value.replace(/ @\S*$/, '') + consumerText(named?.consumer);
    if (named && wanted !== value) stale[key] = wanted;
  }
  return stale;
}

/**
 * The id comes second in every note; a zone may be noted more than once, each time with the same consumer. Asked about
 * each object that a list brings, and as a rule no note of it names any.
 */
export function consumersIn(annotations: Readonly<Record<string, string>> = {}): Provenance['consumers'] {
  if (!Object.values(annotations).some((note) => note.includes(' @'))) return {};
  return Object.fromEntries(
    WITH_CONSUMER.flatMap((what) =>
      valuesOf(annotations, what).flatMap((words) => {
        const consumer = consumerIn(words);
        return consumer && words[1] ? [[words[1].toLowerCase(), consumer] as const] : [];
      }),
    ),
  );
}

/** What bears our mark when it is to be taken down, and was not made by us, was adopted. */
export const settledHow = (how: How | 'none'): Exclude<How, 'taking'> | 'none' => (how === 'taking' ? 'adopted' : how);

const valuesOf = (annotations: Readonly<Record<string, string>>, what: string): string[][] =>
  Object.entries(annotations)
    .filter(([key]) => key.startsWith(`${ANNOTATION}${what}.`))
    .map(([, value]) => value.split(' '))
    .filter(isReadable);

const actionOf = (value: string | undefined) => (value === 'Allow' || value === 'Deny' ? value : 'none');

/** Providers that this or another object has registered anew in a subscription: once is enough for all of them. */
export const registeredIn = (objects: readonly WorkspacePrivateLink[], subscriptionId: string): ReadonlySet<string> =>
  new Set(
    objects.flatMap(
      ({ metadata }) =>
        metadata.annotations?.[annotationFor('registered', subscriptionId.toLowerCase())]?.split(' ') ?? [],
    ),
  );
