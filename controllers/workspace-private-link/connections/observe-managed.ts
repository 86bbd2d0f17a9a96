import {
  approvalFact,
  connectionState,
  type Decider,
  isMarkedBy,
  isNotedBy,
  isUnproven,
  type Moment,
  echoOf as proofOf,
  settleFact,
} from '../../../operator/approval/facts.ts';
import {
  type FabricWord,
  fabricWord,
  type ManagedSource,
  type Match,
  matchManagedEndpoint,
} from '../../../operator/approval/managed-endpoint.ts';
import { isAbout, isOpenNote } from '../../../operator/approval/note.ts';
import { attempt, blindness } from '../../../operator/runtime/reading.ts';
import { type Context, UNSETTLED_MS } from '../reading.ts';
import type {
  DecisionSeen,
  Desired,
  DesiredDecision,
  Fault,
  ManagedConnectionFacts,
  Noted,
  PrivateEndpointConnection,
} from '../types.ts';
import { notedFor, pinOf } from './desired.ts';
import { isListedById, means, rejecterOf } from './listing.ts';

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
  const { desired } = context;
  const noted = unlessListed(desired, notedFor(context, decision, connections));
  const decider = deciderOf(desired, decision, noted);
  const moment = momentOf(context);
  const isOurs = isOursBy(desired, decider);
  const matches = connections.filter(({ privateEndpointId }) => means(decision, privateEndpointId));
  const match = matchOf(context, decision, connections);
  const approved = matches.filter((one) => one.status === 'Approved' && isOurs(one));
  const connection =
    approved.find(({ privateEndpointId }) => isAbout(noted?.note, privateEndpointId)) ??
    approved[0] ??
    ('connection' in match ? match.connection : undefined);
  const approvalOf = (isHeldUp: boolean) =>
    approvalFact(decider, moment, {
      connection,
      matches,
      isOurs,
      isTakenBack: isTakenBack(decider, connection),
      isHeldUp,
    });
  const isContradicted = matches.some(({ privateEndpointId }) => rejecterOf(desired, privateEndpointId));
  const known = approvalOf(false);
  const mayBeApproved = match.kind === 'one' && connection?.status === 'Pending' && !isContradicted;
  const asks = isUnproven(known) || (mayBeApproved && known !== 'revoked');
  const echo = proofOf(decider, connection);
  const { word, fault } = asks ? await askFabric(context, decision.managed, echo) : { word: 'notAsked' as const };
  const facts: ManagedConnectionFacts = {
    service: 'ready',
    match: isContradicted ? 'rejected' : match.kind,
    connection: connectionState(connection),
    approval: approvalOf(fault?.error.disposition === 'throttled'),
    fabric: word,
    settle: settleFact(decider.note, match, word, moment),
  };
  const about = { machine: 'managedConnection' as const, facts };
  const why = 'why' in match ? match.why : undefined;
  return {
    desired: decision,
    about,
    connection,
    matches,
    noted,
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

const deciderOf = (
  { uid }: Pick<Desired, 'uid'>,
  { name }: Pick<DesiredDecision, 'name'>,
  noted: Noted | undefined,
): Decider => ({ uid, name: noted?.name ?? name, note: noted?.note });

/** By our mark or our note; but for one that another entry lists by its ARM id: a person has identified it, who answers for it. */
const isOursBy =
  (desired: Desired, decider: Decider) =>
  (one: Pick<Connection, 'privateEndpointId' | 'status' | 'description'>): boolean =>
    !isListedById(desired, one.privateEndpointId) && (isMarkedBy(desired.uid, one) || isNotedBy(decider, one));

/** The same of an approval that is open: nobody waits for its proof any more. */
const unlessListed = (desired: Desired, noted: Noted | undefined): Noted | undefined =>
  noted && isOpenNote(noted.note) && isListedById(desired, noted.note.privateEndpointId) ? undefined : noted;

const momentOf = ({ pass: { nowMs }, deps: { clock } }: Context): Moment => ({
  nowMs,
  scaled: (ms) => clock.scaled(ms),
});

/** What Fabric must show for an approval of ours to be proven. */
export const echoOf = (
  { desired }: Pick<Context, 'desired'>,
  { desired: decision, noted }: Pick<DecisionSeen, 'desired' | 'noted'>,
  connection: Connection,
): string | undefined => proofOf(deciderOf(desired, decision, noted), connection);

/** Something about it is not finished: then the shared list of services is not fresh enough. */
export function isUnfinished(context: Context, decision: ManagedDecision, connections: readonly Connection[]): boolean {
  const { desired } = context;
  const noted = notedFor(context, decision, connections);
  const isOurs = isOursBy(desired, deciderOf(desired, decision, noted));
  return connections
    .filter(({ privateEndpointId }) => means(decision, privateEndpointId))
    .some(
      (one) =>
        one.status === 'Pending' ||
        (one.status === 'Approved' &&
          !(isAbout(noted?.note, one.privateEndpointId) && noted?.note.confirmed) &&
          isOurs(one)),
    );
}

/**
 * An approval of this name was taken back; also by the mark alone, when a crash came between the rejection and its note.
 * Once was once too often: whatever bears the name by now, a person decides about it, and should find why.
 */
function isTakenBack({ uid, note }: Decider, connection: Connection | undefined): boolean {
  if (connection?.status === 'Approved') return false;
  if (note?.revokedAtMs !== undefined) return true;
  const isOurs = connection?.status === 'Rejected' && isAbout(note, connection.privateEndpointId);
  return isOurs && note?.approvedAtMs !== undefined && isMarkedBy(uid, connection);
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
