import { ANNOTATION, timeOf } from './desired-names.ts';
import type { CrossTenantMapping, MappingNote, PrincipalNote, Provenance, RequestNote } from './types.ts';

const KEYS = {
  request: `${ANNOTATION}requested-at`,
  mapping: `${ANNOTATION}mapping`,
  principal: `${ANNOTATION}principal`,
  grantsChanged: `${ANNOTATION}grants-changed-at`,
  deleted: `${ANNOTATION}deleted-mappings`,
  lostAt: `${ANNOTATION}credentials-lost-at`,
} as const;

/** Said only where it was asked for more than once. */
const firstOf = ({ atMs, firstAtMs }: RequestNote) => (firstAtMs === atMs ? [] : [`first=${iso(firstAtMs)}`]);

type Note = Readonly<Record<string, string | null>>;
const iso = (ms: number): string => new Date(ms).toISOString();

/** Annotations, written before the call that they are about, or with an answer that nobody will give again. */
export const notes = {
  request: (note: RequestNote | undefined): Note => ({
    [KEYS.request]: note ? [iso(note.atMs), `before=${note.before}`, ...firstOf(note)].join(' ') : null,
  }),
  mapping: (note: MappingNote | undefined): Note => ({
    [KEYS.mapping]: note ? `${note.how} ${note.id} at=${iso(note.atMs)}` : null,
  }),
  principal: (note: PrincipalNote | undefined): Note => ({
    [KEYS.principal]: note ? `${note.id} ${note.type} ${note.by}` : null,
  }),
  /** When a group has lost a role: its members feel it with the next expansion. */
  grantsChanged: (ms: number): Note => ({ [KEYS.grantsChanged]: iso(ms) }),
  deleted: (ids: readonly string[]): Note => ({ [KEYS.deleted]: ids.join(' ') }),
  /** Of the mapping; those of roles go with their roles. */
  none: Object.fromEntries(Object.values(KEYS).map((key) => [key, null])) as Note,
  lostAt: (ms: number | undefined): Note => ({ [KEYS.lostAt]: ms === undefined ? null : iso(ms) }),
};

/** Reads them back. Text that we did not write is no note: what it would have been about is then not ours. */
export function provenanceOf({ metadata }: CrossTenantMapping): Provenance {
  const annotations = metadata.annotations ?? {};
  return {
    request: requestIn(annotations[KEYS.request]),
    mapping: mappingIn(annotations[KEYS.mapping]),
    principal: principalIn(annotations[KEYS.principal]),
    grantsChangedAtMs: timeOf(annotations[KEYS.grantsChanged]),
    deletedIds: (annotations[KEYS.deleted] ?? '').split(' ').filter((id) => id !== ''),
    lostAtMs: timeOf(annotations[KEYS.lostAt]),
  };
}

function requestIn(text = ''): RequestNote | undefined {
  const [at, before, first] = text.split(' ');
  const atMs = timeOf(at);
  if (atMs === undefined || (before !== 'before=none' && before !== 'before=over')) return undefined;
  const firstAtMs = timeOf(first?.slice('first='.length)) ?? atMs;
  return { atMs, before: before === 'before=none' ? 'none' : 'over', firstAtMs };
}

function mappingIn(text = ''): MappingNote | undefined {
  const [how, id, at] = text.split(' ');
  const atMs = timeOf(at?.slice('at='.length));
  if ((how !== 'created' && how !== 'adopted') || !id || atMs === undefined) return undefined;
  return { how, id, atMs };
}

function principalIn(text = ''): PrincipalNote | undefined {
  const [id, type, by] = text.split(' ');
  const known = by === 'listed' || by === 'answered' || by === 'found' || by === 'before';
  if (!id || (type !== 'ServicePrincipal' && type !== 'Group') || !known) return undefined;
  return { id, type, by };
}
