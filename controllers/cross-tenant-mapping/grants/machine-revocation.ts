import { setup } from 'xstate';
import { doing, leaf, stalled, waiting, when } from '../machine-leaf.ts';
import type { RevocationFacts } from './fact-types.ts';

const is = (test: (facts: RevocationFacts) => boolean) => when<RevocationFacts>(test);

/**
 * Downwards, for one noted grant: take the role away and forget it, or see that it is gone. The ladder ends with its note; how long the
 * deletion of the object waits for one that is stuck is the removal's to say.
 */
export const revocationMachine = setup({
  types: { context: {} as RevocationFacts, input: {} as RevocationFacts },
  guards: {
    staysThere: is(({ wish }) => wish === 'forget'),
    settling: is(({ assignment }) => assignment === 'settling'),
    gone: is(({ assignment }) => assignment === 'absent'),
    unobservable: is(({ assignment }) => assignment === 'unobservable'),
    refused: is(({ assignment }) => assignment === 'refused'),
    restricted: is(({ assignment }) => assignment === 'restricted'),
    lastAdmin: is(({ assignment }) => assignment === 'lastAdmin'),
  },
}).createMachine({
  id: 'revocation',
  context: ({ input }) => input,
  initial: 'Revoke',
  states: {
    Revoke: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'staysThere', target: 'Forgetting' },
            { guard: 'gone', target: 'Forgetting' },
            { guard: 'settling', target: 'Settling' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'restricted', target: 'Restricted' },
            { guard: 'lastAdmin', target: 'LastAdmin' },
            { target: 'Revoking' },
          ],
        },
        Forgetting: doing('forgetGrant', 'GrantForgetting', 'now'),
        Settling: leaf('waiting', 'RoleSettling', 'due'),
        Unobservable: waiting('GrantUnobservable'),
        Refused: stalled('GrantUnreadable'),
        Restricted: stalled('NoPrivatePath'),
        LastAdmin: stalled('LastAdmin'),
        Revoking: doing('revokeRole', 'GrantRevoking'),
      },
    },
  },
});
