import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import type { CallOptions } from './call.ts';
import { createMeter, type Meter } from './meters.ts';
import type { Quota } from './quotas.ts';
import { type Asker, createTurns, type Turns } from './turns.ts';

/** A reply to come back is at most this far away, so that a queue that empties early is noticed. */
const LONGEST_WAIT_MS = 600_000;
const GRACE_MS = 2_000;
const AGE_MS = 60_000;
/** Budgets of identities and subscriptions that nobody uses any more are forgotten above this count. */
const MOST_BUDGETS = 500;

type Budget = { meter: Meter; turns: Turns; blockedUntilMs: number };

/** One call that may be made. */
export type Admission = {
  /** The call is over: answered, cut or given up. To be called once. */
  answered(): void;
  /** Or: the call was not made after all. What it took is free again, and its asker is served first when it comes back soon. */
  givenBack(): void;
};

export interface Budgets {
  /**
   * Takes one call from every quota, or none and throws OperatorError `throttled` with the time to come back. Never
   * waits. A refused caller keeps its place in line by `call.key`. The answer must be reported, whatever it is.
   */
  admit(quotas: readonly Quota[], request: { write: boolean; call: CallOptions }): Admission;
  /** Counts a call that is made without asking (the one repetition after a 401). */
  charge(quotas: readonly Quota[]): Admission;
  /** The service answered 429: nobody goes before `retryAfterMs`, and less is taken for a while. */
  refused(quotas: readonly Quota[], retryAfterMs: number): void;
  /** What the service's own headers say remains of the first quota. */
  remaining(quota: Quota, calls: number): void;
}

/**
 * Keeps us below the published limits. The state is this process's own: what others spend from the same quota shows
 * only in refusals and remaining-headers, to which it adapts.
 */
export function createBudgets(clock: Clock): Budgets {
  const budgets = new Map<string, Budget>();

  const budgetOf = ({ limit, scope }: Quota): Budget => {
    const name = `${limit.name}|${scope}`;
    let budget = budgets.get(name);
    if (!budget) {
      if (budgets.size >= MOST_BUDGETS) forgetIdle(budgets, clock.now());
      budget = {
        meter: createMeter(limit, clock),
        turns: createTurns({
          graceMs: clock.scaled(GRACE_MS),
          ageMs: clock.scaled(AGE_MS),
          fairnessMs: clock.scaled(AGE_MS),
        }),
        blockedUntilMs: 0,
      };
      budgets.set(name, budget);
    }
    return budget;
  };

  const take = (quotas: readonly Quota[], asker?: Asker): Admission => {
    const meters = quotas.map((quota) => budgetOf(quota).meter);
    for (const meter of meters) meter.take(clock.now());
    return {
      answered() {
        for (const meter of meters) meter.answered(clock.now());
      },
      givenBack() {
        for (const meter of meters) meter.givenBack(clock.now());
        if (asker) for (const quota of quotas) budgetOf(quota).turns.cameBack(asker, clock.now());
      },
    };
  };

  return {
    admit(quotas, { write, call }) {
      const nowMs = clock.now();
      const asker = {
        key: call.key,
        priority: PRIORITIES[call.urgency][write ? 'write' : 'read'],
        namespace: call.namespace,
      };
      let dueAtMs = 0;
      let lacking: Quota | undefined;
      for (const quota of quotas) {
        const budget = budgetOf(quota);
        const available = budget.blockedUntilMs > nowMs ? 0 : budget.meter.available(nowMs);
        if (budget.turns.mayGo(asker, available, nowMs)) continue;
        const due = dueOf(budget, asker, nowMs, clock.scaled(LONGEST_WAIT_MS));
        budget.turns.wait(asker, due, nowMs);
        if (due > dueAtMs) [dueAtMs, lacking] = [due, quota];
      }
      if (lacking) {
        throw new OperatorError({
          disposition: 'throttled',
          reason: 'WaitingForQuota',
          message: `waiting for a turn: ${lacking.limit.about}`,
          retryAfterMs: Math.ceil(dueAtMs - nowMs),
        });
      }
      for (const quota of quotas) budgetOf(quota).turns.went(asker, nowMs);
      return take(quotas, asker);
    },
    charge: (quotas) => take(quotas),
    refused(quotas, retryAfterMs) {
      const nowMs = clock.now();
      for (const quota of quotas) {
        const budget = budgetOf(quota);
        budget.blockedUntilMs = Math.max(budget.blockedUntilMs, nowMs + retryAfterMs);
        budget.meter.stepDown(nowMs);
      }
    },
    remaining(quota, calls) {
      budgetOf(quota).meter.cap(calls, clock.now());
    },
  };
}

/**
 * 0 is served first. Somebody who changed an object waits for it; a write is what all reading is for; a resync can wait.
 */
const PRIORITIES: Readonly<Record<CallOptions['urgency'], { write: number; read: number }>> = {
  person: { write: 0, read: 1 },
  routine: { write: 2, read: 4 },
  resync: { write: 3, read: 5 },
};

function dueOf(budget: Budget, asker: Parameters<Turns['placeOf']>[0], nowMs: number, longestMs: number): number {
  const fromMs = Math.max(nowMs, budget.blockedUntilMs);
  const freeAtMs = Math.max(budget.meter.freeAtMs(budget.turns.placeOf(asker, nowMs), nowMs), fromMs);
  // At least a millisecond away: "now" would be a loop.
  return Math.max(nowMs + 1, Math.min(freeAtMs, fromMs + longestMs));
}

function forgetIdle(budgets: Map<string, Budget>, nowMs: number): void {
  for (const [name, budget] of budgets) {
    if (budget.turns.waiting() === 0 && budget.blockedUntilMs <= nowMs && budget.meter.idle(nowMs))
      budgets.delete(name);
  }
}
