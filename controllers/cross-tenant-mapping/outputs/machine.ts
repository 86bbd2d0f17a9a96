import { setup } from 'xstate';
import { doing, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { OutputsFacts } from './fact-types.ts';

const is = (test: (facts: OutputsFacts) => boolean) => when<OutputsFacts>(test);

/** Withdraw what is no longer asked for → Publish what is. Nothing waits for this ladder, least of all a grant. */
export const outputsMachine = setup({
  types: { context: {} as OutputsFacts, input: {} as OutputsFacts },
  guards: {
    // What guests read is not taken away for a place where nothing can be put.
    unmovable: is(
      ({ previous, wanted, target }) =>
        previous === 'left' && wanted && (target === 'taken' || target === 'refused' || target === 'unobservable'),
    ),
    previousLeft: is(({ previous }) => previous === 'left'),
    previousRefused: is(({ previous }) => previous === 'refused'),
    previousUnobservable: is(({ previous }) => previous === 'unobservable'),
    unwanted: is(({ wanted }) => !wanted),
    taken: is(({ target }) => target === 'taken'),
    refused: is(({ target }) => target === 'refused'),
    unobservable: is(({ target }) => target === 'unobservable'),
    current: is(({ target }) => target === 'current'),
    outdated: is(({ target }) => target === 'outdated'),
    nothingKnown: is(({ content }) => content === 'none'),
    incomplete: is(({ target }) => target === 'incomplete'),
  },
}).createMachine({
  id: 'outputs',
  context: ({ input }) => input,
  initial: 'Withdraw',
  states: {
    Withdraw: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unmovable', target: '#outputs.Publish' },
            { guard: 'previousLeft', target: 'Withdrawing' },
            { guard: 'previousRefused', target: 'Refused' },
            { guard: 'previousUnobservable', target: 'Unobservable' },
            { guard: 'unwanted', target: 'Unwanted' },
            { target: '#outputs.Publish' },
          ],
        },
        Withdrawing: doing('withdrawStrings', 'StringsWithdrawing', 'now'),
        Refused: stalled('PublishingRefused'),
        Unobservable: waiting('PublishingUnobservable'),
        Unwanted: ready('PublishingUnwanted'),
      },
    },
    Publish: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'taken', target: 'Taken' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'current', target: 'Published' },
            { guard: 'outdated', target: 'Publishing' },
            { guard: 'incomplete', target: 'AwaitingStrings' },
            { guard: 'nothingKnown', target: 'AwaitingStrings' },
            { target: 'Publishing' },
          ],
        },
        Taken: stalled('TargetExists'),
        Refused: stalled('PublishingRefused'),
        Unobservable: waiting('PublishingUnobservable'),
        Published: ready('Published'),
        // The strings' own ladders say what is missing.
        AwaitingStrings: waiting('AwaitingStrings', 'slow'),
        Publishing: doing('publishStrings', 'Publishing', 'now'),
      },
    },
  },
});
