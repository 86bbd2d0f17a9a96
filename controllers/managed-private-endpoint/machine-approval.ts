import { setup } from 'xstate';
import { doing, leaf, ready, stalled, waiting, when } from './machine-leaf.ts';
import type { ApprovalFacts } from './types.ts';

const is = (test: (facts: ApprovalFacts) => boolean) => when<ApprovalFacts>(test);
const approvedByUs = ({ connection, approval }: ApprovalFacts) =>
  connection === 'approved' && ['fresh', 'overdue', 'expired', 'confirmed'].includes(approval);
const blind = ({ fabric }: ApprovalFacts) => fabric === 'unobservable' || fabric === 'refused';

/** It is to be taken back now. */
const isDue = (facts: ApprovalFacts) =>
  facts.match === 'rejected' || facts.approval === 'expired' || (facts.approval === 'overdue' && !blind(facts));

/**
 * approval.mode Auto, design section 7, rule 2: Target → Confirmation (of what we approved) → Match → Settle → Approval.
 */
export const approvalMachine = setup({
  types: { context: {} as ApprovalFacts, input: {} as ApprovalFacts },
  guards: {
    unobservable: is(({ match }) => match === 'unobservable'),
    refused: is(({ match }) => match === 'refused'),
    approvedByUs: is(approvedByUs),
    confirmed: is(({ approval }) => approval === 'confirmed'),
    echoed: is(({ fabric }) => fabric === 'echoed'),
    held: is((facts) => facts.hand === 'observed' && isDue(facts)),
    ended: is(({ approval }) => approval === 'ended'),
    expired: is(({ approval }) => approval === 'expired'),
    blindOverdue: is((facts) => facts.approval === 'overdue' && blind(facts)),
    overdue: is(({ approval }) => approval === 'overdue'),
    settleBroken: is(({ settle }) => settle === 'broken'),
    contradicted: is(({ match }) => match === 'rejected'),
    several: is(({ match }) => match === 'several'),
    otherSubscription: is(({ match }) => match === 'otherSubscription'),
    implausible: is(({ match }) => match === 'implausible'),
    revoked: is(({ approval }) => approval === 'revoked'),
    absent: is(({ match }) => match === 'none'),
    approved: is(({ connection }) => connection === 'approved'),
    rejected: is(({ connection }) => connection === 'rejected'),
    disconnected: is(({ connection }) => connection === 'disconnected'),
    unclean: is(({ request }) => request === 'unclean'),
    pending: is(({ connection }) => connection === 'pending'),
    fabricUnobservable: is(({ fabric }) => fabric === 'unobservable'),
    fabricRefused: is(({ fabric }) => fabric === 'refused'),
    fabricUntold: is(({ fabric }) => fabric === 'untold'),
    fabricUnknown: is(({ fabric }) => fabric === 'unknown'),
    fabricAwaits: is(({ fabric }) => fabric === 'pending' || fabric === 'provisioning'),
    notNoted: is(({ settle }) => settle === 'none'),
    settled: is(({ settle }) => settle === 'after'),
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
            { guard: 'ended', target: 'Closing' },
            { guard: 'settleBroken', target: 'Forgetting' },
            { guard: 'contradicted', target: 'Contradicted' },
            { guard: 'several', target: 'Ambiguous' },
            { guard: 'otherSubscription', target: 'OtherSubscription' },
            { guard: 'implausible', target: 'Implausible' },
            { guard: 'revoked', target: 'NotConfirmed' },
            { guard: 'absent', target: 'Awaiting' },
            { guard: 'approved', target: 'ApprovedByOthers' },
            { guard: 'rejected', target: 'Rejected' },
            { guard: 'disconnected', target: 'Disconnected' },
            { guard: 'unclean', target: 'Unclean' },
            { guard: 'pending', target: '#approval.Settle' },
            { target: 'Undecided' },
          ],
        },
        Closing: doing('closeApproval', 'ApprovalEnded', 'now'),
        Forgetting: doing('forgetMatch', 'ConnectionSettling', 'now'),
        Contradicted: stalled('ListedReject'),
        Ambiguous: stalled('AmbiguousConnection'),
        OtherSubscription: stalled('AmbiguousConnection'),
        Implausible: stalled('ConnectionNotGenuine'),
        NotConfirmed: stalled('ApprovalNotConfirmed'),
        Awaiting: waiting('AwaitingRequest', 'due'),
        ApprovedByOthers: ready('ApprovedByOthers'),
        Rejected: stalled('RequestRejected'),
        Disconnected: stalled('RequestDisconnected'),
        Unclean: stalled('RequestNotClean'),
        Undecided: waiting('ConnectionUnknown', 'person'),
      },
    },
    Settle: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'fabricUnobservable', target: 'Unobservable' },
            { guard: 'fabricRefused', target: 'SourceUnreadable' },
            { guard: 'fabricAwaits', target: '#approval.Approval' },
            { guard: 'fabricUntold', target: 'Untold' },
            { guard: 'fabricUnknown', target: 'Undecided' },
            { target: 'NotShown' },
          ],
        },
        Unobservable: waiting('Unobservable'),
        SourceUnreadable: stalled('SourceUnreadable'),
        Undecided: waiting('ConnectionUnknown', 'person'),
        // Succeeded says nothing about approval: only an endpoint that is seen to wait is approved.
        Untold: waiting('ApprovalUntold', 'person'),
        NotShown: stalled('ConnectionNotGenuine'),
      },
    },
    Approval: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'notNoted', target: 'Noting' },
            { guard: 'settled', target: 'Approving' },
            { target: 'Settling' },
          ],
        },
        Noting: doing('noteMatch', 'ConnectionSettling'),
        Settling: waiting('ConnectionSettling', 'due'),
        Approving: doing('approveRequest', 'Approving'),
      },
    },
  },
});
