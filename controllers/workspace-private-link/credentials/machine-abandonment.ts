import { setup } from 'xstate';
import { doing, leaf, ready, waiting, when } from '../machine-leaf.ts';
import type { AbandonmentFacts } from '../types.ts';

const is = (test: (facts: AbandonmentFacts) => boolean) => when<AbandonmentFacts>(test);

/** What the credentials would be needed for is given up: a person asked for that, or a day has passed. */
const givenUp = ({ credentials, asked, lost }: AbandonmentFacts): boolean =>
  credentials !== 'working' && lost !== 'unnoted' && (asked || lost === 'after');

/**
 * Deletion without credentials: Credentials → Patience → Ledger → Release. While they work, nothing is ever given up,
 * whatever is asked for: the other ladders take things down in their safe order.
 */
export const abandonmentMachine = setup({
  types: { context: {} as AbandonmentFacts, input: {} as AbandonmentFacts },
  guards: {
    released: is(({ claimed }) => !claimed),
    backAgain: is(({ credentials, lost }) => credentials === 'working' && lost !== 'unnoted'),
    askedInVain: is(({ credentials, asked }) => credentials === 'working' && asked),
    working: is(({ credentials }) => credentials === 'working'),
    unnoted: is(({ lost }) => lost === 'unnoted'),
    patientForAll: is((facts) => facts.credentials === 'lost' && !givenUp(facts)),
    patient: is((facts) => !givenUp(facts)),
    unreadable: is(({ entry }) => entry === 'unobservable'),
    onlyPartly: is(({ credentials }) => credentials === 'partly'),
    unwritten: is(({ entry }) => entry === 'absent'),
  },
}).createMachine({
  id: 'abandonment',
  context: ({ input }) => input,
  initial: 'Credentials',
  states: {
    Credentials: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'released', target: '#abandonment.Release.Gone' },
            { guard: 'backAgain', target: 'BackAgain' },
            { guard: 'askedInVain', target: 'AskedInVain' },
            { guard: 'working', target: 'Working' },
            { guard: 'unnoted', target: 'Noting' },
            { target: '#abandonment.Patience' },
          ],
        },
        // The next loss has a day of its own.
        BackAgain: doing('forgetLoss', 'CredentialsBack', 'now'),
        AskedInVain: ready('AbandonIgnored'),
        Working: ready('CredentialsWork'),
        Noting: doing('noteLoss', 'CredentialsLost', 'now'),
      },
    },
    Patience: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'patientForAll', target: 'Waiting' },
            { guard: 'patient', target: 'WaitingForSome' },
            { target: '#abandonment.Ledger' },
          ],
        },
        // Not `due`: where Secrets may not be watched, a mended one is only noticed by looking, which costs no cloud a read.
        Waiting: leaf('stalled', 'CredentialsLost', 'fast'),
        // Here each look reads anew what the other credentials still see.
        WaitingForSome: leaf('stalled', 'CredentialsLost', 'person'),
      },
    },
    Ledger: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unreadable', target: 'Unreadable' },
            { guard: 'unwritten', target: 'Recording' },
            { guard: 'onlyPartly', target: 'GivenUp' },
            { target: '#abandonment.Release' },
          ],
        },
        Unreadable: waiting('LedgerUnreadable'),
        Recording: doing('recordAbandoned', 'Abandoning', 'now'),
        // The other ladders go on as if those endpoints were to be retained.
        GivenUp: ready('Abandoned'),
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
