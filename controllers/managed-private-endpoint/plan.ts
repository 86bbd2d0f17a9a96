import type { Decision, PlanStep } from '../../operator/runtime/kind.ts';
import { type Forward, walkAhead } from '../../operator/runtime/walk-ahead.ts';
import { capital, clip } from '../../operator/words/text.ts';
import { say } from './describe-words.ts';
import { SIDE_EFFECTS } from './desired-preflight.ts';
import { ladders } from './ladders.ts';
import type { Ladder, Seen } from './types.ts';

const DESCRIPTION_LIMIT = 512;

/** A fact of the walk alone, which no machine sees: the request is made in this very plan. */
const ASKED = 'asked';

type Facts = Ladder['facts'];

/**
 * What a ladder's facts become once the effect that it rests at has succeeded, or what it waits for (by its phase) has
 * ended well by itself. Where nothing is said, nothing more comes of itself: a person, or something that is only known
 * when it happens.
 */
const AFTER: Readonly<Record<string, Readonly<Record<string, Facts>>>> = {
  target: { deleteLeftover: { matches: 'none' } },
  endpoint: {
    noteRequest: { request: 'noted', origin: 'fresh', [ASKED]: true },
    requestEndpoint: { endpoint: 'provisioning', origin: 'created' },
    noteEndpoint: { origin: 'created' },
    adoptEndpoint: { origin: 'adopted', request: 'none' },
    noteLoss: { endpoint: 'absent', request: 'none', origin: 'none', cooldown: 'before' },
    recreateEndpoint: { endpoint: 'absent', request: 'none', origin: 'none', cooldown: 'before' },
    'Source.Deleting': { endpoint: 'absent' },
    'Cooldown.Waiting': { cooldown: 'over' },
    'Approval.Provisioning': { endpoint: 'pending' },
  },
  approval: {
    noteMatch: { settle: 'before' },
    forgetMatch: { settle: 'none' },
    approveRequest: { connection: 'approved', approval: 'fresh', fabric: 'approved' },
    confirmApproval: { approval: 'confirmed' },
    revokeUnconfirmed: { connection: 'rejected', approval: 'revoked' },
    closeApproval: { approval: 'notOurs' },
    'Match.Awaiting': { match: 'one', connection: 'pending', fabric: 'pending', settle: 'none' },
    'Approval.Settling': { settle: 'after' },
    'Confirmation.AwaitingEcho': { fabric: 'echoed' },
  },
};

/** The request as it will be found when its endpoint has been asked for, or taken over. */
const REQUESTED = {
  match: 'one',
  connection: 'pending',
  approval: 'notOurs',
  fabric: 'pending',
  settle: 'none',
  hand: 'free',
};

/**
 * Each call that would be made for an object that is only observed, in order, through to Ready or to a person's turn: the
 * machines walked forward, as passes would. Pure.
 */
export function planOf(seen: Seen, decide: (ladder: Ladder) => Decision): readonly PlanStep[] {
  // Who is let go of leaves everything as it is.
  if (seen.removal || seen.loss) return [];
  const claimed = { ...seen, endpoint: { ...seen.endpoint, facts: { ...seen.endpoint.facts, claimed: true } } };
  return walkAhead(
    ladders(claimed),
    {
      forward: (all, ladder, decision) => forward(seen, all, ladder, decision, decide),
      agree: (all) => agree(seen, all, decide),
      end: (ladder, decision) => endOf(seen, ladder, decision),
    },
    decide,
  );
}

function forward(
  seen: Seen,
  all: readonly Ladder[],
  ladder: Ladder,
  decision: Decision,
  decide: (ladder: Ladder) => Decision,
): Forward<Ladder> | undefined {
  const { effect, phase, tag } = decision;
  const key = effect ?? (tag === 'waiting' ? phase : undefined);
  const changes = key === undefined ? undefined : AFTER[ladder.machine]?.[key];
  if (!changes) return undefined;
  const next = { ...ladder, facts: { ...ladder.facts, ...changes } };
  // What stays as it is for another reason is at its end.
  const now = decide(next);
  if (now.phase === phase && now.effect === effect) return undefined;
  const after = all.map((one) => (one.name === ladder.name ? { ...one, facts: { ...one.facts, ...changes } } : one));
  const step = effect === undefined ? undefined : stepOf(seen, ladder.name, effect);
  return { ladders: after, ...(step && { step: { ...step, thing: `${ladder.name} ${step.action}` } }) };
}

