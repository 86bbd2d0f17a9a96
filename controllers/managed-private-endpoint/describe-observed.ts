import { observedLifecycle } from '../../operator/words/observed.ts';
import { clip, MESSAGE_LIMIT } from '../../operator/words/text.ts';
import { removalCommand } from './describe-approval.ts';
import { readyMessage } from './describe-ready.ts';
import { line, say } from './describe-words.ts';
import { isOpenApproval } from './desired-provenance.ts';
import type { PlanStep, Report, Rest, Seen } from './types.ts';

/** Ready, Stalled and Reconciling of an endpoint that is only observed. An approval that nobody watches comes first. */
export function lifecycleObserved(seen: Seen, main: Rest | undefined, plan: readonly PlanStep[]): Report['conditions'] {
  const open = unwatchedApproval(seen);
  if (open !== undefined) {
    const told = { reason: UNWATCHED, message: clip(open, MESSAGE_LIMIT) };
    return [
      { type: 'Ready', status: 'False', ...told },
      { type: 'Stalled', status: 'True', ...told },
    ];
  }
  return observedLifecycle(plan, {
    main: main && { outcome: main.outcome, reason: say(seen, main).reason, line: line(seen, main) },
    ready: readyMessage(seen),
  });
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
