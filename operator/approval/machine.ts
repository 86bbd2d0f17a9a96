import { type leavesOf, when } from '../runtime/leaf.ts';
import type { ApprovalFacts } from './fact-types.ts';

/**
 * Guards and rungs that every ladder has which approves managed private endpoints by itself (design section 7, rule 2):
 * Confirmation (of what we approved) → Match → Settle → Approval. The ladders differ on purpose only where a listed Reject
 * meets an unconfirmed approval, and in who is asked to do what.
 */

/** notAsked: nothing depends on Fabric's answer. */
type Facts = Omit<ApprovalFacts, 'fabric'> & { readonly fabric: ApprovalFacts['fabric'] | 'notAsked' };

type Effect = 'closeApproval' | 'forgetMatch';
type Reason =
  | 'AmbiguousConnection'
  | 'ApprovalEnded'
  | 'ApprovalNotConfirmed'
  | 'ApprovalUntold'
  | 'ApprovedByOthers'
  | 'ConnectionNotGenuine'
  | 'ConnectionSettling'
  | 'ConnectionUnknown'
  | 'RequestDisconnected'
  | 'RequestRejected'
  | 'SourceUnreadable'
  | 'Unobservable';

/** Resting states in the words of a kind, which has to know those of here. */
type Leaves = ReturnType<typeof leavesOf<Effect, Reason>>;

const is = (test: (facts: Facts) => boolean) => when<Facts>(test);

/** Fabric was asked, and did not answer. */
export const isBlind = ({ fabric }: Facts): boolean => fabric === 'unobservable' || fabric === 'refused';

export const approvalGuards = {
  unobservable: is(({ match }) => match === 'unobservable'),
  refused: is(({ match }) => match === 'refused'),
  approvedByUs: is(
    ({ connection, approval }) =>
      connection === 'approved' && ['fresh', 'overdue', 'expired', 'confirmed'].includes(approval),
  ),
  confirmed: is(({ approval }) => approval === 'confirmed'),
  echoed: is(({ fabric }) => fabric === 'echoed'),
  // Not asked is not answered: nothing is taken back on a question that was never put.
  expired: is(({ approval, fabric }) => approval === 'expired' && fabric !== 'notAsked'),
  blindOverdue: is((facts) => facts.approval === 'overdue' && isBlind(facts)),
  overdue: is(({ approval, fabric }) => approval === 'overdue' && fabric !== 'notAsked'),
  ended: is(({ approval }) => approval === 'ended'),
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
  pending: is(({ connection }) => connection === 'pending'),
  fabricUnobservable: is(({ fabric }) => fabric === 'unobservable' || fabric === 'notAsked'),
  fabricRefused: is(({ fabric }) => fabric === 'refused'),
  fabricUntold: is(({ fabric }) => fabric === 'untold'),
  fabricUnknown: is(({ fabric }) => fabric === 'unknown'),
  fabricAwaits: is(({ fabric }) => fabric === 'pending' || fabric === 'provisioning'),
  notNoted: is(({ settle }) => settle === 'none'),
  settled: is(({ settle }) => settle === 'after'),
};

/** Exactly one plausible request, in the order in which people should hear why there is none; `absent` where nobody asks. */
export const matchChecks = <Absent extends string>(absent: Absent) =>
  [
    { guard: 'ended', target: 'Closing' },
    { guard: 'settleBroken', target: 'Forgetting' },
    { guard: 'contradicted', target: 'Contradicted' },
    { guard: 'several', target: 'Ambiguous' },
    { guard: 'otherSubscription', target: 'OtherSubscription' },
    { guard: 'implausible', target: 'Implausible' },
    { guard: 'revoked', target: 'NotConfirmed' },
    { guard: 'absent', target: absent },
    { guard: 'approved', target: 'ApprovedByOthers' },
    { guard: 'rejected', target: 'Rejected' },
    { guard: 'disconnected', target: 'Disconnected' },
  ] as const;

/** Where those lead, but for `Contradicted` and `absent`, about which each kind has its own to say. */
export const matchLeaves = ({ doing, ready, stalled, waiting }: Leaves) => ({
  Closing: doing('closeApproval', 'ApprovalEnded', 'now'),
  Forgetting: doing('forgetMatch', 'ConnectionSettling', 'now'),
  Ambiguous: stalled('AmbiguousConnection'),
  OtherSubscription: stalled('AmbiguousConnection'),
  Implausible: stalled('ConnectionNotGenuine'),
  NotConfirmed: stalled('ApprovalNotConfirmed'),
  ApprovedByOthers: ready('ApprovedByOthers'),
  Rejected: stalled('RequestRejected'),
  Disconnected: stalled('RequestDisconnected'),
  Undecided: waiting('ConnectionUnknown', 'person'),
});

/** Only an endpoint that Fabric itself shows waiting is approved: then on to `next`. */
export const settleRung = <Next extends string>(next: Next, { stalled, waiting }: Leaves) =>
  ({
    initial: 'Check',
    states: {
      Check: {
        always: [
          { guard: 'fabricUnobservable', target: 'Unobservable' },
          { guard: 'fabricRefused', target: 'SourceUnreadable' },
          { guard: 'fabricAwaits', target: next },
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
  }) as const;

/** The request has been alone for as long as is wanted, or is watched until it has. */
export const APPROVAL_CHECKS = [
  { guard: 'notNoted', target: 'Noting' },
  { guard: 'settled', target: 'Approving' },
  { target: 'Settling' },
] as const;
