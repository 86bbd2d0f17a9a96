import { setup } from 'xstate';
import { leavesOf, when } from '../leaf.ts';
import type { LossEffect, LossFacts, LossReason } from './types.ts';

const { doing, leaf, waiting } = leavesOf<LossEffect, LossReason>();

const loss = (test: (facts: LossFacts) => boolean) => when<LossFacts>(test);

/** Deletion without credentials: Patience → Ledger → Release. A day, or a person who gives up before that. */
export const lossMachine = setup({
  types: { context: {} as LossFacts, input: {} as LossFacts },
  guards: {
    released: loss(({ claimed }) => !claimed),
    unnoted: loss(({ lost }) => lost === 'unnoted'),
    patient: loss(({ lost, asked }) => lost === 'before' && !asked),
    unreadable: loss(({ entry }) => entry === 'unobservable'),
    unwritten: loss(({ entry }) => entry === 'absent'),
  },
}).createMachine({
  id: 'loss',
  context: ({ input }) => input,
  initial: 'Patience',
  states: {
    Patience: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'released', target: '#loss.Release.Gone' },
            { guard: 'unnoted', target: 'Noting' },
            { guard: 'patient', target: 'Waiting' },
            { target: '#loss.Ledger' },
          ],
        },
        Noting: doing('noteCredentialsLost', 'CredentialsLost', 'now'),
        // Not `due`: where Secrets may not be watched, a mended one is only noticed by looking.
        Waiting: leaf('stalled', 'CredentialsLost', 'fast'),
      },
    },
    Ledger: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unreadable', target: 'Unreadable' },
            { guard: 'unwritten', target: 'Recording' },
            { target: '#loss.Release' },
          ],
        },
        Unreadable: waiting('LedgerUnreadable'),
        Recording: doing('recordAbandoned', 'Abandoning', 'now'),
      },
    },
    Release: {
      initial: 'Releasing',
      states: {
        Releasing: doing('releaseAbandoned', 'Abandoning', 'now'),
        Gone: leaf('gone', 'Released', 'never'),
      },
    },
  },
});
