import { isMarkedBy } from '../../../operator/approval/facts.ts';
import { ECHO_MS } from '../../../operator/approval/managed-endpoint.ts';
import { isOpenNote } from '../../../operator/approval/note.ts';
import { blindness, type Reading } from '../../../operator/runtime/reading.ts';
import { same } from '../desired-names.ts';
import { connectionFact, connectionOf } from '../endpoint/observe.ts';
import { type Context } from '../reading.ts';
import type {
  ConnectionFacts,
  ConnectionsSeen,
  DecisionSeen,
  DesiredDecision,
  EndpointSeen,
  MatchNote,
  PrivateEndpointConnection,
  RevocationSeen,
} from '../types.ts';
import { approverBehind, decidersOf } from './askers.ts';
import { ruleOf, unconfirmedIn } from './desired.ts';
import { isOpenApproval, isOwn, means, rejecterOf, unlistedOf } from './listing.ts';
import { isUnfinished, observeManagedApproval } from './observe-managed.ts';

type Connection = PrivateEndpointConnection;

const NO_LOOSE_NOTES: ConnectionsSeen['looseNotes'] = { over: [], isUnseen: false };

export const NO_CONNECTIONS: ConnectionsSeen = {
  list: [],
  decisions: [],
  revocations: [],
  looseNotes: NO_LOOSE_NOTES,
  decidedBy: {},
  deciders: {},
};

/** Every entry of spec.connections against the connections of the service; nothing is known of them before the service is usable. */
export async function observeDecisions(
  context: Context,
  usable: boolean,
  connections: () => Promise<Reading<readonly Connection[]>>,
  shown: readonly Connection[],
): Promise<ConnectionsSeen> {
  const { desired } = context;
  const concerned =
    desired.decisions.length > 0 || desired.authoritative || unconfirmedIn(context.provenance).length > 0;
  // Nothing is decided by what is only shown. But a request that the spec lists is not to be called nobody's.
  const among = (decision: DesiredDecision) =>
    shown.filter(({ privateEndpointId }) => means(decision, privateEndpointId));
  if (!usable || !concerned) {
    const decisions = desired.decisions.map((decision) => ({
      ...unread(decision, usable ? 'ready' : 'notReady'),
      matches: among(decision),
    }));
    return {
      list: shown,
      decisions,
      revocations: [],
      looseNotes: NO_LOOSE_NOTES,
      ...rulesOf(context, shown, decisions),
    };
  }
  const read = await connections();
  if (read.fault) {
    const decisions = desired.decisions.map((decision) => ({
      ...unread(decision, 'ready', blindness(read.fault)),
      matches: among(decision),
      fault: read.fault,
    }));
    return {
      list: shown,
      decisions,
      revocations: [],
      looseNotes: NO_LOOSE_NOTES,
      ...rulesOf(context, shown, decisions),
    };
  }
  const list = read.value;
  const decisions = await Promise.all(desired.decisions.map((decision) => observeDecision(context, decision, list)));
  const revocations = unlistedOf(context, list).map(
    (connection): RevocationSeen => ({ connection, facts: { service: 'ready', hold: 'free' } }),
  );
  const looseNotes = looseNotesIn(context, list, decisions);
  return { list, decisions, revocations, looseNotes, ...rulesOf(context, list, decisions) };
}

/** An entry about which nothing has been read. */
export function unread(
  desired: DesiredDecision,
  service: ConnectionFacts['service'],
  blind: 'unobservable' | 'refused' = 'unobservable',
): DecisionSeen {
  const about: DecisionSeen['about'] = isManagedApproval(desired)
    ? {
        machine: 'managedConnection',
        facts: {
          service,
          match: blind,
          connection: 'none',
          approval: 'notOurs',
          fabric: 'notAsked',
          settle: 'none',
        },
      }
    : {
        machine: 'connection',
        facts: {
          service,
          decision: desired.decision,
          connection: blind,
          requester: 'other',
          hold: 'free',
        },
      };
  return { desired, about, connection: undefined, matches: [], noted: undefined };
}

type ManagedDecision = DesiredDecision & { managed: NonNullable<DesiredDecision['managed']> };

