import type { OperatorError } from '../errors.ts';
import type { Attempts } from './attempts.ts';
import type { Poll, Rest } from './kind.ts';
import { type Chance, pollDelayMs, retryDelayMs } from './policy.ts';
import type { PassResult } from './reconcile.ts';
import type { Priority } from './workqueue.ts';

/** When a key comes back. `result` is controller-runtime's word for metrics. */
export type Outcome = {
  result: 'success' | 'error' | 'requeue' | 'requeue_after';
  requeue?: { delayMs: number; priority: Priority };
  /** Failures that people should hear of in logs; conflicts and throttling are not among them. */
  failures: readonly OperatorError[];
};

/** Name under which failures of the whole pass are counted. */
const WHOLE_PASS = '';

/** The soonest of what all ladders ask for. A failing ladder neither delays nor hurries its siblings. */
export function outcomeOf(
  key: string,
  priority: Priority,
  result: PassResult,
  attempts: Attempts,
  chance: Chance,
): Outcome {
  const failures: OperatorError[] = [];
  let soonest: { delayMs: number; priority: Priority } | undefined;
  const ask = (delayMs: number | undefined, wanted: Priority): void => {
    if (delayMs !== undefined && (!soonest || delayMs < soonest.delayMs)) soonest = { delayMs, priority: wanted };
  };
  const fail = (error: OperatorError, ladder: string, phase: string): void => {
    const { failures: inARow } = attempts.count(key, ladder, phase, true);
    // Who waited for a person keeps the person's place in queue and budgets.
    ask(retryDelayMs(error, inARow, chance), priority);
    if (error.disposition !== 'conflict' && error.disposition !== 'throttled') failures.push(error);
  };

  if (result.error) fail(result.error, WHOLE_PASS, WHOLE_PASS);
  else
    attempts.keepOnly(
      key,
      result.ladders.map(({ name }) => name),
    );

  for (const [index, rest] of result.rests.entries()) {
    if (rest.outcome.kind === 'failed') {
      fail(rest.outcome.error, rest.ladder, rest.phase);
      continue;
    }
    if (result.released) continue;
    ask(delayOf(key, rest, result.ladders[index]?.dueAtMs, attempts, chance), priorityOf(rest.poll, priority));
  }

  const requeue = soonest && { requeue: soonest };
  if (failures.length > 0) return { result: 'error', failures, ...requeue };
  if (!soonest) return { result: 'success', failures };
  return { result: soonest.delayMs === 0 ? 'requeue' : 'requeue_after', failures, requeue: soonest };
}

function delayOf(
  key: string,
  rest: Rest,
  dueAtMs: number | undefined,
  attempts: Attempts,
  chance: Chance,
): number | undefined {
  // Nothing of ours is under way, so nothing changes soon: whoever waits for our call waits for a person.
  if (rest.outcome.kind === 'withheld') return pollDelayMs('slow', 0, dueAtMs, chance);
  if (isAtRest(rest.poll)) {
    attempts.clear(key, rest.ladder);
    return pollDelayMs(rest.poll, 0, dueAtMs, chance);
  }
  return pollDelayMs(rest.poll, attempts.count(key, rest.ladder, rest.phase, false).repeats, dueAtMs, chance);
}

function isAtRest(poll: Poll): boolean {
  return poll === 'rest' || poll === 'never' || poll === 'slow';
}

/** What follows at once belongs to what set it off; a later look is routine, an hourly one yields to everybody. */
function priorityOf(poll: Poll, current: Priority): Priority {
  if (poll === 'now') return current;
  return poll === 'rest' ? 'resync' : 'routine';
}
