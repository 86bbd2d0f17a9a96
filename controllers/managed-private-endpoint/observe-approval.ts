import {
  approvalFact,
  approvedAtMs,
  connectionState,
  type Decider,
  isMarkedBy,
  isNotedBy,
  type Moment,
  echoOf as proofOf,
  settleFact,
} from '../../operator/approval/facts.ts';
import { fabricWord, type Match, matchManagedEndpoint, UNPROVEN_MS } from '../../operator/approval/managed-endpoint.ts';
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
  EndpointFacts,
  Fault,
  ManagedEndpointRow,
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
  const decider = deciderOf(context);
  const moment = momentOf(context);
  // Annotations are their namespace's: where the spec leads nowhere that allows it, only the mark on the target itself
  // counts, which names our uid.
  const isLedThere = same(asked.id, reference.id) && reference.state !== 'notAllowed';
  const isOurs = (one: Pick<Connection, 'privateEndpointId' | 'status' | 'description'>) =>
    isMarkedBy(desired.uid, one) || (isLedThere && isNotedBy(decider, one));
  const approved = matches.find((one) => one.status === 'Approved' && isOurs(one));
  const connection = approved ?? ('connection' in match ? match.connection : undefined);
  const isRejected =
    (takesBack && reference.state === 'notAllowed') ||
    target.facts.listed === 'rejected' ||
    matches.some(({ privateEndpointId }) => isIdRejectedBy(reference, privateEndpointId));
  const word = rows.fault ? 'unobservable' : fabricWord(desired.source, rows.value, id, echoOf(context, connection));
  const facts: ApprovalFacts = {
    ...unreadApproval(context, isRejected ? 'rejected' : match.kind),
    connection: connectionState(connection),
    approval: approvalFact(decider, moment, {
      connection,
      matches,
      isOurs,
      isTakenBack: isTakenBack(context, connection),
      isHeldUp: rows.fault?.error.disposition === 'throttled',
    }),
    hand: isOnlyObserved(pass, reference) ? 'observed' : 'free',
    fabric: word,
    settle: settleFact(decider.note, match, word, moment),
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

const deciderOf = ({ desired: { uid, source }, provenance: { match } }: About): Decider => ({
  uid,
  name: source.name,
  note: match,
});

const momentOf = ({ pass: { nowMs }, deps: { clock } }: Reader): Moment => ({
  nowMs,
  scaled: (ms) => clock.scaled(ms),
});

/**
 * An approval of this request was taken back; also by the mark alone, when the note of it was lost with a crash. Once was
 * once too often: whatever bears the name by now, a person decides about it, and should find why.
 */
function isTakenBack({ desired, provenance }: About, connection: Connection | undefined): boolean {
  if (connection?.status === 'Approved') return false;
  if (provenance.match?.revokedAtMs !== undefined) return true;
  return connection?.status === 'Rejected' && isMarkedBy(desired.uid, connection);
}

/** An approval that Fabric cannot be asked about is looked at again when its time is over. */
function unprovenUntil(
  context: Reader,
  connection: Connection | undefined,
  approval: ApprovalFacts['approval'],
  fault: Fault | undefined,
): number | undefined {
  if (!connection || approval !== 'overdue' || !fault) return undefined;
  const overAtMs = approvedAtMs(context.provenance.match, connection) + context.deps.clock.scaled(UNPROVEN_MS);
  // Whoever mends a Secret waits in front of the screen.
  const nextAtMs = tickAfter(context, isCredentialTrouble(fault.error) ? 'awaited' : 'slow');
  // Past the hour only a turn is still waited for, which says itself when it comes.
  return overAtMs > context.pass.nowMs ? Math.min(nextAtMs, overAtMs) : nextAtMs;
}

/** What Fabric must show for an approval of ours to be proven. */
export const echoOf = (about: About, connection: Connection | undefined): string | undefined =>
  proofOf(deciderOf(about), connection);
