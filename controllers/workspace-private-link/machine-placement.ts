import { setup } from 'xstate';
import { doing, ready, stalled, waiting, when } from './machine-leaf.ts';
import type { EndpointFacts, PlacementFacts } from './types.ts';

const is = (test: (facts: PlacementFacts) => boolean) => when<PlacementFacts>(test);

const PROVIDER_WANTS = ['registering', 'missing'];
const registers = ({ provider, registration }: PlacementFacts) =>
  registration === 'allowed' && (provider === 'missing' || provider === 'registered');
const hasProvider = (facts: PlacementFacts) => !registers(facts) && !PROVIDER_WANTS.includes(facts.provider);
/** What could not be read blocks nothing: Azure judges for itself. */
const hasRoom = ({ subnet, quota }: PlacementFacts) =>
  ['fits', 'tight', 'unobservable'].includes(subnet) && quota === 'free';

/** Summary for the endpoint's ladder: nothing that is known speaks against creating it where the spec says. */
export const placementOf = (facts: PlacementFacts): EndpointFacts['placement'] =>
  hasProvider(facts) && hasRoom(facts) ? 'fits' : 'not';

/** Where an endpoint may be placed: Provider → Room. Read before a creation; what is there already has a place. */
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
    subnetTight: is(({ subnet }) => subnet === 'tight'),
    quotaUsedUp: is(({ quota }) => quota === 'usedUp'),
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
            { target: '#placement.Room' },
          ],
        },
        Registering: doing('registerEndpointProvider', 'ProviderRegistering'),
        AwaitingRegistration: waiting('ProviderRegistering'),
        NotRegistered: stalled('ProviderNotRegistered'),
      },
    },
    Room: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'subnetMissing', target: 'NoSubnet' },
            { guard: 'subnetDelegated', target: 'Delegated' },
            { guard: 'subnetElsewhere', target: 'OtherRegion' },
            { guard: 'subnetFull', target: 'Full' },
            { guard: 'quotaUsedUp', target: 'QuotaUsedUp' },
            { guard: 'subnetTight', target: 'Tight' },
            { target: 'Fits' },
          ],
        },
        NoSubnet: stalled('SubnetNotFound'),
        Delegated: stalled('SubnetDelegated'),
        OtherRegion: stalled('SubnetInOtherRegion'),
        Full: stalled('SubnetFull'),
        QuotaUsedUp: stalled('EndpointQuotaReached'),
        Tight: ready('SubnetTight'),
        Fits: ready('PlacementFits'),
      },
    },
  },
});
