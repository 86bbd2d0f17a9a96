import { setup } from 'xstate';
import { doing, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { OutputsFacts } from '../types.ts';

const is = (test: (facts: OutputsFacts) => boolean) => when<OutputsFacts>(test);

/** Withdraw what is no longer asked for → Publish what is. Nothing else waits for this ladder. */
export const outputsMachine = setup({
  types: { context: {} as OutputsFacts, input: {} as OutputsFacts },
  guards: {
    previousLeft: is(({ previous }) => previous === 'left'),
    previousRefused: is(({ previous }) => previous === 'refused'),
    previousUnobservable: is(({ previous }) => previous === 'unobservable'),
    unwanted: is(({ wanted }) => !wanted),
    serviceNotReady: is(({ service }) => service === 'notReady'),
    taken: is(({ target }) => target === 'taken'),
    refused: is(({ target }) => target === 'refused'),
    unobservable: is(({ target }) => target === 'unobservable'),
    current: is(({ target }) => target === 'current'),
    // What was published stays until all of it can be read again: half of it would take addresses away from people.
    unreadButPublished: is(({ content, target }) => content === 'unobservable' && target === 'outdated'),
    unread: is(({ content }) => content === 'unobservable'),
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
            { guard: 'previousLeft', target: 'Withdrawing' },
            { guard: 'previousRefused', target: 'Refused' },
            { guard: 'previousUnobservable', target: 'Unobservable' },
            { guard: 'unwanted', target: 'Unwanted' },
            { target: '#outputs.Publish' },
          ],
        },
        Withdrawing: doing('withdrawOutputs', 'OutputsWithdrawing', 'now'),
        Refused: stalled('OutputsRefused'),
        Unobservable: waiting('Unobservable'),
        Unwanted: ready('OutputsUnwanted'),
      },
    },
    Publish: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'serviceNotReady', target: 'AwaitingService' },
            { guard: 'taken', target: 'Taken' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'current', target: 'Published' },
            { guard: 'unreadButPublished', target: 'Published' },
            { guard: 'unread', target: 'Unobservable' },
            { target: 'Publishing' },
          ],
        },
        AwaitingService: waiting('AwaitingService', 'slow'),
        Taken: stalled('TargetExists'),
        Refused: stalled('OutputsRefused'),
        Unobservable: waiting('Unobservable'),
        Published: ready('OutputsPublished'),
        Publishing: doing('publishOutputs', 'OutputsPublishing', 'now'),
      },
    },
  },
});
