import { OperatorError } from '../errors.ts';
import type { Decision, Ladder, PlanStep } from './kind.ts';

/** What a kind knows about the future of its ladders. Pure. */
export type Foresight<L extends Ladder> = {
  /**
   * The ladders once the effect that `ladder` rests at has succeeded, or what it waits for has ended well by itself.
   * `ladder` is as it was at the beginning of the round, like the facts of a pass; `ladders` are as its siblings have
   * left them since. Undefined: nothing more comes of itself.
   */
  forward(ladders: readonly L[], ladder: L, decision: Decision): Forward<L> | undefined;
  /** What ladders say to each other: summaries made true again after a round. */
  agree(ladders: readonly L[], decide: (ladder: Ladder) => Decision): readonly L[];
  /** At the end: what must happen first where nothing more comes of itself. Undefined: the ladder is done, or waits for another. */
  end(ladder: L, decision: Decision): PlanStep | undefined;
};

/** `step` is what a person would read; bookkeeping has none. Within a round the same `thing` is done once, whoever needs it. */
export type Forward<L extends Ladder> = { ladders: readonly L[]; step?: PlanStep & { thing: string } };

/** Far more rounds than any object has things to do one after the other. */
const MOST_ROUNDS = 2_000;

/**
 * The machines walked forward, round by round as passes would: everybody decides on the same facts, then everybody's
 * effect is taken to have succeeded. What comes out is each call that would be made, in order.
 *
 * Guarantees: pure, and the same for the same facts. Assumptions: `forward` changes something whenever it answers, and
 * no ladder returns to where it has been; a test of the kind walks every observation. Throws `bug` otherwise.
 */
export function walkAhead<L extends Ladder>(
  start: readonly L[],
  foresight: Foresight<L>,
  decide: (ladder: Ladder) => Decision,
): readonly PlanStep[] {
  const steps: PlanStep[] = [];
  let ladders = foresight.agree(start, decide);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const done = new Set<string>();
    let moved = false;
    for (const ladder of ladders) {
      const next = foresight.forward(ladders, ladder, decide(ladder));
      if (!next) continue;
      moved = true;
      ladders = next.ladders;
      if (!next.step || done.has(next.step.thing)) continue;
      const { thing, ...step } = next.step;
      done.add(thing);
      steps.push(step);
    }
    if (!moved) return [...steps, ...ladders.flatMap((ladder) => foresight.end(ladder, decide(ladder)) ?? [])];
    ladders = foresight.agree(ladders, decide);
  }
  throw new OperatorError({ disposition: 'bug', reason: 'InternalError', message: 'the plan does not end' });
}
