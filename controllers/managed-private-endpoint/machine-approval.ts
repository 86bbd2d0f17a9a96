import { setup } from 'xstate';
import {
  APPROVAL_CHECKS,
  approvalGuards,
  isBlind,
  matchChecks,
  matchLeaves,
  settleRung,
} from '../../operator/approval/machine.ts';
import { doing, leaf, leaves, ready, stalled, waiting, when } from './machine-leaf.ts';
import type { ApprovalFacts } from './types.ts';

const is = (test: (facts: ApprovalFacts) => boolean) => when<ApprovalFacts>(test);

/** It is to be taken back now. */
const isDue = (facts: ApprovalFacts) =>
  facts.match === 'rejected' || facts.approval === 'expired' || (facts.approval === 'overdue' && !isBlind(facts));

/**
 * approval.mode Auto, design section 7, rule 2: Target → Confirmation (of what we approved) → Match → Settle → Approval.
 */
export const approvalMachine = setup({
  types: { context: {} as ApprovalFacts, input: {} as ApprovalFacts },
  guards: {
    ...approvalGuards,
    held: is((facts) => facts.hand === 'observed' && isDue(facts)),
    unclean: is(({ request }) => request === 'unclean'),
  },
}).createMachine({
  id: 'approval',
  context: ({ input }) => input,
  initial: 'Target',
  states: {
    Target: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'approvedByUs', target: '#approval.Confirmation' },
            { target: '#approval.Match' },
          ],
        },
        Unobservable: waiting('Unobservable'),
        Refused: stalled('TargetUnreadable'),
      },
    },
    Confirmation: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'confirmed', target: 'Confirmed' },
            { guard: 'echoed', target: 'Confirming' },
            { guard: 'held', target: 'Held' },
            // Nobody wants it, and nothing proves it: no reason to wait.
            { guard: 'contradicted', target: 'Revoking' },
            { guard: 'expired', target: 'Revoking' },
            { guard: 'blindOverdue', target: 'Unproven' },
            { guard: 'overdue', target: 'Revoking' },
            { target: 'AwaitingEcho' },
          ],
        },
        Confirmed: ready('ApprovedByOperator'),
        Confirming: doing('confirmApproval', 'ApprovalConfirming', 'now'),
        // What cannot be seen is neither proven nor disproven: a person is told, and has until the hour is over.
        Unproven: leaf('stalled', 'ApprovalUnproven', 'due'),
        // Our act, and not our credentials: whoever only has a target observed wants nothing written there.
        Held: stalled('ApprovalHeld'),
        Revoking: doing('revokeUnconfirmed', 'ApprovalNotConfirmed'),
        AwaitingEcho: waiting('ApprovalConfirming', 'due'),
      },
    },
    Match: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            ...matchChecks('Awaiting'),
            { guard: 'unclean', target: 'Unclean' },
            { guard: 'pending', target: '#approval.Settle' },
            { target: 'Undecided' },
          ],
        },
        ...matchLeaves(leaves),
        Contradicted: stalled('ListedReject'),
        Awaiting: waiting('AwaitingRequest', 'due'),
        Unclean: stalled('RequestNotClean'),
      },
    },
    Settle: settleRung('#approval.Approval', leaves),
    Approval: {
      initial: 'Check',
      states: {
        Check: { always: APPROVAL_CHECKS },
        Noting: doing('noteMatch', 'ConnectionSettling'),
        Settling: waiting('ConnectionSettling', 'due'),
        Approving: doing('approveRequest', 'Approving'),
      },
    },
  },
});
