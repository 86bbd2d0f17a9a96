import {
  ECHO_MS,
  type FabricWord,
  fabricWord,
  type ManagedSource,
  type Match,
  matchManagedEndpoint,
  SETTLE_MS,
  UNPROVEN_MS,
} from '../../../operator/approval/managed-endpoint.ts';
import { markerOf, markerText } from '../../../operator/approval/marker.ts';
import { attempt, blindness } from '../../../operator/runtime/reading.ts';
import { same } from '../desired-names.ts';
import { connectionFact } from '../endpoint/observe.ts';
import { type Context, UNSETTLED_MS } from '../reading.ts';
import type {
  DecisionSeen,
  DesiredDecision,
  Fault,
  ManagedConnectionFacts,
  MatchNote,
  PrivateEndpointConnection,
} from '../types.ts';
import { matchNoteOf, pinOf } from './desired.ts';
import { isMarkedByUs, means, rejecterOf } from './listing.ts';

type Connection = PrivateEndpointConnection;
type ManagedDecision = DesiredDecision & { managed: ManagedSource };

/**
 * One entry that approves a managed private endpoint of another workspace. Fabric is asked only when something depends
 * on its answer: a request that may be the genuine one, or an approval of ours that it has not echoed yet.
 */
export async function observeManagedApproval(
  context: Context,
  decision: ManagedDecision,
  connections: readonly Connection[],
): Promise<DecisionSeen> {
  const { desired, provenance } = context;
  const note = matchNoteOf(provenance, decision.name);
  const matches = connections.filter(({ privateEndpointId }) => means(decision, privateEndpointId));
  const match = matchOf(context, decision, connections);
  const approved = matches.find((one) => one.status === 'Approved' && isApprovedByUs(context, one, note));
  const connection = approved ?? ('connection' in match ? match.connection : undefined);
  const age = approvalFact(context, connection, note);
  const isContradicted = matches.some(({ privateEndpointId }) => rejecterOf(desired, privateEndpointId));
  const asks = isUnproven(age) || (match.kind === 'one' && connection?.status === 'Pending' && !isContradicted);
  const echo = echoOf(context, decision, connection, note);
  const { word, fault } = asks ? await askFabric(context, decision.managed, echo) : { word: 'notAsked' as const };
  // Whoever only waits for a turn gets an answer soon: that is no refusal, however late it is.
  const approval = age === 'expired' && fault?.error.disposition === 'throttled' ? 'overdue' : age;
  const facts: ManagedConnectionFacts = {
    service: 'ready',
    match: isContradicted ? 'rejected' : match.kind,
    connection: managedState(connection),
    approval,
    fabric: word,
    settle: settleFact(context, note, match, word),
  };
  const about = { machine: 'managedConnection' as const, facts };
  const why = 'why' in match ? match.why : undefined;
  return {
    desired: decision,
    about,
    connection,
    matches,
    note,
    ...(why !== undefined && { detail: why }),
    ...(fault && { fault }),
  };
}

/** Approved by us, and Fabric has neither confirmed it nor is it taken back. */
export const isOpen = ({ about }: DecisionSeen): boolean =>
  about.machine === 'managedConnection' && about.facts.connection === 'approved' && isUnproven(about.facts.approval);

/** What the connections say about the entry, under the subscription that is pinned. */
export const matchOf = (
  { provenance }: Pick<Context, 'provenance'>,
  { managed }: ManagedDecision,
  connections: readonly Connection[],
): Match => matchManagedEndpoint(managed, connections, { pinnedSubscription: pinOf(provenance, managed.workspaceId) });

/** By our marker, or by the note that was written before the call: a service may keep no descriptions. */
const isApprovedByUs = ({ desired }: Pick<Context, 'desired'>, connection: Connection, note: MatchNote | undefined) =>
  isMarkedByUs(desired, connection) ||
  (same(note?.privateEndpointId, connection.privateEndpointId) && note?.approvedAtMs !== undefined);