/** A Reject needs no proof of who asks: an imitation is rejected as well. */
export const isManagedApproval = (decision: DesiredDecision): decision is ManagedDecision =>
  decision.decision === 'Approve' && decision.managed !== undefined;

async function observeDecision(
  context: Context,
  decision: DesiredDecision,
  list: readonly Connection[],
): Promise<DecisionSeen> {
  if (isManagedApproval(decision)) return observeManagedApproval(context, decision, list);
  const matches = list.filter(({ privateEndpointId }) => means(decision, privateEndpointId));
  const connection = concernOf(decision, matches);
  const facts: ConnectionFacts = {
    service: 'ready',
    decision: decision.decision,
    connection: connectionFact(connection?.status),
    requester: requesterOf(context, decision),
    hold: 'free',
  };
  return { desired: decision, about: { machine: 'connection', facts }, connection, matches, noted: undefined };
}

/** The connection that a decision is about next: of a Reject the one that is least as it should be. */
export function concernOf(decision: DesiredDecision, matches: readonly Connection[]): Connection | undefined {
  if (decision.decision === 'Approve') return connectionOf(matches, decision.endpointId ?? '');
  const inState = (...states: string[]) => matches.find(({ status }) => states.includes(status));
  const isOver = ({ status }: Connection) => status === 'Rejected' || status === 'Disconnected';
  return inState('Pending') ?? inState('Approved') ?? matches.find((one) => !isOver(one)) ?? matches[0];
}

function requesterOf(context: Context, { decision, endpointId }: DesiredDecision): ConnectionFacts['requester'] {
  if (decision === 'Approve' && rejecterOf(context.desired, endpointId)) return 'rejected';
  return isOwn(context, endpointId) ? 'own' : 'other';
}

/**
 * Open notes that no entry's ladder looks after. Over: the connection is taken back, by a crash without a word of that, or
 * by an entry that says Reject by now; it is gone; or somebody else answers for it: another object of ours, or an entry that
 * lists it by its ARM id. Unseen: a list may lag, and
 * neither one that shows nothing nor one that shows it pending is believed at once.
 */
function looseNotesIn(
  { pass, deps: { clock }, provenance, desired }: Context,
  list: readonly Connection[],
  decisions: readonly DecisionSeen[],
): ConnectionsSeen['looseNotes'] {
  const stateOf = ({ privateEndpointId, approvedAtMs = 0 }: MatchNote) => {
    const shown = list.find((one) => same(one.privateEndpointId, privateEndpointId));
    if (shown?.status === 'Approved') return isOpenApproval({ desired, provenance }, shown) ? 'stands' : 'over';
    const isEnded = shown?.status === 'Rejected' || shown?.status === 'Disconnected';
    return isEnded || pass.nowMs >= approvedAtMs + clock.scaled(ECHO_MS) ? 'over' : 'unseen';
  };
  const loose = Object.entries(provenance.matches)
    .filter(([key, note]) => isOpenNote(note) && !decisions.some(({ noted }) => noted?.key === key))
    .map(([key, note]) => ({ key, state: stateOf(note) }));
  return {
    over: loose.flatMap(({ key, state }) => (state === 'over' ? [key] : [])),
    isUnseen: loose.some(({ state }) => state === 'unseen'),
  };
}

/** A shared list that shows this is followed by a look at the service itself. */
export function isUndecided(context: Context, list: readonly Connection[]): boolean {
  const { desired } = context;
  return (
    unlistedOf(context, list).length > 0 ||
    unconfirmedIn(context.provenance).length > 0 ||
    desired.decisions.some((decision) => {
      if (isManagedApproval(decision)) return isUnfinished(context, decision, list);
      const status = concernOf(
        decision,
        list.filter(({ privateEndpointId }) => means(decision, privateEndpointId)),
      )?.status;
      return status === 'Pending' || (decision.decision === 'Reject' && status === 'Approved');
    })
  );
}

