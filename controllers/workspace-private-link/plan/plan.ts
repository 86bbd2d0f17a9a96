import type { Decision, PlanStep } from '../../../operator/runtime/kind.ts';
import { type Foresight, walkAhead } from '../../../operator/runtime/walk-ahead.ts';
import { capital, clip } from '../../../operator/words/text.ts';
import { ladders } from '../ladders.ts';
import type { Effect, Ladder, Seen } from '../types.ts';
import { say } from '../words/describe-words.ts';
import { phraseOf, STEPS } from './describe-plan.ts';
import { AFTER, type Circumstances, type PlannedMachine, WAITS } from './plan-after.ts';
import { agreeAbout } from './plan-agree.ts';
import { nameIn, type Prospect, prospectsOf } from './plan-prospects.ts';

const DESCRIPTION_LIMIT = 512;

/** Each call that would be made for an object that is only observed, in order, through to Ready or to a person's turn. Pure. */
export function planOf(seen: Seen, decide: (ladder: Ladder) => Decision): readonly PlanStep[] {
  // Who is let go of leaves everything as it is.
  if (seen.release) return [];
  const foresight: Foresight<Prospect> = {
    forward: (all, ladder, decision) => forward(seen, all, ladder, decision),
    agree: agreeAbout(seen),
    end: (ladder, decision) => end(seen, ladder, decision),
  };
  return walkAhead(prospectsOf(seen, ladders(seen)), foresight, decide);
}

type Facts = Prospect['facts'];
type AnyAfter = (facts: Facts, circumstances: Circumstances) => Partial<Facts>;

function forward(
  seen: Seen,
  all: readonly Prospect[],
  before: Prospect,
  { effect, phase, reason }: Decision,
): ReturnType<Foresight<Prospect>['forward']> {
  const machine = before.machine as PlannedMachine;
  const ladder = all.find(({ name }) => name === before.name)!;
  if (effect === undefined) {
    const wait = WAITS[machine][phase] as AnyAfter | string | undefined;
    if (typeof wait !== 'function') return undefined;
    const next = moved(all, ladder, wait(ladder.facts, circumstancesOf(seen, ladder, undefined)));
    return (
      next && {
        ...next,
        step: { kind: 'wait', ladder: ladder.name, action: reason, description: '', thing: phase + ladder.name },
      }
    );
  }
  const name = effect as Effect;
  const [item] = before.todo[name] ?? [];
  const left = item ? all.map((one) => without(one, name, item.key)) : all;
  const present = left.find((one) => one.name === before.name)!;
  const after = AFTER[name][machine] as AnyAfter | undefined;
  const next = moved(
    left,
    present,
    after?.(present.facts, circumstancesOf(seen, present, name)) ?? {},
    item !== undefined,
  );
  const step = STEPS[name];
  const phrase = phraseOf(seen, name, before.name, item);
  if (!next || phrase === undefined || step.kind === 'none') return next;
  return {
    ...next,
    step: { ...stepOf(before.name, name, step.kind, phrase), thing: `${name} ${item?.key ?? before.name}` },
  };
}

/** Undefined when nothing has changed: then nothing more comes of it, whatever it is. */
function moved(
  all: readonly Prospect[],
  ladder: Prospect,
  changes: Partial<Facts>,
  didSomething = false,
): { ladders: readonly Prospect[] } | undefined {
  const isNew = Object.entries(changes).some(([key, value]) => ladder.facts[key] !== value);
  if (!isNew && !didSomething) return undefined;
  const facts = { ...ladder.facts, ...changes } as Facts;
  return { ladders: all.map((one) => (one.name === ladder.name ? { ...one, facts } : one)) };
}

function circumstancesOf(seen: Seen, { name, todo }: Prospect, effect: Effect | undefined): Circumstances {
  const has = (one: Effect) => (todo[one] ?? []).length > 0;
  const endpoint = seen.endpoints.find(({ desired }) => desired.name === nameIn(name));
  return {
    more: effect ? has(effect) : has('registerServiceProvider') || has('registerEndpointProvider'),
    left: { surplus: has('deleteSurplusLink'), records: has('putRecord'), zones: has('deleteZone') },
    auto: endpoint?.desired.spec.connectionMode === 'Auto',
  };
}

/** What one ladder has done, no other has to do again. */
function without(ladder: Prospect, effect: Effect, key: string): Prospect {
  const items = ladder.todo[effect];
  if (!items?.some((item) => item.key === key)) return ladder;
  return { ...ladder, todo: { ...ladder.todo, [effect]: items.filter((item) => item.key !== key) } };
}

/** A person's turn, or what cannot be foretold. What waits for another ladder says nothing: that one has. */
function end(seen: Seen, { name, machine }: Prospect, decision: Decision): PlanStep | undefined {
  if (decision.tag === 'ready' || decision.tag === 'gone') return undefined;
  // Done, and with it what the ladder was about.
  if (decision.effect !== undefined) return undefined;
  const wait = WAITS[machine as PlannedMachine][decision.phase];
  if (wait === 'other') return undefined;
  const { text, next } = say(seen, { ladder: name, ...decision, outcome: { kind: 'none' } });
  const isUnread = wait === 'unread';
  const opening = isUnread ? 'What comes here cannot be foretold' : 'A person comes first';
  return {
    kind: isUnread ? 'unread' : 'person',
    ladder: name,
    action: decision.reason,
    description: clip(`${opening}: ${text}; ${next}.`, DESCRIPTION_LIMIT),
  };
}

const stepOf = (ladder: string, action: string, kind: 'call' | 'takeover', phrase: string): PlanStep => ({
  kind,
  ladder,
  action,
  description: clip(capital(`${phrase}.`), DESCRIPTION_LIMIT),
});
