import type { Decision, PlanStep } from '../../operator/runtime/kind.ts';
import { capital, clip, say } from './describe-words.ts';
import { SIDE_EFFECTS } from './desired-preflight.ts';
import { ladders } from './ladders.ts';
import type { Ladder, Seen } from './types.ts';

const DESCRIPTION_LIMIT = 512;

/**
 * Each call that would be made for an object that is only observed, in order, through to Ready or to a person's turn.
 * There are so few ways through these ladders that each is written down. Pure.
 */
export function planOf(seen: Seen, decide: (ladder: Ladder) => Decision): readonly PlanStep[] {
  // Who is let go of leaves everything as it is.
  if (seen.removal || seen.loss) return [];
  const all = ladders({ ...seen, endpoint: { ...seen.endpoint, facts: { ...seen.endpoint.facts, claimed: true } } });
  const decisions = all.map((ladder) => ({ ladder, decision: decide(ladder) }));
  const person = decisions.find(({ decision }) => decision.tag === 'stalled');
  if (person) return [turnOf(seen, person.ladder, person.decision)];
  const own = decisions.find(({ ladder }) => ladder.machine === 'endpoint')!;
  const target = decisions.find(({ ladder }) => ladder.machine === 'target');
  const clearing = target?.decision.effect === undefined ? [] : [call(seen, 'target', 'deleteLeftover')];
  const waits = target && clearing.length === 0 && target.decision.tag === 'waiting' ? target : undefined;
  if (waits) return [waitOf(seen, waits.ladder, waits.decision)];
  if (clearing.length > 0)
    return [...clearing, call(seen, 'endpoint', 'requestEndpoint'), ...approvalSteps(seen, true)];
  const { effect, tag, phase } = own.decision;
  const isClean = seen.provenance.request?.clean ?? false;
  const request = [call(seen, 'endpoint', 'requestEndpoint'), ...approvalSteps(seen, true)];
  if (effect === 'noteRequest' || effect === 'requestEndpoint' || effect === 'noteLoss') return request;
  if (effect === 'recreateEndpoint') return [call(seen, 'endpoint', 'recreateEndpoint'), ...request];
  if (effect === 'adoptEndpoint') {
    const description = `Take over the endpoint "${seen.desired.source.name}", which exists already.`;
    const takeover = { kind: 'takeover', ladder: 'endpoint', action: effect, description } as const;
    return seen.endpoint.facts.endpoint === 'approved' ? [takeover] : [takeover, ...approvalSteps(seen, false)];
  }
  if (tag === 'ready') return [];
  if (phase.startsWith('Cooldown.')) return [waitOf(seen, own.ladder, own.decision), ...request];
  if (effect !== undefined || phase.startsWith('Approval.')) return approvalSteps(seen, isClean);
  return [waitOf(seen, own.ladder, own.decision)];
}

const PHRASES = {
  deleteLeftover: 'remove the connection of an earlier request from the target',
  requestEndpoint: `ask Fabric for the managed private endpoint; if it is the first of its workspace, ${SIDE_EFFECTS.map(({ text }) => text).join(', and ')}`,
  recreateEndpoint: 'delete the managed private endpoint, to ask for it anew 15 minutes later',
  approveRequest: 'approve the request on the target, once it has been the only one for ten minutes',
};

const call = ({ desired, target }: Seen, ladder: string, action: keyof typeof PHRASES): PlanStep => ({
  kind: 'call',
  ladder,
  action,
  description: clip(capital(`${PHRASES[action]} ("${desired.source.name}" to ${target.id}).`), DESCRIPTION_LIMIT),
});

/** Who decides about the request, when it is there. `isOurs`: made by us, on a target that was free of its name. */
function approvalSteps(seen: Seen, isOurs: boolean): readonly PlanStep[] {
  if (seen.desired.approver === 'operator' && isOurs) return [call(seen, 'approval', 'approveRequest')];
  const decision = {
    reason: 'AwaitingApproval',
    machine: 'endpoint',
    phase: '',
    tag: 'waiting',
    poll: 'person',
    why: [],
  } as const;
  return [turnOf(seen, { name: 'endpoint', machine: 'endpoint', facts: {} }, decision)];
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
