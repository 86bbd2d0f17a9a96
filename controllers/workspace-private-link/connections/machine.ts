import { setup } from 'xstate';
import {
  APPROVAL_CHECKS,
  approvalGuards,
  matchChecks,
  matchLeaves,
  settleRung,
} from '../../../operator/approval/machine.ts';
import { doing, leaf, leaves, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { ConnectionFacts, ManagedConnectionFacts, RevocationFacts } from '../types.ts';

const is = (test: (facts: ConnectionFacts) => boolean) => when<ConnectionFacts>(test);

/** An entry of spec.connections that names an ARM id, or that rejects: Service → Decision. */
export const connectionMachine = setup({
  types: { context: {} as ConnectionFacts, input: {} as ConnectionFacts },
  guards: {
    serviceNotReady: is(({ service }) => service === 'notReady'),
    unobservable: is(({ connection }) => connection === 'unobservable'),
    refused: is(({ connection }) => connection === 'refused'),
    unknown: is(({ connection }) => connection === 'other'),
    rejects: is(({ decision }) => decision === 'Reject'),
    own: is(({ requester }) => requester === 'own'),
    contradicted: is(({ requester }) => requester === 'rejected'),
    absent: is(({ connection }) => connection === 'none'),
    pending: is(({ connection }) => connection === 'pending'),
    approved: is(({ connection }) => connection === 'approved'),
    approvedHeld: is(({ connection, hold }) => connection === 'approved' && hold === 'held'),
    rejected: is(({ connection }) => connection === 'rejected'),
  },
}).createMachine({
  id: 'connection',
  context: ({ input }) => input,
  initial: 'Service',
  states: {
    Service: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'serviceNotReady', target: 'AwaitingService' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'rejects', target: '#connection.Reject' },
            { target: '#connection.Approve' },
          ],
        },
        AwaitingService: waiting('AwaitingService', 'slow'),
        Unobservable: waiting('Unobservable'),
        Refused: stalled('ReadRefused'),
      },
    },
    Approve: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'contradicted', target: 'Contradicted' },
            { guard: 'own', target: 'Own' },
            { guard: 'approved', target: 'Approved' },
            { guard: 'pending', target: 'Approving' },
            { guard: 'absent', target: 'NotRequested' },
            { guard: 'rejected', target: 'Rejected' },
            { guard: 'unknown', target: 'Undecided' },
            { target: 'Disconnected' },
          ],
        },
        Contradicted: stalled('DecisionsContradict'),
        Own: ready('DecidedByEndpoint'),
        Approved: ready('ApprovedByList'),
        Approving: doing('approveListed', 'ApprovalListed'),
        // Whoever is listed may ask whenever they like: nothing is unfinished until they do.
        NotRequested: leaf('ready', 'NotRequested', 'slow'),
        Rejected: stalled('RequestRejected'),
        Disconnected: stalled('RequestDisconnected'),
        // A status that this version does not know reads as "not yet".
        Undecided: waiting('ConnectionUnknown', 'person'),
      },
    },
    Reject: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'pending', target: 'Rejecting' },
            { guard: 'approvedHeld', target: 'Held' },
            { guard: 'approved', target: 'Revoking' },
            { guard: 'unknown', target: 'Undecided' },
            { target: 'Rejected' },
          ],
        },
        Rejecting: doing('rejectListed', 'RejectionListed'),
        Held: stalled('HeldByDeny'),
        Revoking: doing('rejectListed', 'RevocationListed'),
        Undecided: waiting('ConnectionUnknown', 'person'),
        Rejected: leaf('ready', 'RejectedByList', 'slow'),
      },
    },
  },
});

/**
 * An entry of spec.connections that approves a managed private endpoint of another workspace (design section 7, rule 2):
 * Service → Confirmation (of what we approved) → Match → Settle → Approval.
 */
export const managedConnectionMachine = setup({
  types: { context: {} as ManagedConnectionFacts, input: {} as ManagedConnectionFacts },
  guards: {
    ...approvalGuards,
    serviceNotReady: when<ManagedConnectionFacts>(({ service }) => service === 'notReady'),
  },
}).createMachine({
  id: 'managedConnection',
  context: ({ input }) => input,
  initial: 'Service',
  states: {
    Service: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'serviceNotReady', target: 'AwaitingService' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'approvedByUs', target: '#managedConnection.Confirmation' },
            { target: '#managedConnection.Match' },
          ],
        },
        AwaitingService: waiting('AwaitingService', 'slow'),
        Unobservable: waiting('Unobservable'),
        Refused: stalled('ReadRefused'),
      },
    },
    Confirmation: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'confirmed', target: 'Approved' },
            { guard: 'echoed', target: 'Confirming' },
            { guard: 'expired', target: 'Revoking' },
            { guard: 'blindOverdue', target: 'Unproven' },
            { guard: 'overdue', target: 'Revoking' },
            { target: 'AwaitingEcho' },
          ],
        },
        Approved: ready('ApprovedByList'),
        Confirming: doing('confirmApproval', 'ApprovalConfirming', 'now'),
        // What cannot be seen is neither proven nor disproven: a person is told, and has until the hour is over.
        Unproven: stalled('ApprovalUnproven'),
        Revoking: doing('revokeUnconfirmed', 'ApprovalNotConfirmed'),
        AwaitingEcho: waiting('ApprovalConfirming'),
      },
    },
    Match: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            ...matchChecks('NotRequested'),
            { guard: 'pending', target: '#managedConnection.Settle' },
            { target: 'Undecided' },
          ],
        },
        ...matchLeaves(leaves),
        // Whoever is listed may ask whenever they like: nothing is unfinished until they do.
        NotRequested: leaf('ready', 'NotRequested', 'slow'),
        Contradicted: stalled('DecisionsContradict'),
      },
    },
    Settle: settleRung('#managedConnection.Approval', leaves),
    Approval: {
      initial: 'Check',
      states: {
        Check: { always: APPROVAL_CHECKS },
        Noting: doing('noteMatch', 'ConnectionSettling'),
        Settling: waiting('ConnectionSettling'),
        Approving: doing('approveManaged', 'ApprovalListed'),
      },
    },
  },
});

const unlisted = (test: (facts: RevocationFacts) => boolean) => when<RevocationFacts>(test);

/** Under connectionsPolicy Authoritative: what carries our marker and is no longer listed. */
export const revocationMachine = setup({
  types: { context: {} as RevocationFacts, input: {} as RevocationFacts },
  guards: {
    serviceNotReady: unlisted(({ service }) => service === 'notReady'),
    held: unlisted(({ hold }) => hold === 'held'),
  },
}).createMachine({
  id: 'revocation',
  context: ({ input }) => input,
  initial: 'Unlisted',
  states: {
    Unlisted: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'serviceNotReady', target: 'AwaitingService' },
            { guard: 'held', target: 'Held' },
            { target: 'Revoking' },
          ],
        },
        AwaitingService: waiting('AwaitingService', 'slow'),
        Held: stalled('HeldByDeny'),
        Revoking: doing('revokeUnlisted', 'ConnectionUnlisted'),
      },
    },
  },
});
