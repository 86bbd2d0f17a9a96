import { bearsName } from '../../../operator/approval/managed-endpoint.ts';
import { approvalNoteIn, approvalNoteText, isAbout, isOpenNote } from '../../../operator/approval/note.ts';
import { annotationFor, shortHash } from '../desired-names.ts';
import type {
  ArmId,
  Desired,
  DesiredDecision,
  MatchNote,
  Noted,
  PrivateEndpointConnection,
  Provenance,
  WorkspacePrivateLink,
} from '../types.ts';

/** The entries of spec.connections. */
export const decisionsOf = ({ spec }: WorkspacePrivateLink): readonly DesiredDecision[] =>
  (spec.connections ?? []).map(({ name, source, decision, note }) => ({
    name,
    decision,
    note: note ?? '',
    ...(source.privateEndpointId !== undefined && { endpointId: source.privateEndpointId }),
    ...(source.managedPrivateEndpoint && { managed: source.managedPrivateEndpoint }),
  }));

/** The rule by which a decision was made, as people search for it. */
export const ruleOf = ({ name }: DesiredDecision): string => `connections/${name}`;

const MATCH = 'match';
const PIN = 'pinned-subscription';

const keyOfMatch = (name: string): string => annotationFor(MATCH, name);
const keyOfPin = (workspaceId: string): string => annotationFor(PIN, workspaceId.toLowerCase());

type About = { desired: Pick<Desired, 'decisions'>; provenance: Pick<Provenance, 'matches'> };

/** The note is about the endpoint that this entry would have approved. */
const answersFor = ({ decision, managed }: DesiredDecision, { privateEndpointId }: MatchNote): boolean =>
  decision === 'Approve' && managed !== undefined && bearsName(managed, privateEndpointId);

const isHeld = ({ desired }: About, key: string, note: MatchNote): boolean =>
  desired.decisions.some((entry) => keyOfMatch(entry.name) === key && answersFor(entry, note));

/**
 * What is noted about the endpoint that an entry means: under its name, or under the one that it had before it was
 * renamed. An open approval that the service shows comes first.
 */
export function notedFor(
  about: About,
  decision: DesiredDecision,
  shown: readonly Pick<PrivateEndpointConnection, 'privateEndpointId'>[],
): Noted | undefined {
  const own = keyOfMatch(decision.name);
  const mine = Object.entries(about.provenance.matches)
    .filter(([key, note]) => answersFor(decision, note) && (key === own || !isHeld(about, key, note)))
    .map(([key, note]) => ({ key, note, name: key === own ? decision.name : nameIn(key) }));
  const isShown = (note: MatchNote) => shown.some(({ privateEndpointId }) => isAbout(note, privateEndpointId));
  return (
    mine.find(({ note }) => isOpenNote(note) && isShown(note)) ??
    mine.find(({ key }) => key === own) ??
    // Of what was only watched the watch begins anew.
    mine.find(({ note }) => note.approvedAtMs !== undefined || note.confirmed)
  );
}

/** One that was put aside has more behind a dot. */
const nameIn = (key: string): string => key.slice(keyOfMatch('').length).split('.')[0] ?? '';

/** A request is watched, or approved and neither confirmed nor taken back. */
export const isUnfinishedNote = (note: MatchNote | undefined): boolean =>
  note !== undefined && !note.confirmed && note.revokedAtMs === undefined;

/** Notes of approvals that Fabric has not confirmed: it may be an imitation's, and somebody has to look (design section 7, rule 2). */
export const unconfirmedIn = ({ matches }: Pick<Provenance, 'matches'>): readonly MatchNote[] =>
  Object.values(matches).filter(isOpenNote);

/** As people look for it who clear up. */
export const openApprovalWords = (serviceId: ArmId, privateEndpointId: ArmId | undefined): string =>
  `on ${serviceId} the connection of ${privateEndpointId}, approved and never confirmed`;

/** The subscription of a workspace's managed network, after the first approval that Fabric confirmed. */
export const pinOf = ({ pins }: Provenance, workspaceId: string): string | undefined => pins[keyOfPin(workspaceId)];

/**
 * Written before the call that it is about; never in status, where a decision may not look. `note` replaces all that is
 * noted about this connection for the entry; undefined: nothing is. An approval of another connection that is still open
 * under the entry's name, which meant that one before, is put aside until it is taken back.
 */
export function noteOfMatch(
  about: About,
  decision: DesiredDecision,
  privateEndpointId: ArmId,
  note: MatchNote | undefined,
): Record<string, string | null> {
  const { matches } = about.provenance;
  const own = keyOfMatch(decision.name);
  const before = matches[own];
  const isOther = before !== undefined && !isAbout(before, privateEndpointId);
  const moved = Object.entries(matches).flatMap(([key, other]) =>
    isAbout(other, privateEndpointId) && !isHeld(about, key, other) ? [[key, null] as const] : [],
  );
  return {
    ...Object.fromEntries(moved),
    ...(isOther &&
      isOpenNote(before) &&
      note && { [keyOfMatch(`${decision.name}.${shortHash(before.privateEndpointId)}`)]: approvalNoteText(before) }),
    ...(note ? { [own]: approvalNoteText(note) } : !isOther && { [own]: null }),
  };
}

export const noteOfPin = (workspaceId: string, subscriptionId: string): Record<string, string> => ({
  [keyOfPin(workspaceId)]: subscriptionId.toLowerCase(),
});

/** Reads both back. Text that we did not write is no note. */
export function connectionNotesOf(annotations: Readonly<Record<string, string>>): Pick<Provenance, 'matches' | 'pins'> {
  const about = (what: string) =>
    Object.entries(annotations).filter(([key]) => key.startsWith(annotationFor(what, '')));
  const matches = about(MATCH).flatMap(([key, value]) => {
    const note = approvalNoteIn(value);
    return note ? [[key, note] as const] : [];
  });
  return { matches: Object.fromEntries(matches), pins: Object.fromEntries(about(PIN)) };
}

/**
 * Notes about decisions that the spec does not make any more: dropped with the next note, so that they do not pile up.
 * An approval that was not confirmed stays known until it is taken back.
 */
export const outdatedNotes = ({ desired, provenance }: About): Record<string, null> =>
  Object.fromEntries(
    Object.entries(provenance.matches).flatMap(([key, note]) =>
      isOpenNote(note) || desired.decisions.some((entry) => answersFor(entry, note)) ? [] : [[key, null] as const],
    ),
  );
