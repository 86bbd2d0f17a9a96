import type { EventNote, PlanStep, Report, Rest } from '../runtime/kind.ts';
import { clip, EVENT_LIMIT, MESSAGE_LIMIT } from './text.ts';

type Condition = Report['conditions'][number];

/** What a kind says itself. */
type Own = {
  /** Where the object rests, with what is read there; undefined: all is done. */
  main: (Pick<Rest, 'outcome'> & { reason: string; line: string }) | undefined;
  /** Of an object that is as wanted. */
  ready: string;
};

/** Ready, Stalled and Reconciling of an object that is only observed. True means that nothing would be changed. */
export function observedLifecycle(plan: readonly PlanStep[], { main, ready }: Own): readonly Condition[] {
  const calls = plan.filter(({ kind }) => kind === 'call');
  const person = plan.find(({ kind }) => kind === 'person');
  const told = (type: string, status: 'True' | 'False', reason: string, message: string): Condition => ({
    type,
    status,
    reason,
    message: clip(message, MESSAGE_LIMIT),
  });
  const stalled = person ? [told('Stalled', 'True', person.action, person.description)] : [];
  if (calls.length > 0) {
    const count = calls.length === 1 ? '1 call' : `${calls.length} calls`;
    const message = `Only observed: ${count} would be made, first: ${calls[0]!.description} status.plan lists them all; managementPolicy Manage has them made.`;
    return [told('Ready', 'False', 'WouldChange', message), ...stalled];
  }
  if (person) return [told('Ready', 'False', person.action, `Only observed. ${person.description}`), ...stalled];
  if (main && main.outcome.kind !== 'withheld') {
    const message = `Only observed. ${main.line}`;
    return [told('Ready', 'False', main.reason, message), told('Reconciling', 'True', main.reason, message)];
  }
  return [told('Ready', 'True', 'ObservedAsWanted', `Only observed: nothing would be changed. ${ready}`)];
}

/** Something else than the last time would be done. */
export function observedEvents(
  before: readonly Pick<Condition, 'type' | 'reason'>[] | undefined,
  now: readonly Condition[],
): readonly EventNote[] {
  const readyIn = <C extends { type: string }>(list: readonly C[] | undefined) =>
    list?.find(({ type }) => type === 'Ready');
  const ready = readyIn(now);
  if (ready?.reason !== 'WouldChange' || readyIn(before)?.reason === 'WouldChange') return [];
  return [{ type: 'Normal', reason: 'WouldChange', action: 'Plan', note: clip(ready.message, EVENT_LIMIT) }];
}
