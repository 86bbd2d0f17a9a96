import { setup } from 'xstate';
import { doing, leaf, stalled, waiting, when } from './machine-leaf.ts';
import type { RemovalFacts } from './types.ts';

const is = (test: (facts: RemovalFacts) => boolean) => when<RemovalFacts>(test);

/** Endpoint → Leftover → Release. It ends whatever the workspace has become: nothing wedges the finalizer for good. */
export const removalMachine = setup({
  types: { context: {} as RemovalFacts, input: {} as RemovalFacts },
  guards: {
    released: is(({ claimed }) => !claimed),
    approvalOpen: is(({ approval }) => approval === 'open'),
    keeps: is(({ wish }) => wish === 'keep'),
    givenUp: is(({ endpoint }) => endpoint === 'givenUp'),
    unobservable: is(({ endpoint }) => endpoint === 'unobservable'),
    refused: is(({ endpoint }) => endpoint === 'refused'),
    restricted: is(({ endpoint }) => endpoint === 'restricted'),
    unlisted: is(({ endpoint }) => endpoint === 'unlisted'),
    present: is(({ endpoint }) => endpoint === 'present'),
    deleting: is(({ endpoint }) => endpoint === 'deleting'),
    unseen: is(({ endpoint, deletion }) => endpoint === 'unlistable' && deletion === 'none'),
    unseenBefore: is(({ endpoint, deletion }) => endpoint === 'unlistable' && deletion === 'before'),
    unseenAfterLeft: is(({ endpoint, approval }) => endpoint === 'unlistable' && approval === 'left'),
    unseenAfter: is(({ endpoint }) => endpoint === 'unlistable'),
    approvalLeft: is(({ approval }) => approval === 'left'),
    leftover: is(({ leftover }) => leftover === 'present'),
  },
}).createMachine({
  id: 'removal',
  context: ({ input }) => input,
  initial: 'Endpoint',
  states: {
    Endpoint: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'released', target: '#removal.Release.Gone' },
            { guard: 'approvalOpen', target: 'Settling' },
            { guard: 'keeps', target: '#removal.Release' },
            { guard: 'givenUp', target: 'ReleasingGivenUp' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'restricted', target: 'Restricted' },
            { guard: 'unlisted', target: 'AwaitingListed' },
            { guard: 'present', target: 'Deleting' },
            { guard: 'deleting', target: 'AwaitingGone' },
            { guard: 'unseen', target: 'DeletingUnseen' },
            { guard: 'unseenBefore', target: 'AwaitingUnseen' },
            { guard: 'unseenAfterLeft', target: '#removal.Release' },
            { guard: 'unseenAfter', target: 'ReleasingUnseen' },
            { target: '#removal.Leftover' },
          ],
        },
        // The ladder of the approval ends that, within 20 minutes: an approval that may be an imitation's is not left behind.
        Settling: waiting('ApprovalConfirming', 'slow'),
        Unobservable: waiting('Unobservable'),
        Refused: stalled('ReadRefused'),
        Restricted: stalled('NoPrivatePath'),
        AwaitingListed: waiting('EndpointUnlisted'),
        Deleting: doing('deleteEndpoint', 'EndpointDeleting'),
        AwaitingGone: waiting('EndpointDeleting'),
        DeletingUnseen: doing('deleteUnseen', 'SourceUnlistable', 'now'),
        AwaitingUnseen: leaf('waiting', 'SourceUnlistable', 'due'),
        ReleasingGivenUp: doing('releaseGivenUp', 'EndpointGivenUp', 'now'),
        ReleasingUnseen: doing('releaseUnseen', 'SourceUnlistable', 'now'),
      },
    },
    Leftover: {
      initial: 'Check',
      states: {
        Check: { always: [{ guard: 'leftover', target: 'ClearingAway' }, { target: '#removal.Release' }] },
        ClearingAway: doing('deleteLeftover', 'LeftoverDeleting'),
      },
    },
    Release: {
      initial: 'Check',
      states: {
        Check: { always: [{ guard: 'approvalLeft', target: 'ReleasingUnconfirmed' }, { target: 'Releasing' }] },
        ReleasingUnconfirmed: doing('releaseUnconfirmed', 'ApprovalLeft', 'now'),
        Releasing: doing('release', 'Releasing', 'now'),
        Gone: leaf('gone', 'Released', 'never'),
      },
    },
  },
});
