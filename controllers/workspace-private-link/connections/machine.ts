import { setup } from 'xstate';
import { doing, leaf, ready, stalled, waiting, when } from '../machine-leaf.ts';
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

const managed = (test: (facts: ManagedConnectionFacts) => boolean) => when<ManagedConnectionFacts>(test);
const approvedByUs = ({ connection, approval }: ManagedConnectionFacts) =>
  connection === 'approved' && approval !== 'notOurs' && approval !== 'revoked';
const blind = ({ fabric }: ManagedConnectionFacts) => fabric === 'unobservable' || fabric === 'refused';

/**
 * An entry of spec.connections that approves a managed private endpoint of another workspace (design section 7, rule 2):
 * Service → Confirmation (of what we approved) → Match → Settle → Approval.
 */
export const managedConnectionMachine = setup({
  types: { context: {} as ManagedConnectionFacts, input: {} as ManagedConnectionFacts },
  guards: {
    serviceNotReady: managed(({ service }) => service === 'notReady'),
    unobservable: managed(({ match }) => match === 'unobservable'),
    refused: managed(({ match }) => match === 'refused'),
    approvedByUs: managed(approvedByUs),
    confirmed: managed(({ approval }) => approval === 'confirmed'),
    echoed: managed(({ fabric }) => fabric === 'echoed'),
    // Not asked is not answered: nothing is taken back on a question that was never put.
    expired: managed((facts) => facts.approval === 'expired' && facts.fabric !== 'notAsked'),
    blindOverdue: managed((facts) => facts.approval === 'overdue' && blind(facts)),
    unconfirmed: managed((facts) => facts.approval === 'overdue' && facts.fabric !== 'notAsked'),
    settleBroken: managed(({ settle }) => settle === 'broken'),
    absent: managed(({ match }) => match === 'none'),
    several: managed(({ match }) => match === 'several'),
    contradicted: managed(({ match }) => match === 'rejected'),
    implausible: managed(({ match }) => match === 'implausible'),
    otherSubscription: managed(({ match }) => match === 'otherSubscription'),
    approved: managed(({ connection }) => connection === 'approved'),
    revoked: managed(
      ({ match, connection, approval }) => approval === 'revoked' && (connection === 'rejected' || match === 'none'),
    ),
    rejected: managed(({ connection }) => connection === 'rejected'),
    disconnected: managed(({ connection }) => connection === 'disconnected'),
    pending: managed(({ connection }) => connection === 'pending'),
    fabricUnobservable: managed(({ fabric }) => fabric === 'unobservable' || fabric === 'notAsked'),
    fabricRefused: managed(({ fabric }) => fabric === 'refused'),
    fabricUntold: managed(({ fabric }) => fabric === 'untold'),
    fabricUnknown: managed(({ fabric }) => fabric === 'unknown'),
    fabricAwaits: managed(({ fabric }) => fabric === 'pending' || fabric === 'provisioning'),
    notNoted: managed(({ settle }) => settle === 'none'),
    settled: managed(({ settle }) => settle === 'after'),
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
            { guard: 'unconfirmed', target: 'Revoking' },
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
            { guard: 'settleBroken', target: 'Forgetting' },
            { guard: 'contradicted', target: 'Contradicted' },
            { guard: 'several', target: 'Ambiguous' },
            { guard: 'otherSubscription', target: 'OtherSubscription' },
            { guard: 'implausible', target: 'Implausible' },
            { guard: 'revoked', target: 'NotConfirmed' },
            { guard: 'absent', target: 'NotRequested' },
            { guard: 'approved', target: 'ApprovedByOthers' },
            { guard: 'rejected', target: 'Rejected' },
            { guard: 'disconnected', target: 'Disconnected' },
            { guard: 'pending', target: '#managedConnection.Settle' },
            { target: 'Undecided' },
          ],
        },
        Forgetting: doing('forgetMatch', 'ConnectionSettling', 'now'),
        NotRequested: leaf('ready', 'NotRequested', 'slow'),
        Contradicted: stalled('DecisionsContradict'),
        Ambiguous: stalled('AmbiguousConnection'),
        OtherSubscription: stalled('AmbiguousConnection'),
        Implausible: stalled('ConnectionNotGenuine'),
        ApprovedByOthers: ready('ApprovedByOthers'),
        NotConfirmed: stalled('ApprovalNotConfirmed'),
        Rejected: stalled('RequestRejected'),
        Disconnected: stalled('RequestDisconnected'),
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
            { guard: 'fabricAwaits', target: '#managedConnection.Approval' },
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
