import { setup } from 'xstate';
import { doing, leaf, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { EndpointFacts, PlacementFacts } from '../types.ts';

const is = (test: (facts: PlacementFacts) => boolean) => when<PlacementFacts>(test);

const PROVIDER_WANTS = ['registering', 'missing'];
const registers = ({ provider, registration }: PlacementFacts) =>
  registration === 'allowed' && (provider === 'missing' || provider === 'registered');
const hasProvider = (facts: PlacementFacts) => !registers(facts) && !PROVIDER_WANTS.includes(facts.provider);
const MISPLACED = ['otherNetwork', 'ownSubnet', 'notFound', 'notVisible'];
/** What could not be read blocks nothing: Azure judges for itself. */
const hasRoom = ({ subnet, quota }: PlacementFacts) =>
  ['fits', 'tight', 'unobservable'].includes(subnet) && quota === 'free';

/** Summary for the endpoint's ladder: nothing that is known speaks against creating it where the spec says. */
export const placementOf = (facts: PlacementFacts): EndpointFacts['placement'] =>
  hasProvider(facts) && !MISPLACED.includes(facts.gateway) && hasRoom(facts) ? 'fits' : 'not';

/**
 * Where an endpoint may be placed: Provider → Gateway → Room → Settled. What is there already has its place: of all this
 * only the gateway is still looked at then, and nothing but words follows from it.
 */
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
    gatewayElsewhere: is(({ gateway }) => gateway === 'otherNetwork'),
    gatewaySubnet: is(({ gateway }) => gateway === 'ownSubnet'),
    gatewayNotFound: is(({ gateway }) => gateway === 'notFound'),
    gatewayNotVisible: is(({ gateway }) => gateway === 'notVisible'),
    gatewayOnPremises: is(({ gateway }) => gateway === 'onPremises'),
    gatewayUnchecked: is(({ gateway }) => gateway === 'unchecked'),
    checkAwaited: is(({ check }) => check === 'awaited'),
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
            { target: '#placement.Gateway' },
          ],
        },
        Registering: doing('registerEndpointProvider', 'ProviderRegistering'),
        AwaitingRegistration: waiting('ProviderRegistering'),
        NotRegistered: stalled('ProviderNotRegistered'),
      },
    },
    Gateway: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'gatewayElsewhere', target: 'OtherNetwork' },
            { guard: 'gatewaySubnet', target: 'OwnSubnet' },
            { guard: 'gatewayNotFound', target: 'NotFound' },
            { guard: 'gatewayNotVisible', target: 'NotVisible' },
            { target: '#placement.Room' },
          ],
        },
        OtherNetwork: stalled('GatewayInOtherNetwork'),
        OwnSubnet: stalled('GatewaySubnet'),
        NotFound: stalled('GatewayNotFound'),
        NotVisible: stalled('GatewayNotVisible'),
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
            { target: '#placement.Settled' },
          ],
        },
        NoSubnet: stalled('SubnetNotFound'),
        Delegated: stalled('SubnetDelegated'),
        OtherRegion: stalled('SubnetInOtherRegion'),
        Full: stalled('SubnetFull'),
        QuotaUsedUp: stalled('EndpointQuotaReached'),
      },
    },
    Settled: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'subnetTight', target: 'Tight' },
            { guard: 'checkAwaited', target: 'Asking' },
            { guard: 'gatewayOnPremises', target: 'OnPremises' },
            { guard: 'gatewayUnchecked', target: 'Unchecked' },
            { target: 'Fits' },
          ],
        },
        Tight: ready('SubnetTight'),
        // Only the status waits for the answer.
        Asking: leaf('ready', 'GatewayAsked', 'slow'),
        OnPremises: ready('GatewayOnPremises'),
        Unchecked: ready('GatewayNotChecked'),
        Fits: ready('PlacementFits'),
      },
    },
  },
});
