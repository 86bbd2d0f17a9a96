import { setup } from 'xstate';
import { doing, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { GrantFacts } from './fact-types.ts';

const is = (test: (facts: GrantFacts) => boolean) => when<GrantFacts>(test);
const exists = ({ assignment }: GrantFacts) =>
  assignment === 'asWanted' || assignment === 'otherRole' || assignment === 'lastAdmin';
const isForeign = (facts: GrantFacts) => exists(facts) && facts.origin === 'none';

/** Principal → Grant → Granted, for one workspace. */
export const grantMachine = setup({
  types: { context: {} as GrantFacts, input: {} as GrantFacts },
  guards: {
    principalWaiting: is(({ principal }) => principal === 'waiting'),
    unobservable: is(({ assignment }) => assignment === 'unobservable' || assignment === 'notAsked'),
    refused: is(({ assignment }) => assignment === 'refused'),
    restricted: is(({ assignment }) => assignment === 'restricted'),
    absent: is(({ assignment }) => assignment === 'absent'),
    foreignNever: is((facts) => isForeign(facts) && facts.adoption === 'Never'),
    foreignDiffers: is(
      (facts) => isForeign(facts) && facts.assignment !== 'asWanted' && facts.adoption === 'IfIdentical',
    ),
    foreign: is(isForeign),
    lastAdmin: is(({ assignment }) => assignment === 'lastAdmin'),
    otherRole: is(({ assignment }) => assignment === 'otherRole'),
  },
}).createMachine({
  id: 'grant',
  context: ({ input }) => input,
  initial: 'Principal',
  states: {
    Principal: {
      initial: 'Check',
      states: {
        Check: { always: [{ guard: 'principalWaiting', target: 'Awaiting' }, { target: '#grant.Grant' }] },
        // The principal's own ladder says what is missing, and looks as often as that deserves.
        Awaiting: waiting('AwaitingPrincipal', 'slow'),
      },
    },
    Grant: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'restricted', target: 'Restricted' },
            { guard: 'absent', target: 'Granting' },
            { guard: 'foreignNever', target: 'AdoptionNever' },
            { guard: 'foreignDiffers', target: 'Differs' },
            { guard: 'foreign', target: 'Adopting' },
            { guard: 'lastAdmin', target: 'LastAdmin' },
            { guard: 'otherRole', target: 'Correcting' },
            { target: '#grant.Granted' },
          ],
        },
        Unobservable: waiting('GrantUnobservable'),
        Refused: stalled('GrantUnreadable'),
        Restricted: stalled('NoPrivatePath'),
        Granting: doing('grantRole', 'Granting'),
        AdoptionNever: stalled('GrantAdoptionNever'),
        Differs: stalled('RoleDiffers'),
        Adopting: doing('adoptGrant', 'GrantAdopting', 'now'),
        LastAdmin: stalled('LastAdmin'),
        Correcting: doing('correctRole', 'RoleCorrecting'),
      },
    },
    Granted: { initial: 'Held', states: { Held: ready('Granted') } },
  },
});
