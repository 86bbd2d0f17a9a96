import { clip, EVENT_LIMIT, MESSAGE_LIMIT } from '../../operator/words/text.ts';
import { removalCommand } from './describe-approval.ts';
import { readyMessage } from './describe-ready.ts';
import { line, say } from './describe-words.ts';
import { isOpenApproval } from './desired-provenance.ts';
import type { EventNote, ManagedPrivateEndpoint, PlanStep, Report, Rest, Seen } from './types.ts';

type Condition = Report['conditions'][number];

/** Ready, Stalled and Reconciling of an object that is only observed. True means that nothing would be changed. */
export function observedLifecycle(seen: Seen, main: Rest | undefined, plan: readonly PlanStep[]): readonly Condition[] {
  const calls = plan.filter(({ kind }) => kind === 'call');
  const person = plan.find(({ kind }) => kind === 'person');
  const ready = (status: 'True' | 'False', reason: string, message: string): Condition => ({
    type: 'Ready',
    status,
    reason,
    message: clip(message, MESSAGE_LIMIT),
  });
  const open = unwatchedApproval(seen);
  if (open !== undefined) {
    const message = clip(open, MESSAGE_LIMIT);
    return [ready('False', UNWATCHED, message), { type: 'Stalled', status: 'True', reason: UNWATCHED, message }];
  }
  const stalled = person
    ? [
        {
          type: 'Stalled',
          status: 'True' as const,
          reason: person.action,
          message: clip(person.description, MESSAGE_LIMIT),
        },
      ]
    : [];
  if (calls.length > 0) {
    const count = calls.length === 1 ? '1 call' : `${calls.length} calls`;
    const message = `Only observed: ${count} would be made, first: ${calls[0]!.description} status.plan lists them all; managementPolicy Manage has them made.`;
    return [ready('False', 'WouldChange', message), ...stalled];
  }
  if (person) return [ready('False', person.action, `Only observed. ${person.description}`), ...stalled];
  if (main && main.outcome.kind !== 'withheld') {
    const { reason } = say(seen, main);
    const message = clip(`Only observed. ${line(seen, main)}`, MESSAGE_LIMIT);
    return [ready('False', reason, message), { type: 'Reconciling', status: 'True', reason, message }];
  }
  return [ready('True', 'ObservedAsWanted', `Only observed: nothing would be changed. ${readyMessage(seen)}`)];
}

const UNWATCHED = 'ApprovalUnwatched';

/**
 * Approved by us, not confirmed by Fabric, and since then the object is only observed: if it was an imitation's, nobody
 * takes the approval back (design section 7, rule 2).
 */
function unwatchedApproval({ provenance, approval, desired }: Seen): string | undefined {
  const { match } = provenance;
  const isSettled =
    approval?.facts.fabric === 'echoed' ||
    (approval?.connection !== undefined && approval.connection.status !== 'Approved');
  if (!isOpenApproval(provenance) || !match || isSettled) return undefined;
  const manage = `\`kubectl -n ${desired.namespace} patch managedprivateendpoint ${desired.name} --type merge -p '{"spec":{"managementPolicy":"Manage"}}'\``;
  const [name, targetId] = [approval?.connection?.name, approval?.targetId];
  const remove = name === undefined || targetId === undefined ? '' : ` with ${removalCommand(targetId, name)}`;
  return `Only observed, while an approval of this object is not confirmed by Fabric yet: ${match.privateEndpointId}. If Fabric does not confirm it, nobody takes it back; set managementPolicy to Manage again until it is settled, within 20 minutes: ${manage}; or have the owner of the target remove what is not genuine${remove}.`;
}

/** Something else than the last time would be done. */
export function observedEvents({ status }: ManagedPrivateEndpoint, now: readonly Condition[]): readonly EventNote[] {
  const reasonOf = (list: readonly Pick<Condition, 'type' | 'reason'>[] | undefined) =>
    list?.find(({ type }) => type === 'Ready')?.reason;
  if (reasonOf(now) !== 'WouldChange' || reasonOf(status?.conditions) === 'WouldChange') return [];
  const note = clip(now.find(({ type }) => type === 'Ready')?.message ?? '', EVENT_LIMIT);
  return [{ type: 'Normal', reason: 'WouldChange', action: 'Plan', note }];
}
