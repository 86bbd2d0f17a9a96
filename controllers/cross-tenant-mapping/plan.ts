import type { Decision, PlanStep } from '../../operator/runtime/kind.ts';
import { capital, clip } from '../../operator/words/text.ts';
import { ladders } from './ladders.ts';
import type { Ladder, Seen } from './types.ts';
import { detailOf, say } from './words/describe-words.ts';

const DESCRIPTION_LIMIT = 512;

/** Each call that would be made for an object that is only observed, in order, through to Ready or to a person's turn. Pure. */
export function planOf(seen: Seen, decide: (ladder: Ladder) => Decision): readonly PlanStep[] {
  // Who is let go of leaves everything as it is.
  if (seen.removal || seen.loss) return [];
  const facts = { ...seen.mapping.facts, claimed: true };
  const all = ladders({ ...seen, mapping: { ...seen.mapping, facts } });
  return all.flatMap((ladder) => stepsOf(seen, ladder, decide(ladder)));
}

const CALLS: Readonly<Record<string, string>> = {
  createMapping: 'map the guest',
  renewMapping: 'map the guest again, whose mapping is gone',
  renewPrincipal: 'map the guest again, whose principal Fabric has recycled',
};

/** About one role or publication rather than the guest. */
const DELIVERIES: Readonly<Record<string, string>> = {
  grantRole: 'give the role',
  correctRole: 'change the role to the wanted one',
  revokeRole: 'take the role away',
  publishStrings: 'publish the connection strings',
  withdrawStrings: 'take back the connection strings',
};

function stepsOf(seen: Seen, ladder: Ladder, decision: Decision): readonly PlanStep[] {
  const { guest } = seen.desired;
  const step = (kind: PlanStep['kind'], action: string, text: string): PlanStep => ({
    kind,
    ladder: ladder.name,
    action,
    description: clip(capital(text), DESCRIPTION_LIMIT),
  });
  const { tag, reason } = decision;
  // Once the guest is mapped, nothing but the role itself is missing.
  const effect = reason === 'AwaitingPrincipal' ? 'grantRole' : decision.effect;
  const delivery = effect === undefined ? undefined : DELIVERIES[effect];
  const rest = { ladder: ladder.name, ...decision, outcome: { kind: 'none' } } as const;
  if (effect !== undefined && delivery !== undefined) {
    return [step('call', effect, `${delivery} (${detailOf(seen, rest)}).`)];
  }
  if (effect === 'adoptGrant') return [step('takeover', effect, `take over the role (${detailOf(seen, rest)}).`)];
  const call = effect === undefined ? undefined : CALLS[effect];
  if (effect !== undefined && call !== undefined) {
    return [step('call', effect, `${call} (${guest.type} ${guest.objectId} of tenant ${guest.tenantId}).`)];
  }
  if (effect === 'adoptMapping') return [step('takeover', effect, 'take over the mapping, which exists already.')];
  const { text, next } = say(seen, rest);
  if (tag === 'stalled') return [step('person', reason, `a person comes first: ${text}; ${next}.`)];
  if (tag === 'waiting') return [step('wait', reason, text)];
  return [];
}
