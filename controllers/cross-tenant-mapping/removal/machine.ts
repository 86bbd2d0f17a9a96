import { setup } from 'xstate';
import { doing, leaf, stalled, waiting, when } from '../machine-leaf.ts';
import type { RemovalFacts } from '../types.ts';

const is = (test: (facts: RemovalFacts) => boolean) => when<RemovalFacts>(test);

/**
 * Grants → Mapping → Release. A grant that cannot be taken away holds up nothing that ends the guest's access: with the
 * mapping its principal stops working at once. The listing is not waited for.
 */
export const removalMachine = setup({
  types: { context: {} as RemovalFacts, input: {} as RemovalFacts },
  guards: {
    released: is(({ claimed }) => !claimed),
    leaving: is(({ grants }) => grants === 'leaving'),
    keeps: is(({ wish }) => wish === 'keep'),
    givenUp: is(({ mapping, wish }) => mapping === 'givenUp' && wish === 'delete'),
    unobservable: is(({ mapping }) => mapping === 'unobservable'),
    refused: is(({ mapping }) => mapping === 'refused'),
    settling: is(({ mapping }) => mapping === 'settling'),
    present: is(({ mapping }) => mapping === 'present'),
    stuck: is(({ grants }) => grants === 'stuck'),
    left: is(({ grants }) => grants === 'left'),
  },
}).createMachine({
  id: 'removal',
  context: ({ input }) => input,
  initial: 'Grants',
  states: {
    Grants: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'released', target: '#removal.Release.Gone' },
            { guard: 'leaving', target: 'Leaving' },
            { target: '#removal.Mapping' },
          ],
        },
        Leaving: waiting('GrantsLeaving'),
      },
    },
    Mapping: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'keeps', target: '#removal.Release' },
            { guard: 'givenUp', target: '#removal.Release.ReleasingMapped' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'settling', target: 'Settling' },
            { guard: 'present', target: 'Deleting' },
            { target: '#removal.Release' },
          ],
        },
        Unobservable: waiting('Unobservable'),
        Refused: stalled('ReadRefused'),
        Settling: waiting('RemovalSettling', 'due'),
        Deleting: doing('deleteMapping', 'MappingDeleting', 'now'),
      },
    },
    Release: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'stuck', target: 'AwaitingGrants' },
            { guard: 'left', target: 'ReleasingLeft' },
            { target: 'Releasing' },
          ],
        },
        AwaitingGrants: stalled('GrantsStuck'),
        ReleasingMapped: doing('releaseLeft', 'MappingGivenUp', 'now'),
        ReleasingLeft: doing('releaseLeft', 'GrantsLeft', 'now'),
        Releasing: doing('release', 'Releasing', 'now'),
        Gone: leaf('gone', 'Released', 'never'),
      },
    },
  },
});
