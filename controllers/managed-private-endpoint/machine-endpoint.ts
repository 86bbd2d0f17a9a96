import { setup } from 'xstate';
import { doing, leaf, ready, stalled, waiting, when } from './machine-leaf.ts';
import type { EndpointFacts } from './types.ts';

const is = (test: (facts: EndpointFacts) => boolean) => when<EndpointFacts>(test);
const isNotedRow = ({ origin }: EndpointFacts) => origin === 'created' || origin === 'adopted';
const isOver = ({ endpoint }: EndpointFacts) =>
  endpoint === 'rejected' || endpoint === 'disconnected' || endpoint === 'failed';
const isMadeByUs = ({ origin, listed }: EndpointFacts) => origin === 'created' && listed === 'none';

/** Claim → Source → Target → Cooldown → Request → Approval → Ready. A row that is there needs no target and no cool-down. */
export const endpointMachine = setup({
  types: { context: {} as EndpointFacts, input: {} as EndpointFacts },
  guards: {
    older: is(({ standing }) => standing === 'older'),
    notServed: is(({ standing }) => standing === 'notServed'),
    unclaimed: is(({ claimed }) => !claimed),
    unobservable: is(({ endpoint }) => endpoint === 'unobservable'),
    refused: is(({ endpoint }) => endpoint === 'refused'),
    restricted: is(({ endpoint }) => endpoint === 'restricted'),
    unsupported: is(({ endpoint }) => endpoint === 'unsupported'),
    paused: is(({ endpoint }) => endpoint === 'paused'),
    // Ours or taken over, seen before, and not there any more (or on its way out): somebody else took it away.
    lost: is(
      (facts) =>
        (facts.endpoint === 'absent' || facts.endpoint === 'deleting') &&
        (facts.request === 'noted' || facts.origin === 'adopted') &&
        isNotedRow(facts),
    ),
    deleting: is(({ endpoint }) => endpoint === 'deleting'),
    targetTaken: is(({ endpoint }) => endpoint === 'targetTaken'),
    absent: is(({ endpoint }) => endpoint === 'absent'),
    notRequestable: is(({ target }) => target === 'notRequestable'),
    ledgerUnobservable: is(({ cooldown }) => cooldown === 'unobservable'),
    coolingDown: is(({ cooldown }) => cooldown === 'before'),
    absentUnnoted: is(({ endpoint, request }) => endpoint === 'absent' && request === 'none'),
    // Nothing is deleted that we did not make, whatever the policy says.
    recreates: is(
      (facts) =>
        isMadeByUs(facts) &&
        ((isOver(facts) && facts.recreate === 'OnRejection') ||
          // To another target it goes once: nobody undoes that.
          (facts.endpoint === 'nameTaken' && facts.recreate !== 'Never')),
    ),
    recreationPaused: is((facts) => isOver(facts) && facts.recreate === 'paused' && isMadeByUs(facts)),
    moved: is((facts) => facts.endpoint === 'nameTaken' && isNotedRow(facts)),
    nameTaken: is(({ endpoint }) => endpoint === 'nameTaken'),
    foreignNever: is(({ origin, adoption }) => (origin === 'foreign' || origin === 'none') && adoption === 'never'),
    foreign: is(({ origin }) => origin === 'foreign' || origin === 'none'),
    foreignUnproven: is(
      ({ origin, target }) => (origin === 'foreign' || origin === 'none') && target === 'notRequestable',
    ),
    fresh: is(({ origin }) => origin === 'fresh'),
    approved: is(({ endpoint }) => endpoint === 'approved'),
    rejectedByList: is(
      ({ endpoint, listed }) => (endpoint === 'rejected' || endpoint === 'disconnected') && listed === 'rejected',
    ),
    rejected: is(({ endpoint }) => endpoint === 'rejected'),
    disconnected: is(({ endpoint }) => endpoint === 'disconnected'),
    failed: is(({ endpoint }) => endpoint === 'failed'),
    provisioning: is(({ endpoint }) => endpoint === 'provisioning'),
    decidedByOperator: is(({ endpoint, approver }) => endpoint === 'pending' && approver === 'operator'),
    pending: is(({ endpoint }) => endpoint === 'pending'),
  },
}).createMachine({
  id: 'endpoint',
  context: ({ input }) => input,
  initial: 'Claim',
  states: {
    Claim: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'older', target: 'Owned' },
            { guard: 'notServed', target: 'NotServed' },
            { guard: 'unclaimed', target: 'Claiming' },
            { target: '#endpoint.Source' },
          ],
        },
        Owned: stalled('Claimed'),
        NotServed: stalled('NotServedYet'),
        Claiming: doing('claim', 'Claiming', 'now'),
      },
    },
    Source: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'restricted', target: 'Restricted' },
            { guard: 'unsupported', target: 'Unsupported' },
            { guard: 'paused', target: 'Paused' },
            { guard: 'lost', target: 'Lost' },
            { guard: 'deleting', target: 'Deleting' },
            { guard: 'targetTaken', target: 'TargetTaken' },
            { guard: 'absent', target: '#endpoint.Target' },
            { target: '#endpoint.Request' },
          ],
        },
        Unobservable: waiting('Unobservable'),
        Refused: stalled('ReadRefused'),
        Restricted: stalled('NoPrivatePath'),
        Unsupported: stalled('UnsupportedSku'),
        Paused: stalled('CapacityPaused'),
        Lost: doing('noteLoss', 'EndpointLost', 'now'),
        Deleting: waiting('EndpointDeleting'),
        TargetTaken: stalled('TargetTaken'),
      },
    },
    Target: {
      initial: 'Check',
      states: {
        Check: { always: [{ guard: 'notRequestable', target: 'Awaiting' }, { target: '#endpoint.Cooldown' }] },
        // The target's own ladder says what is missing, and looks as often as that deserves.
        Awaiting: waiting('AwaitingTarget', 'due'),
      },
    },
    Cooldown: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'ledgerUnobservable', target: 'Unobservable' },
            { guard: 'coolingDown', target: 'Waiting' },
            { target: '#endpoint.Request' },
          ],
        },
        Unobservable: waiting('LedgerUnreadable'),
        Waiting: leaf('waiting', 'CoolingDown', 'due'),
      },
    },
    Request: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'absentUnnoted', target: 'Noting' },
            { guard: 'absent', target: 'Requesting' },
            { guard: 'foreignNever', target: 'AdoptionNever' },
            { guard: 'recreates', target: 'Recreating' },
            { guard: 'moved', target: 'Moved' },
            { guard: 'nameTaken', target: 'NameTaken' },
            { guard: 'foreignUnproven', target: '#endpoint.Target.Awaiting' },
            { guard: 'foreign', target: 'Adopting' },
            { guard: 'fresh', target: 'Recognising' },
            { target: '#endpoint.Approval' },
          ],
        },
        Noting: doing('noteRequest', 'EndpointRequesting', 'now'),
        Requesting: doing('requestEndpoint', 'EndpointRequesting'),
        AdoptionNever: stalled('AdoptionNever'),
        Recreating: doing('recreateEndpoint', 'EndpointRecreating'),
        Moved: stalled('TargetMoved'),
        NameTaken: stalled('NameTaken'),
        Adopting: doing('adoptEndpoint', 'Adopting', 'now'),
        Recognising: doing('noteEndpoint', 'EndpointRequesting', 'now'),
      },
    },
    Approval: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'approved', target: '#endpoint.Ready' },
            { guard: 'rejectedByList', target: 'RejectedByList' },
            { guard: 'recreationPaused', target: 'Paused' },
            { guard: 'rejected', target: 'Rejected' },
            { guard: 'disconnected', target: 'Disconnected' },
            { guard: 'failed', target: 'Failed' },
            { guard: 'provisioning', target: 'Provisioning' },
            { guard: 'decidedByOperator', target: 'Deciding' },
            { guard: 'pending', target: 'AwaitingPerson' },
            { target: 'Undecided' },
          ],
        },
        RejectedByList: stalled('ListedReject'),
        Paused: stalled('RecreationPaused'),
        Rejected: stalled('ConnectionRejected'),
        Disconnected: stalled('ConnectionDisconnected'),
        Failed: stalled('EndpointFailed'),
        Provisioning: waiting('EndpointProvisioning', 'due'),
        // The ladder of the approval says how far it is.
        Deciding: waiting('AwaitingDecision', 'person'),
        AwaitingPerson: waiting('AwaitingApproval', 'person'),
        // A state that this version does not know reads as "not yet".
        Undecided: waiting('EndpointUnknown', 'person'),
      },
    },
    Ready: { initial: 'Approved', states: { Approved: ready('Approved') } },
  },
});
