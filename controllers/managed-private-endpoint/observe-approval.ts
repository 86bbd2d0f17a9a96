import {
  ECHO_MS,
  fabricWord,
  type Match,
  matchManagedEndpoint,
  SETTLE_MS,
  UNPROVEN_MS,
} from '../../operator/approval/managed-endpoint.ts';
import { markerOf, markerText } from '../../operator/approval/marker.ts';
import { isCredentialTrouble } from '../../operator/errors.ts';
import { attempt, blindness, type Reading } from '../../operator/runtime/reading.ts';
import { same } from './desired-names.ts';
import { isOpenApproval } from './desired-provenance.ts';
import { namesakesOf } from './observe-target.ts';
import { type Age, arrivalPace, echoPace, type Pace, settlePace, tickAfter } from './paces.ts';
import { pinnedObjects, pinOf } from './pins.ts';
import { agedCall, type Context, type Reader, withTheirs } from './reading.ts';
import {
  connectionsOf,
  isIdRejectedBy,
  isOnlyObserved,
  type Reference,
  targetClients,
  whereApproved,
} from './target-side.ts';
import type {
  ApprovalFacts,
  ApprovalSeen,
  Desired,
  EndpointFacts,
  Fault,
  ManagedEndpointRow,
  MatchNote,
  PrivateEndpointConnection,
  TargetSeen,
} from './types.ts';

type Connection = PrivateEndpointConnection;
type Question = [
  context: Reader,
  reference: Reference,
  target: Pick<TargetSeen, 'id' | 'facts'>,
  /** What Fabric lists, or why it could not be asked. */
  rows: Reading<readonly ManagedEndpointRow[]>,
];
type About = Pick<Context, 'desired' | 'provenance'>;

/** The operator decides, and there is something to decide; or an approval of ours is open, whatever the spec says by now. */
export function isDecided({ provenance, desired }: About, endpoint: EndpointFacts): boolean {
  if (isOpenApproval(provenance)) return true;
  if (desired.approver !== 'operator' || !provenance.endpoint) return false;
  if (!['created', 'adopted'].includes(endpoint.origin)) return false;
  return ['provisioning', 'pending', 'unknown'].includes(endpoint.endpoint);
}

/** It is still there, or may be: Fabric has to confirm it, or it has to be taken back. */
export const isStillOpen = ({ facts: { approval, match } }: ApprovalSeen): boolean =>
  ['given', 'fresh', 'overdue', 'expired'].includes(approval) || match === 'unobservable' || match === 'refused';

/** What is known of the one connection that is ours or may be. An older list is enough while it shows nothing to be done. */
export async function observeApproval(...about: Question): Promise<ApprovalSeen> {
  const [context] = about;
  const known = await observeAged(paceOf(context).age, ...about);
  if (known.fault || isQuiet(context, known.facts)) return known;
  // Fabric's echo is the proof; the target only tells of which connection, and has been telling that for minutes.
  return observeAged(known.facts.fabric === 'echoed' ? 'underWay' : 'decisive', ...about);
}

/** How often the target's connections are looked at, and when next: whatever it is, many objects wait for it together. */
function paceOf(context: Reader): Pace {
  const { match } = context.provenance;
  if (isOpenApproval(context.provenance)) {
    // What is awaited is shown in the source workspace.
    return { age: 'settled', nextAtMs: echoPace(context, match?.approvedAtMs ?? 0).nextAtMs };
  }
  return match?.sinceMs === undefined ? arrivalPace(context, context.provenance) : settlePace(context, match.sinceMs);
}

/**
 * The request has not arrived, settles undisturbed, or has been approved and is not shown so yet. One that has settled is
 * approved only after both sides have been read anew by the effect itself.
 */
const isQuiet = ({ provenance }: About, { match, settle, connection, approval, fabric }: ApprovalFacts): boolean =>
  approval !== 'ended' &&
  ((match === 'none' && settle === 'none' && !isOpenApproval(provenance)) ||
    (match === 'one' && (settle === 'before' || settle === 'after')) ||
    (match === 'one' && connection === 'approved' && approval === 'fresh' && fabric !== 'echoed'));

