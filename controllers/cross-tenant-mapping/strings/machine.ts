import { setup } from 'xstate';
import { ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { StringFacts } from './fact-types.ts';

const is = (host: StringFacts['host']) => when<StringFacts>((facts) => facts.host === host);

/** Only looked at: Fabric says the host, or why there is none. */
export const stringMachine = setup({
  types: { context: {} as StringFacts, input: {} as StringFacts },
  guards: {
    known: is('known'),
    itemMissing: is('itemMissing'),
    guestUnknown: is('guestUnknown'),
    paused: is('paused'),
    unsupported: is('unsupported'),
    restricted: is('restricted'),
    refused: is('refused'),
  },
}).createMachine({
  id: 'string',
  context: ({ input }) => input,
  initial: 'Host',
  states: {
    Host: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'known', target: 'Known' },
            { guard: 'itemMissing', target: 'ItemMissing' },
            { guard: 'guestUnknown', target: 'GuestUnknown' },
            { guard: 'paused', target: 'Paused' },
            { guard: 'unsupported', target: 'Unsupported' },
            { guard: 'restricted', target: 'Restricted' },
            { guard: 'refused', target: 'Refused' },
            { target: 'Unobservable' },
          ],
        },
        Known: ready('StringKnown'),
        ItemMissing: stalled('ItemNotFound'),
        GuestUnknown: stalled('GuestTenantUnknown'),
        Paused: stalled('CapacityPaused'),
        Unsupported: stalled('StringNotServed'),
        Restricted: stalled('NoPrivatePath'),
        Refused: stalled('StringUnreadable'),
        Unobservable: waiting('StringUnobservable'),
      },
    },
  },
});