/** What the ladders know of each other. */
function agree(seen: Seen, all: readonly Ladder[], decide: (ladder: Ladder) => Decision): readonly Ladder[] {
  const by = (machine: string) => all.find((ladder) => ladder.machine === machine);
  const [target, endpoint, approval] = [by('target'), by('endpoint'), by('approval')];
  if (!target || !endpoint) return all;
  const isSettled = approval !== undefined && decide(approval).tag === 'ready';
  const isAbsent = endpoint.facts['endpoint'] === 'absent';
  const requestable = decide(target).tag === 'ready' && (!approval || isSettled) ? 'requestable' : 'notRequestable';
  const facts: Facts = {
    ...endpoint.facts,
    ...(isAbsent && { target: requestable }),
    ...(isSettled && endpoint.facts['endpoint'] === 'pending' && { endpoint: 'approved' }),
  };
  const own = { ...endpoint, facts };
  const rest = [target, own, ...(approval && !isSettled ? [approval] : [])];
  return approval || !isDecided(facts) ? rest : [...rest, requestedAs(seen, facts)];
}

/** The operator decides about its own request once it is there. */
const isDecided = ({ approver, endpoint, origin }: Facts): boolean =>
  approver === 'operator' && endpoint === 'pending' && (origin === 'created' || origin === 'adopted');

/** Clean is what will be asked for, and what was seen to be when it was. */
function requestedAs({ provenance }: Seen, facts: Facts): Ladder {
  const isClean = facts['origin'] === 'created' && (facts[ASKED] === true || provenance.request?.clean === true);
  return {
    name: 'approval',
    machine: 'approval',
    facts: { ...REQUESTED, request: isClean ? 'clean' : 'unclean' },
  };
}

function endOf(seen: Seen, ladder: Ladder, decision: Decision): PlanStep | undefined {
  if (decision.tag === 'stalled' || decision.reason === 'AwaitingApproval') return turnOf(seen, ladder, decision);
  // These wait for another ladder, which says what is the case.
  if (decision.tag !== 'waiting' || ['AwaitingTarget', 'AwaitingDecision'].includes(decision.reason)) return undefined;
  return waitOf(seen, ladder, decision);
}

const PHRASES = {
  deleteLeftover: 'remove the connection of an earlier request from the target',
  requestEndpoint: `ask Fabric for the managed private endpoint; if it is the first of its workspace, ${SIDE_EFFECTS.map(({ text }) => text).join(', and ')}`,
  recreateEndpoint: 'delete the managed private endpoint, to ask for it anew 15 minutes later',
  approveRequest: 'approve the request on the target, once it has been the only one for ten minutes',
  revokeUnconfirmed: 'take back the approval of a request that Fabric has not confirmed',
};

const isCall = (effect: string): effect is keyof typeof PHRASES => effect in PHRASES;

/** Bookkeeping has no step. */
function stepOf({ desired, target }: Seen, ladder: string, effect: string): PlanStep | undefined {
  if (effect === 'adoptEndpoint') {
    const description = `Take over the endpoint "${desired.source.name}", which exists already.`;
    return { kind: 'takeover', ladder, action: effect, description };
  }
  if (!isCall(effect)) return undefined;
  const description = clip(
    capital(`${PHRASES[effect]} ("${desired.source.name}" to ${target.id}).`),
    DESCRIPTION_LIMIT,
  );
  return { kind: 'call', ladder, action: effect, description };
}

function turnOf(seen: Seen, { name }: Ladder, decision: Decision): PlanStep {
  const { text, next } = say(seen, { ladder: name, ...decision, outcome: { kind: 'none' } });
  return {
    kind: 'person',
    ladder: name,
    action: decision.reason,
    description: clip(`A person comes first: ${text}; ${next}.`, DESCRIPTION_LIMIT),
  };
}

function waitOf(seen: Seen, { name }: Ladder, decision: Decision): PlanStep {
  const { text } = say(seen, { ladder: name, ...decision, outcome: { kind: 'none' } });
  return { kind: 'wait', ladder: name, action: decision.reason, description: clip(text, DESCRIPTION_LIMIT) };
}