/** Something about it is not finished: then the shared list of services is not fresh enough. */
export function isUnfinished(context: Context, decision: ManagedDecision, connections: readonly Connection[]): boolean {
  const note = matchNoteOf(context.provenance, decision.name);
  return connections
    .filter(({ privateEndpointId }) => means(decision, privateEndpointId))
    .some((one) => one.status === 'Pending' || isUnproven(approvalFact(context, one, note)));
}

function approvalFact(
  context: Context,
  connection: Connection | undefined,
  note: MatchNote | undefined,
): ManagedConnectionFacts['approval'] {
  const isNoted = same(note?.privateEndpointId, connection?.privateEndpointId);
  // Taken back, and gone since or rejected still: whoever looks should find why.
  if (isTakenBack(context, connection, note) && (!connection || (isNoted && connection.status === 'Rejected')))
    return 'revoked';
  if (connection?.status !== 'Approved' || !isApprovedByUs(context, connection, note)) return 'notOurs';
  if (isNoted && note?.confirmed) return 'confirmed';
  const atMs = (isNoted ? note?.approvedAtMs : undefined) ?? markerOf(connection.description)?.atMs ?? 0;
  const { clock } = context.deps;
  const ageMs = context.pass.nowMs - atMs;
  if (ageMs < clock.scaled(ECHO_MS)) return 'fresh';
  return ageMs < clock.scaled(UNPROVEN_MS) ? 'overdue' : 'expired';
}

/** As noted; or by the mark alone, when a crash came between the rejection and its note. */
const isTakenBack = ({ desired }: Context, connection: Connection | undefined, note: MatchNote | undefined): boolean =>
  note?.revokedAtMs !== undefined ||
  (note?.approvedAtMs !== undefined && connection?.status === 'Rejected' && isMarkedByUs(desired, connection));

/** Ours, and Fabric has not shown it yet. */
const isUnproven = (approval: ManagedConnectionFacts['approval']): boolean =>
  approval === 'fresh' || approval === 'overdue' || approval === 'expired';

/** What Fabric must show for an approval of ours to be proven. */
export function echoOf(
  { desired }: Pick<Context, 'desired'>,
  { name }: DesiredDecision,
  connection: Connection | undefined,
  note: MatchNote | undefined,
): string | undefined {
  if (connection?.status !== 'Approved') return undefined;
  const marker = markerOf(connection.description);
  if (marker?.uid === desired.uid) return markerText(marker);
  return note?.approvedAtMs === undefined ? undefined : markerText({ uid: desired.uid, name, atMs: note.approvedAtMs });
}

async function askFabric(
  context: Context,
  source: ManagedSource,
  echo: string | undefined,
): Promise<{ word: FabricWord | 'unobservable' | 'refused'; fault?: Fault }> {
  const maxAgeMs = context.deps.clock.scaled(UNSETTLED_MS);
  const shown = await attempt(context, `the managed private endpoints of workspace ${source.workspaceId}`, () =>
    context.clients.fabric.managedPrivateEndpoints(source.workspaceId, { ...context.call, maxAgeMs }),
  );
  if (shown.fault) return { word: blindness(shown.fault), fault: shown.fault };
  return { word: fabricWord(source, shown.value.value, context.desired.service.id, echo) };
}

function managedState(connection: Connection | undefined): ManagedConnectionFacts['connection'] {
  const state = connectionFact(connection?.status);
  return state === 'unobservable' ? 'other' : state;
}

/**
 * How long this very request has been the only one while Fabric showed the endpoint waiting. A look that Fabric did not
 * answer says nothing either way.
 */
function settleFact(
  { pass, deps }: Context,
  note: MatchNote | undefined,
  match: Match,
  word: ManagedConnectionFacts['fabric'],
): ManagedConnectionFacts['settle'] {
  if (note?.sinceMs === undefined) return 'none';
  const isSole =
    match.kind === 'one' &&
    match.connection.status === 'Pending' &&
    same(match.connection.privateEndpointId, note.privateEndpointId);
  const mayWait = ['pending', 'provisioning', 'untold', 'unobservable', 'refused'].includes(word);
  if (!isSole || !mayWait) return 'broken';
  return pass.nowMs < note.sinceMs + deps.clock.scaled(SETTLE_MS) ? 'before' : 'after';
}