/** Somebody is listed and has not asked yet: looked for a little more often than what is at rest. */
export const awaitsRequester = ({ desired }: Context, list: readonly Connection[]): boolean =>
  desired.decisions.some((entry) => !list.some(({ privateEndpointId }) => means(entry, privateEndpointId)));

const revokes = ({ about }: DecisionSeen): boolean =>
  about.machine === 'connection' && about.facts.decision === 'Reject' && about.facts.connection === 'approved';

/** Somebody who is connected is about to be cut off: then it matters whether public access is denied. */
export const revokesSomebody = ({ decisions, revocations }: ConnectionsSeen): boolean =>
  revocations.length > 0 || decisions.some(revokes);

/**
 * While access may be denied nobody is cut off who may be the last way in: of this object's own endpoints another one
 * must be proven; for everybody else it is enough that somebody stays connected whom nobody is about to cut off.
 */
export function withHolds(
  context: Context,
  seen: ConnectionsSeen,
  endpoints: readonly EndpointSeen[],
  denied: boolean,
): ConnectionsSeen {
  if (!denied) return seen;
  const leaving = new Set([
    ...seen.revocations.map(({ connection }) => connection.name),
    // Approved by us and not proven yet: it may be an imitation's, and be taken back in this very pass.
    ...seen.list.filter((one) => isOpenApproval(context, one)).map(({ name }) => name),
    ...seen.decisions.flatMap(({ about, connection }) =>
      about.machine === 'managedConnection' && about.facts.approval !== 'confirmed' ? (connection?.name ?? []) : [],
    ),
  ]);
  const stays = ({ status, name, privateEndpointId }: Connection) =>
    status === 'Approved' &&
    !leaving.has(name) &&
    !isOwn(context, privateEndpointId) &&
    !rejecterOf(context.desired, privateEndpointId);
  const somebodyStays = endpoints.some(({ counts }) => counts) || seen.list.some(stays);
  const holdOf = (connection: Connection | undefined) => {
    // An approval that Fabric did not confirm is no way in that anybody relies on.
    if (connection && isOpenApproval(context, connection)) return 'free';
    const id = connection?.privateEndpointId;
    const otherOwn = endpoints.some(({ counts, desired }) => counts && !same(desired.resourceId, id));
    return (isOwn(context, id) ? otherOwn : somebodyStays) ? 'free' : 'held';
  };
  return {
    ...seen,
    decisions: seen.decisions.map((one) =>
      one.about.machine === 'connection' && revokes(one)
        ? { ...one, about: { ...one.about, facts: { ...one.about.facts, hold: holdOf(one.connection) } } }
        : one,
    ),
    revocations: seen.revocations.map(({ connection, facts }) => ({
      connection,
      facts: { ...facts, hold: holdOf(connection) },
    })),
  };
}

/** Which rule stands behind each connection. `unlisted`: decided, and nothing in this cluster says so. */
function decidedBy(
  context: Context,
  list: readonly Connection[],
  decisions: readonly DecisionSeen[],
): ConnectionsSeen['decidedBy'] {
  const ruleFor = (connection: Connection): string => {
    const rule = decisions.find(({ desired, connection: chosen }) => {
      if (!means(desired, connection.privateEndpointId)) return false;
      if (desired.decision === 'Reject') return connection.status !== 'Approved';
      const isOurs = isManagedApproval(desired)
        ? chosen?.name === connection.name && isMarkedBy(context.desired.uid, connection)
        : true;
      return connection.status === 'Approved' && isOurs;
    });
    return rule ? ruleOf(rule.desired) : (approverBehind(context, connection) ?? 'unlisted');
  };
  return Object.fromEntries(
    list.flatMap((connection) =>
      connection.status === 'Pending' || connection.privateEndpointId === undefined
        ? []
        : [[connection.privateEndpointId.toLowerCase(), ruleFor(connection)]],
    ),
  );
}

/** What people are told about who decided, or is about to. */
const rulesOf = (
  context: Context,
  list: readonly Connection[],
  decisions: readonly DecisionSeen[],
): Pick<ConnectionsSeen, 'decidedBy' | 'deciders'> => ({
  decidedBy: decidedBy(context, list, decisions),
  deciders: decidersOf(context, list),
});
