import type { Condition, KubeObject } from '../clients/kube/types.ts';
import type { OperatorError } from '../errors.ts';
import type { EventNote, PlanStep, Report, Rest } from '../runtime/kind.ts';
import { needsPerson } from './rests.ts';
import { capital, clip, EVENT_LIMIT, MESSAGE_LIMIT, NEXT_STEP_LIMIT, passesByItself } from './text.ts';

/** What every kind's status has. */
type Status = {
  conditions?: readonly Condition[];
  observedGeneration?: number;
  plan?: readonly unknown[];
  planTotal?: number;
};

const MOST_STEPS = 50;
/** A ladder may bear the name of somebody else's connection. */
const LADDER_LIMIT = 128;

type Shown = { plan: { ladder: string; action: string; description: string }[]; planTotal: number };

/** What `status.plan` shows: waiting is no step that anybody takes. */
export function planStatus(plan: readonly PlanStep[]): Shown {
  const steps = plan.filter(({ kind }) => kind !== 'wait');
  return {
    plan: steps
      .slice(0, MOST_STEPS)
      .map(({ ladder, action, description }) => ({ ladder: clip(ladder, LADDER_LIMIT), action, description })),
    planTotal: steps.length,
  };
}

/** An object that goes, and of which no ladder has more to say. */
export const BEING_TAKEN_DOWN = { reason: 'Deleting', text: 'The object is being taken down.' } as const;

/** Not Ready, and which of the two that kstatus reads: they are present only while they are true. `main`: what `said` is about. */
export function notReady(main: Rest | undefined, said: { reason: string; text: string }): Report['conditions'] {
  const { reason } = said;
  const message = clip(said.text, MESSAGE_LIMIT);
  return [
    { type: 'Ready', status: 'False', reason, message },
    { type: main && needsPerson(main) ? 'Stalled' : 'Reconciling', status: 'True', reason, message },
  ];
}

/** Something happened since the status was last written: the object got ready, or got stuck for another reason. */
export function lifeEvents(before: readonly Condition[] = [], now: Report['conditions']): EventNote[] {
  const was = (type: string) => before.find((condition) => condition.type === type && condition.status === 'True');
  const is = (type: string) => now.find((condition) => condition.type === type && condition.status === 'True');
  const [ready, stalled] = [is('Ready'), is('Stalled')];
  const events: EventNote[] = [];
  if (ready && !was('Ready')) {
    events.push({ type: 'Normal', reason: 'Ready', action: 'Reconcile', note: clip(ready.message, EVENT_LIMIT) });
  }
  if (stalled && was('Stalled')?.reason !== stalled.reason) {
    const note = clip(stalled.message, EVENT_LIMIT);
    events.push({ type: 'Warning', reason: stalled.reason, action: 'Reconcile', note });
  }
  return events;
}

/** Nothing could be observed. What passes by itself changes no condition; what does not is said in every one of them. */
export function unseen(
  { metadata, status }: Pick<KubeObject, 'metadata'> & { status?: Status },
  error: OperatorError | undefined,
  aspects: readonly string[],
): Report {
  const { conditions: before = [], observedGeneration, plan, planTotal, ...known } = status ?? {};
  // A plan of another spec promises what is not wanted any more.
  const isOfThisSpec = observedGeneration === metadata.generation && plan !== undefined && planTotal !== undefined;
  const shown = isOfThisSpec ? { ...known, plan, planTotal } : known;
  const passing = error !== undefined && passesByItself(error);
  const text = error
    ? capital(`${error.message}; ${error.remedy ?? 'the operator tries again'}.`)
    : 'Not observed yet.';
  const kept = before.map(({ type, status: held, reason, message }) => ({ type, status: held, reason, message }));
  // What was true of an older spec says nothing about this one.
  const current = kept.length > 0 && observedGeneration === metadata.generation;
  if (passing && current) return { status: shown, conditions: kept, events: [] };
  const reason = error?.reason ?? 'NotObserved';
  const stalled = before.find(({ type, status: held }) => type === 'Stalled' && held === 'True');
  const isNew = !passing && stalled?.reason !== reason;
  return {
    // The phase of before would say Ready beside a Ready that is False.
    status: { ...shown, ...(!passing && { phase: 'NotObserved' }), nextStep: clip(text, NEXT_STEP_LIMIT) },
    conditions: [
      { type: 'Ready', status: 'False', reason, message: text },
      { type: passing ? 'Reconciling' : 'Stalled', status: 'True', reason, message: text },
      ...aspects.map((type) => ({ type, status: 'Unknown' as const, reason, message: text })),
    ],
    events: isNew ? [{ type: 'Warning', reason, action: 'Observe', note: clip(text, EVENT_LIMIT) }] : [],
  };
}
