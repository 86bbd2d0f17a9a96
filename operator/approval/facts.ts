import type { PrivateEndpointConnection } from '../clients/arm/types.ts';
import type { ApprovalFacts } from './fact-types.ts';
import { ECHO_MS, type Match, SETTLE_MS, UNPROVEN_MS } from './managed-endpoint.ts';
import { markerOf, markerText } from './marker.ts';
import { type ApprovalNote, isAbout, isOpenNote } from './note.ts';

/** Derives the facts of one approval from what was read and what was noted. Pure. */

type Connection = Pick<PrivateEndpointConnection, 'privateEndpointId' | 'status' | 'description'>;

/** Who decides: the object by its uid, the name in its mark, and what it has noted. */
export type Decider = { uid: string; name: string; note: ApprovalNote | undefined };

/** The pass, and what published durations are here. */
export type Moment = { nowMs: number; scaled: (publishedMs: number) => number };

/** A request is nobody's decision: its description is the requester's to write. */
const decidedBy = ({ status, description }: Connection): string | undefined =>
  status === 'Pending' ? undefined : markerOf(description)?.uid;

export const isMarkedBy = (uid: string, connection: Connection): boolean => decidedBy(connection) === uid;

/** Another object of ours, in this cluster or another one, decided after all, and sees it to its end: both may have been about to. */
export const isMarkedByAnother = (uid: string, connection: Connection): boolean =>
  (decidedBy(connection) ?? uid) !== uid;

/** By the note that was written before the call: a service may keep no descriptions. */
export const isNotedBy = ({ uid, note }: Decider, connection: Connection): boolean =>
  isAbout(note, connection.privateEndpointId) &&
  note?.approvedAtMs !== undefined &&
  note.revokedAtMs === undefined &&
  !isMarkedByAnother(uid, connection);

/** What Fabric must show for an approval of ours to be proven. */
export function echoOf({ uid, name, note }: Decider, connection: Connection | undefined): string | undefined {
  if (connection?.status !== 'Approved') return undefined;
  const marker = markerOf(connection.description);
  if (marker?.uid === uid) return markerText(marker);
  return note?.approvedAtMs === undefined ? undefined : markerText({ uid, name, atMs: note.approvedAtMs });
}

/** By the note that was written before, else by the mark that the target keeps. */
export function approvedAtMs(note: ApprovalNote | undefined, connection: Connection): number {
  const notedMs = isAbout(note, connection.privateEndpointId) ? note?.approvedAtMs : undefined;
  return notedMs ?? markerOf(connection.description)?.atMs ?? 0;
}

export type Shown = {
  /** The one that we approved, else the only one. */
  connection: Connection | undefined;
  /** All that bear the name. */
  matches: readonly Connection[];
  /** Approved by this object, as far as its kind believes in notes and marks. */
  isOurs: (connection: Connection) => boolean;
  /** An approval of this request was taken back before. */
  isTakenBack: boolean;
  /** Fabric's answer only waits for its turn: that is no refusal, however late it is. */
  isHeldUp: boolean;
};

export function approvalFact(
  decider: Decider,
  moment: Moment,
  { connection, matches, isOurs, isTakenBack, isHeldUp }: Shown,
): ApprovalFacts['approval'] {
  const { note } = decider;
  if (isTakenBack) return isOpenNote(note) ? 'ended' : 'revoked';
  if (connection?.status !== 'Approved' || !isOurs(connection)) return unseenApproval(decider, moment, matches);
  if (isAbout(note, connection.privateEndpointId) && note?.confirmed) return 'confirmed';
  const ageMs = moment.nowMs - approvedAtMs(note, connection);
  if (ageMs < moment.scaled(ECHO_MS)) return 'fresh';
  // That it is due without an answer follows from our own note (ADR 22). Of a mark alone it does not: what it is about may
  // have been proven long ago, before the notes were lost.
  const isNoted = isAbout(note, connection.privateEndpointId) && note?.approvedAtMs !== undefined;
  return isNoted && ageMs >= moment.scaled(UNPROVEN_MS) && !isHeldUp ? 'expired' : 'overdue';
}

/** Of an approval that is noted, and that the target does not show as ours: its list may lag, or the call was never made. */
function unseenApproval(
  { uid, note }: Decider,
  { nowMs, scaled }: Moment,
  matches: readonly Connection[],
): 'notOurs' | 'given' | 'ended' {
  if (note?.approvedAtMs === undefined || !isOpenNote(note)) return 'notOurs';
  const shown = matches.find(({ privateEndpointId }) => isAbout(note, privateEndpointId));
  if (shown?.status === 'Approved') return isMarkedByAnother(uid, shown) ? 'ended' : 'notOurs';
  if (nowMs >= note.approvedAtMs + scaled(ECHO_MS)) return 'ended';
  return shown?.status === 'Pending' ? 'given' : 'notOurs';
}

/** Ours, and Fabric has not shown it yet. */
export const isUnproven = (approval: ApprovalFacts['approval']): boolean =>
  approval === 'fresh' || approval === 'overdue' || approval === 'expired';

/** A look that Fabric did not answer says nothing either way. */
const WAITS: readonly string[] = ['pending', 'provisioning', 'untold', 'unobservable', 'refused'];

/** How long this very request has been the only one while Fabric showed the endpoint waiting. */
export function settleFact(
  note: ApprovalNote | undefined,
  match: Match,
  word: ApprovalFacts['fabric'] | 'notAsked',
  { nowMs, scaled }: Moment,
): ApprovalFacts['settle'] {
  if (note?.sinceMs === undefined) return 'none';
  const isSole =
    match.kind === 'one' && match.connection.status === 'Pending' && isAbout(note, match.connection.privateEndpointId);
  if (!isSole || !WAITS.includes(word)) return 'broken';
  return nowMs < note.sinceMs + scaled(SETTLE_MS) ? 'before' : 'after';
}

const STATES: Readonly<Record<string, ApprovalFacts['connection']>> = {
  Pending: 'pending',
  Approved: 'approved',
  Rejected: 'rejected',
  Disconnected: 'disconnected',
};

/** A state that this version does not know is one of others. */
export const connectionState = (connection: Connection | undefined): ApprovalFacts['connection'] =>
  connection ? (STATES[connection.status] ?? 'other') : 'none';

/**
 * The note of an approval that does not stand any more: taken back, also where a crash came before the note of that, or
 * gone; undefined: never given, or somebody else's.
 */
export function closedNote(
  uid: string,
  { privateEndpointId, approvedAtMs: atMs }: ApprovalNote,
  matches: readonly Connection[],
  nowMs: number,
): ApprovalNote | undefined {
  const left = matches.find((one) => isAbout({ privateEndpointId }, one.privateEndpointId));
  const isTakenBack = !left || (left.status === 'Rejected' && isMarkedBy(uid, left));
  if (!isTakenBack) return undefined;
  const revokedAtMs = (left && markerOf(left.description)?.atMs) ?? nowMs;
  return { privateEndpointId, ...(atMs !== undefined && { approvedAtMs: atMs }), revokedAtMs };
}