async function observeAged(age: Age, ...[context, asked, target, rows]: Question): Promise<ApprovalSeen> {
  const { deps, pass, desired } = context;
  const reference = whereApproved(pass, asked, context.provenance);
  const { id = '' } = reference;
  const takesBack = isOpenApproval(context.provenance);
  const read = await attempt(withTheirs(context), 'the connections of the target', async () =>
    connectionsOf(await targetClients(deps, pass, reference, takesBack), id)?.list(agedCall(context, age)),
  );
  const isUsable = reference.state !== 'missing' && (takesBack || reference.state !== 'notAllowed');
  if (read.fault || !read.value || !isUsable) {
    const match = read.fault ? blindness(read.fault) : 'refused';
    return {
      facts: unreadApproval(context, match),
      targetId: reference.id,
      connection: undefined,
      matches: [],
      ...(read.fault && { fault: read.fault }),
    };
  }
  const matches = namesakesOf(desired, read.value);
  const match = matchOf(context, read.value);
  // Annotations are their namespace's: where the spec leads nowhere that allows it, only the mark on the target itself
  // counts, which names our uid.
  const isLedThere = same(asked.id, reference.id) && reference.state !== 'notAllowed';
  const isOurs = (one: Connection) => isMarkedByUs(context, one) || (isLedThere && isNotedByUs(context, one));
  const approved = matches.find((one) => one.status === 'Approved' && isOurs(one));
  const connection = approved ?? ('connection' in match ? match.connection : undefined);
  const isRejected =
    (takesBack && reference.state === 'notAllowed') ||
    target.facts.listed === 'rejected' ||
    matches.some(({ privateEndpointId }) => isIdRejectedBy(reference, privateEndpointId));
  const word = rows.fault ? 'unobservable' : fabricWord(desired.source, rows.value, id, echoOf(context, connection));
  const facts: ApprovalFacts = {
    ...unreadApproval(context, isRejected ? 'rejected' : match.kind),
    connection: stateOf(connection),
    approval: approvalFact(context, connection, matches, isOurs, rows.fault),
    hand: isOnlyObserved(pass, reference) ? 'observed' : 'free',
    fabric: word,
    settle: settleFact(context, match, word),
  };
  return {
    facts,
    targetId: reference.id,
    connection,
    matches,
    ...('why' in match && { detail: match.why }),
    ...(match.kind === 'otherSubscription' && { pinnedOn: pinnedObjects(context) }),
    dueAtMs: unprovenUntil(context, connection, facts.approval, rows.fault) ?? paceOf(context).nextAtMs,
  };
}

const unreadApproval = ({ provenance: { request }, desired }: About, match: ApprovalFacts['match']): ApprovalFacts => ({
  request: request?.clean && desired.approver === 'operator' ? 'clean' : 'unclean',
  match,
  connection: 'none',
  approval: 'notOurs',
  fabric: 'unobservable',
  settle: 'none',
  hand: 'free',
});

/** What the connections say about our request, with its nonce, under the subscription that is pinned. */
export function matchOf(context: Pick<Context, 'desired' | 'provenance' | 'pass'>, list: readonly Connection[]): Match {
  const { desired, provenance } = context;
  return matchManagedEndpoint(desired.source, list, {
    pinnedSubscription: pinOf(context),
    nonce: provenance.request?.nonce,
  });
}

const isMarkedByUs = ({ desired }: About, { description }: Connection): boolean =>
  markerOf(description)?.uid === desired.uid;

/** Another object of ours decided after all, and sees it to its end: both may have been about to. */
const isMarkedByAnother = ({ desired }: About, { description }: Connection): boolean => {
  const uid = markerOf(description)?.uid;
  return uid !== undefined && uid !== desired.uid;
};

/** By the note that was written before the call: a service may keep no descriptions. */
const isNotedByUs = (about: About, connection: Connection): boolean =>
  isNoted(about, connection) && !isMarkedByAnother(about, connection);

const isNoted = ({ provenance: { match } }: About, { privateEndpointId }: Connection): boolean =>
  same(match?.privateEndpointId, privateEndpointId) &&
  match?.approvedAtMs !== undefined &&
  match.revokedAtMs === undefined;

/** An approval of this request was taken back; also by the mark alone, when the note of it was lost with a crash. */
function isRevoked(about: About, connection: Connection | undefined): boolean {
  if (connection?.status === 'Approved') return false;
  if (about.provenance.match?.revokedAtMs !== undefined) return true;
  return connection?.status === 'Rejected' && isMarkedByUs(about, connection);
}

