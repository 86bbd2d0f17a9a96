import { setup } from 'xstate';
import { doing, ready, stalled, waiting, when } from './machine-leaf.ts';
import type { EndpointFacts, PlacementFacts } from './types.ts';

const is = (test: (facts: PlacementFacts) => boolean) => when<PlacementFacts>(test);

const PROVIDER_WANTS = ['registering', 'missing'];
const registers = ({ provider, registration }: PlacementFacts) =>
  registration === 'allowed' && (provider === 'missing' || provider === 'registered');
const hasProvider = (facts: PlacementFacts) => !registers(facts) && !PROVIDER_WANTS.includes(facts.provider);
/** What could not be read blocks nothing: Azure judges for itself. */
const hasRoom = ({ subnet }: PlacementFacts) => subnet === 'fits' || subnet === 'unobservable';

/** Summary for the endpoint's ladder: nothing that is known speaks against creating it where the spec says. */
export const placementOf = (facts: PlacementFacts): EndpointFacts['placement'] =>
  hasProvider(facts) && hasRoom(facts) ? 'fits' : 'not';

/** Where an endpoint may be placed: Provider → Subnet. Read before a creation; what is there already has a place. */
export const placementMachine = setup({
  types: { context: {} as PlacementFacts, input: {} as PlacementFacts },
  guards: {
    mayRegister: is(registers),
    providerRegistering: is(({ provider }) => provider === 'registering'),
    providerMissing: is(({ provider }) => provider === 'missing'),
    subnetMissing: is(({ subnet }) => subnet === 'missing'),
    subnetDelegated: is(({ subnet }) => subnet === 'delegated'),
    subnetElsewhere: is(({ subnet }) => subnet === 'otherRegion'),
    subnetFull: is(({ subnet }) => subnet === 'full'),
  },
}).createMachine({
  id: 'placement',
  context: ({ input }) => input,
  initial: 'Provider',
  states: {
    Provider: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'mayRegister', target: 'Registering' },
            { guard: 'providerRegistering', target: 'AwaitingRegistration' },
            { guard: 'providerMissing', target: 'NotRegistered' },
            { target: '#placement.Subnet' },
          ],
        },
        Registering: doing('registerEndpointProvider', 'ProviderRegistering'),
        AwaitingRegistration: waiting('ProviderRegistering'),
        NotRegistered: stalled('ProviderNotRegistered'),
      },
    },
    Subnet: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'subnetMissing', target: 'NotFound' },
            { guard: 'subnetDelegated', target: 'Delegated' },
            { guard: 'subnetElsewhere', target: 'OtherRegion' },
            { guard: 'subnetFull', target: 'Full' },
            { target: 'Fits' },
          ],
        },
        NotFound: stalled('SubnetNotFound'),
        Delegated: stalled('SubnetDelegated'),
        OtherRegion: stalled('SubnetInOtherRegion'),
        Full: stalled('SubnetFull'),
        Fits: ready('PlacementFits'),
      },
    },
  },
});
