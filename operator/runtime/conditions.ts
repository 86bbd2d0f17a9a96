import type { Condition } from '../clients/kube/types.ts';

export type ReportedCondition = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>;

/** kstatus reads their presence: they are there when true, and only then. */
const PRESENT_ONLY_WHEN_TRUE: ReadonlySet<string> = new Set(['Reconciling', 'Stalled']);

/**
 * The conditions to be, in the order reported. `lastTransitionTime` moves only when `status` moved; every condition
 * carries the current generation, or `kubectl wait` would hang on one that lags behind. A type left out is removed.
 */
export function mergeConditions(
  before: readonly Condition[],
  reported: readonly ReportedCondition[],
  generation: number,
  nowMs: number,
): Condition[] {
  const merged: Condition[] = [];
  for (const { type, status, reason, message } of reported) {
    if (PRESENT_ONLY_WHEN_TRUE.has(type) && status !== 'True') continue;
    const known = before.find((condition) => condition.type === type);
    const lastTransitionTime = known?.status === status ? known.lastTransitionTime : timestamp(nowMs);
    merged.push({ type, status, reason, message, observedGeneration: generation, lastTransitionTime });
  }
  return merged;
}

/** metav1.Time: RFC 3339 to the second. */
export function timestamp(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}
