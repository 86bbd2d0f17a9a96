import { approvalNoteIn, approvalNoteText, isOpenNote } from '../../operator/approval/note.ts';
import { type Recreations, recreationsIn, recreationsText } from '../../operator/approval/recreation.ts';
import { ANNOTATION, PIN, RECREATED, same, timeOf } from './desired-names.ts';
import type { ArmId, ManagedEndpointRow, ManagedPrivateEndpoint, MatchNote, Provenance, RequestNote } from './types.ts';

const KEYS = {
  request: `${ANNOTATION}requested-at`,
  endpoint: `${ANNOTATION}endpoint`,
  match: `${ANNOTATION}match`,
  leftover: `${ANNOTATION}leftover`,
  pin: PIN,
  deletedAt: `${ANNOTATION}deleted-at`,
  lostAt: `${ANNOTATION}credentials-lost-at`,
  recreated: RECREATED,
} as const;

type Note = Readonly<Record<string, string | null>>;
const iso = (ms: number): string => new Date(ms).toISOString();

/** Annotations, written before the call that they are about. */
export const notes = {
  request: (note: RequestNote | undefined): Note => ({
    [KEYS.request]: note ? requestText(note) : null,
  }),
  endpoint: (note: Provenance['endpoint']): Note => ({ [KEYS.endpoint]: note ? endpointText(note) : null }),
  match: (note: MatchNote | undefined): Note => ({ [KEYS.match]: note ? approvalNoteText(note) : null }),
  leftover: (id: ArmId | undefined): Note => ({ [KEYS.leftover]: id ?? null }),
  pin: (subscriptionId: string): Note => ({ [KEYS.pin]: subscriptionId.toLowerCase() }),
  deletedAt: (ms: number): Note => ({ [KEYS.deletedAt]: iso(ms) }),
  recreated: (note: Recreations): Note => ({ [KEYS.recreated]: recreationsText(note) }),
  lostAt: (ms: number | undefined): Note => ({ [KEYS.lostAt]: ms === undefined ? null : iso(ms) }),
};

const requestText = ({ atMs, clean, nonce, targetId, refused, workspaceId }: RequestNote): string =>
  [
    iso(atMs),
    `before=${clean ? 'none' : 'unread'}`,
    `nonce=${nonce}`,
    `target=${targetId}`,
    ...(refused ? ['unasked'] : []),
    ...(workspaceId === undefined ? [] : [`workspace=${workspaceId}`]),
  ].join(' ');

const endpointText = ({ how, id, sinceMs }: NonNullable<Provenance['endpoint']>): string =>
  [how, id, ...(sinceMs === undefined ? [] : [iso(sinceMs)])].join(' ');

/** Reads them back. Text that we did not write is no note: what it would have been about is then not ours. */
export function provenanceOf({ metadata }: ManagedPrivateEndpoint): Provenance {
  const annotations = metadata.annotations ?? {};
  return {
    request: requestIn(annotations[KEYS.request]),
    endpoint: endpointIn(annotations[KEYS.endpoint]),
    match: approvalNoteIn(annotations[KEYS.match]),
    leftover: annotations[KEYS.leftover],
    pin: annotations[KEYS.pin],
    recreations: recreationsIn(...((annotations[KEYS.recreated] ?? '').split(' ') as [string, string | undefined])),
    deletedAtMs: timeOf(annotations[KEYS.deletedAt]),
    lostAtMs: timeOf(annotations[KEYS.lostAt]),
  };
}

function requestIn(text = ''): RequestNote | undefined {
  const [at, ...words] = text.split(' ');
  const atMs = timeOf(at);
  const value = (what: string) => words.find((word) => word.startsWith(`${what}=`))?.slice(what.length + 1);
  const [nonce, targetId] = [value('nonce'), value('target')];
  if (atMs === undefined || !nonce || !targetId) return undefined;
  const refused = (words.includes('unasked') || words.includes('refused')) && { refused: true as const };
  const workspaceId = value('workspace');
  const known = workspaceId !== undefined && { workspaceId };
  return { atMs, nonce, targetId, clean: words.includes('before=none'), ...refused, ...known };
}

function endpointIn(text = ''): Provenance['endpoint'] {
  const [how, id, since] = text.split(' ');
  const sinceMs = timeOf(since);
  if ((how !== 'created' && how !== 'adopted') || !id) return undefined;
  return { how, id, ...(sinceMs !== undefined && { sinceMs }) };
}

/** Approved by us, and neither confirmed by Fabric nor taken back: it is not let out of sight. */
export const isOpenApproval = ({ match }: Pick<Provenance, 'match'>): boolean => isOpenNote(match);

/** A row that we noted, or that we asked for and have not noted yet. */
export const isOurRow = ({ endpoint, request }: Provenance, row: ManagedEndpointRow): boolean =>
  endpoint
    ? same(row.id, endpoint.id)
    : request !== undefined && !request.refused && same(row.targetId, request.targetId);

/** What stays on the target when the request is over: only what was proven to be ours is ever taken away there. */
export const provenId = ({ match, leftover }: Provenance): ArmId | undefined =>
  match?.confirmed ? match.privateEndpointId : leftover;

/** Notes when a request is over, and before the next one is made. */
export const requestOver = (provenance: Provenance): Note => ({
  ...notes.request(undefined),
  // An approval that is still open is seen to its end, whatever becomes of the endpoint.
  ...(isOpenApproval(provenance) ? {} : notes.match(undefined)),
  ...notes.leftover(provenId(provenance)),
});
