import { primary } from '../../../operator/words/rests.ts';
import { clip, EVENT_LIMIT, MESSAGE_LIMIT } from '../../../operator/words/text.ts';
import type { EventNote, PlanStep, Report, Rest, Seen, WorkspacePrivateLink } from '../types.ts';
import { readyMessage } from '../words/describe-conditions.ts';
import { line, say } from '../words/describe-words.ts';

type Condition = Report['conditions'][number];

const of = (plan: readonly PlanStep[], kind: PlanStep['kind']) => plan.filter((step) => step.kind === kind);
const count = (steps: readonly unknown[], one: string, many: string) =>
  steps.length === 1 ? `1 ${one}` : `${steps.length} ${many}`;

/**
 * Ready, Stalled and Reconciling of an object that is only observed. True means that nothing would be changed. What
 * would be is neither progress nor trouble: it waits for whoever said Observe.
 */
export function observedLifecycle(seen: Seen, rests: readonly Rest[], plan: readonly PlanStep[]): readonly Condition[] {
  const calls = of(plan, 'call');
  const [person] = of(plan, 'person');
  const stalled: Condition[] = person
    ? [{ type: 'Stalled', status: 'True', reason: person.action, message: about(person) }]
    : [];
  const ready = (status: 'True' | 'False', reason: string, message: string): Condition => ({
    type: 'Ready',
    status,
    reason,
    message: clip(message, MESSAGE_LIMIT),
  });
  if (calls.length > 0) return [ready('False', 'WouldChange', wouldChange(seen, plan)), ...stalled];
  if (person) return [ready('False', person.action, `Only observed. ${about(person)}`), ...stalled];
  const [pending] = plan.filter(({ kind }) => kind === 'wait' || kind === 'unread');
  const main = pending && (rests.find(({ ladder }) => ladder === pending.ladder) ?? primary(rests));
  if (!main) return [ready('True', 'ObservedAsWanted', asWanted(seen, plan))];
  const message = `Only observed. ${line(seen, main)}`;
  return [
    ready('False', say(seen, main).reason, message),
    { type: 'Reconciling', status: 'True', reason: say(seen, main).reason, message: clip(message, MESSAGE_LIMIT) },
  ];
}

const about = ({ ladder, description }: PlanStep): string => clip(`${ladder}: ${description}`, MESSAGE_LIMIT);

function wouldChange(seen: Seen, plan: readonly PlanStep[]): string {
  const [first] = of(plan, 'call');
  const persons = of(plan, 'person');
  const relock = isRelockDue(seen)
    ? 'A RELOCK IS DUE: somebody opened the workspace to the public, and it stays OPEN. '
    : '';
  const turn =
    persons.length > 0 ? ` A person comes first ${count(persons, 'time', 'times')}: ${about(persons[0]!)}` : '';
  const calls = count(of(plan, 'call'), 'call', 'calls');
  return `${relock}Only observed: ${calls} would be made, first: ${first!.description}${turn} status.plan lists them all; managementPolicy Manage has them made.`;
}

function asWanted(seen: Seen, plan: readonly PlanStep[]): string {
  const takeovers = of(plan, 'takeover');
  const taken =
    takeovers.length > 0 ? ` ${count(takeovers, 'thing', 'things')} that exist would be taken over as they are.` : '';
  return `Only observed: nothing would be changed.${taken} ${readyMessage(seen)}`;
}

/** The spec says Deny, a Deny of ours was in place, and somebody has opened the door since. */
export const isRelockDue = ({ access }: Seen): boolean =>
  access.inbound.wanted === 'Deny' && access.inbound.inbound === 'Allow' && access.inbound.lock !== 'first';

/** Something else than the last time would be done, or the door stands open. */
export function observedEvents(
  { status }: WorkspacePrivateLink,
  seen: Seen,
  now: readonly Condition[],
): readonly EventNote[] {
  const reasonOf = (list: readonly Pick<Condition, 'type' | 'reason'>[] | undefined, type: string) =>
    list?.find((condition) => condition.type === type)?.reason;
  const before = status?.conditions;
  const ready = now.find(({ type }) => type === 'Ready');
  const isNew = ready?.reason === 'WouldChange' && reasonOf(before, 'Ready') !== 'WouldChange';
  const opened =
    isRelockDue(seen) &&
    reasonOf(now, 'AccessApplied') === 'RelockWithheld' &&
    reasonOf(before, 'AccessApplied') !== 'RelockWithheld';
  const note = clip(ready?.message ?? '', EVENT_LIMIT);
  return [
    ...(isNew ? [{ type: 'Normal', reason: 'WouldChange', action: 'Plan', note } as const] : []),
    ...(opened ? [{ type: 'Warning', reason: 'RelockWithheld', action: 'Observe', note } as const] : []),
  ];
}