function approvalFact(
  context: Reader,
  connection: Connection | undefined,
  matches: readonly Connection[],
  isOurs: (connection: Connection) => boolean,
  fault: Fault | undefined,
): ApprovalFacts['approval'] {
  const { match } = context.provenance;
  const isSame = same(match?.privateEndpointId, connection?.privateEndpointId);
  // Once was once too often: whatever bears the name by now, a person decides about it, and should find why.
  if (isRevoked(context, connection)) return isOpenApproval(context.provenance) ? 'ended' : 'revoked';
  if (connection?.status !== 'Approved' || !isOurs(connection)) return unseenApproval(context, matches);
  if (isSame && match?.confirmed) return 'confirmed';
  const { clock } = context.deps;
  const ageMs = context.pass.nowMs - approvedAt(context, connection);
  if (ageMs < clock.scaled(ECHO_MS)) return 'fresh';
  // Whoever only waits for a turn gets an answer soon: that is no refusal, however late it is.
  const isHeldUp = fault?.error.disposition === 'throttled';
  return ageMs >= clock.scaled(UNPROVEN_MS) && !isHeldUp ? 'expired' : 'overdue';
}

/** Of an approval that is noted, and that the target does not show: its list may lag, or the call was never made. */
function unseenApproval(context: Reader, matches: readonly Connection[]): 'notOurs' | 'given' | 'ended' {
  const { provenance, pass, deps } = context;
  const { match } = provenance;
  if (match?.approvedAtMs === undefined || !isOpenApproval(provenance)) return 'notOurs';
  const shown = matches.find(({ privateEndpointId }) => same(privateEndpointId, match.privateEndpointId));
  const status = shown?.status;
  if (shown && status === 'Approved' && isMarkedByAnother(context, shown)) return 'ended';
  // Approved, and whether by us cannot be told: the note stays.
  if (status === 'Approved') return 'notOurs';
  if (pass.nowMs >= match.approvedAtMs + deps.clock.scaled(ECHO_MS)) return 'ended';
  return status === 'Pending' ? 'given' : 'notOurs';
}

/** By the note that was written before, else by the mark that the target keeps. */
function approvedAt({ provenance: { match } }: About, { privateEndpointId, description }: Connection): number {
  const notedMs = same(match?.privateEndpointId, privateEndpointId) ? match?.approvedAtMs : undefined;
  return notedMs ?? markerOf(description)?.atMs ?? 0;
}

/** An approval that Fabric cannot be asked about is looked at again when its time is over. */
function unprovenUntil(
  context: Reader,
  connection: Connection | undefined,
  approval: ApprovalFacts['approval'],
  fault: Fault | undefined,
): number | undefined {
  if (!connection || approval !== 'overdue' || !fault) return undefined;
  const overAtMs = approvedAt(context, connection) + context.deps.clock.scaled(UNPROVEN_MS);
  // Whoever mends a Secret waits in front of the screen.
  return Math.min(tickAfter(context, isCredentialTrouble(fault.error) ? 'awaited' : 'slow'), overAtMs);
}

/** What Fabric must show for an approval of ours to be proven. */
export function echoOf({ desired, provenance }: About, connection: Connection | undefined): string | undefined {
  if (connection?.status !== 'Approved') return undefined;
  const marker = markerOf(connection.description);
  if (marker?.uid === desired.uid) return markerText(marker);
  const atMs = provenance.match?.approvedAtMs;
  return atMs === undefined ? undefined : markerOfOurs(desired, atMs);
}

export const markerOfOurs = ({ uid, source }: Desired, atMs: number): string =>
  markerText({ uid, name: source.name, atMs });

const STATES: Readonly<Record<string, ApprovalFacts['connection']>> = {
  Pending: 'pending',
  Approved: 'approved',
  Rejected: 'rejected',
  Disconnected: 'disconnected',
};

const stateOf = (connection: Connection | undefined): ApprovalFacts['connection'] =>
  connection ? (STATES[connection.status] ?? 'other') : 'none';

/** How long this very request has been the only one while Fabric showed the endpoint waiting. */
function settleFact(context: Reader, match: Match, word: ApprovalFacts['fabric']): ApprovalFacts['settle'] {
  const note: MatchNote | undefined = context.provenance.match;
  if (note?.sinceMs === undefined) return 'none';
  const isSole =
    match.kind === 'one' &&
    match.connection.status === 'Pending' &&
    same(match.connection.privateEndpointId, note.privateEndpointId);
  const waits = ['pending', 'provisioning', 'untold', 'unobservable'].includes(word);
  if (!isSole || !waits) return 'broken';
  return context.pass.nowMs < note.sinceMs + context.deps.clock.scaled(SETTLE_MS) ? 'before' : 'after';
}
