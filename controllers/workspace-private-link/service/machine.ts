import { setup } from 'xstate';
import { doing, leaf, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { ServiceFacts, ServiceRemovalFacts } from '../types.ts';

const is = (test: (facts: ServiceFacts) => boolean) => when<ServiceFacts>(test);
const present = ({ service, provenance }: ServiceFacts) =>
  service === 'ours' ||
  service === 'drifted' ||
  (service === 'untagged' && (provenance === 'created' || provenance === 'adopted'));

/** Endpoints may rest on the service: it is ours to use and there. Summary for the other ladders. */
export const serviceUsable = (facts: ServiceFacts): boolean =>
  facts.standing === 'clear' && facts.claimed && present(facts);

/** Claim → Eligible → Service → Connections. */
export const serviceMachine = setup({
  types: { context: {} as ServiceFacts, input: {} as ServiceFacts },
  guards: {
    anOlderObjectOwnsIt: is(({ standing }) => standing === 'older'),
    claimed: is(({ claimed }) => claimed),
    workspaceAbsent: is(({ workspace }) => workspace === 'absent'),
    noCapacity: is(({ capacity }) => capacity === 'none'),
    trialCapacity: is(({ capacity }) => capacity === 'trial'),
    premiumCapacity: is(({ capacity }) => capacity === 'premium'),
    otherCapacity: is(({ capacity }) => capacity === 'otherSku'),
    capacityPaused: is(({ capacity }) => capacity === 'inactive'),
    capacityAssigning: is(({ capacity }) => capacity === 'assigning'),
    providerRegistering: is(({ provider }) => provider === 'registering'),
    mayRegister: is(
      ({ provider, registration }) =>
        registration === 'allowed' && (provider === 'missing' || provider === 'registered'),
    ),
    providerMissing: is(({ provider }) => provider === 'missing'),
    present: is(present),
    drifted: is(({ service }) => service === 'drifted'),
    adoptable: is(
      ({ service, provenance }) => service === 'untagged' || (service === 'takeable' && provenance === 'none'),
    ),
    // Our mark has been written: what remains is to say that we did not make it.
    takenOver: is((facts) => present(facts) && facts.provenance === 'taking'),
    overwritable: is(
      ({ service, provenance }) => service === 'overwritable' && (provenance === 'none' || provenance === 'taking'),
    ),
    unadopted: is(({ service }) => service === 'unadopted'),
    absent: is(({ service }) => service === 'absent'),
    noRoom: is(({ service }) => service === 'noRoom'),
    provisioning: is(({ service }) => service === 'provisioning'),
    failedOurs: is(({ service, provenance }) => service === 'failed' && provenance === 'created'),
    failed: is(({ service }) => service === 'failed'),
    differs: is(
      ({ service, provenance }) => service === 'differs' || (service === 'takeable' && provenance !== 'none'),
    ),
    foreign: is(
      ({ service, provenance }) =>
        service === 'foreign' || (service === 'overwritable' && (provenance === 'created' || provenance === 'adopted')),
    ),
    taken: is(({ service }) => service === 'taken'),
    elsewhere: is(({ service }) => service === 'elsewhere'),
    refused: is(({ service }) => service === 'refused'),
    unmarked: is(({ service, provenance }) => service === 'untagged' && provenance === 'created'),
  },
}).createMachine({
  id: 'service',
  context: ({ input }) => input,
  initial: 'Claim',
  states: {
    Claim: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'anOlderObjectOwnsIt', target: 'Claimed' },
            { guard: 'claimed', target: '#service.Eligible' },
            { target: 'Claiming' },
          ],
        },
        Claimed: stalled('Claimed'),
        Claiming: doing('claim', 'Claiming', 'now'),
      },
    },
    Eligible: {
      initial: 'Check',
      states: {
        // What cannot be read blocks nothing here: Fabric and ARM judge the creation themselves.
        Check: {
          always: [
            { guard: 'workspaceAbsent', target: 'WorkspaceAbsent' },
            { guard: 'noCapacity', target: 'NoCapacity' },
            { guard: 'trialCapacity', target: 'Trial' },
            { guard: 'premiumCapacity', target: 'Premium' },
            { guard: 'otherCapacity', target: 'OtherCapacity' },
            { guard: 'capacityPaused', target: 'Paused' },
            { guard: 'capacityAssigning', target: 'Assigning' },
            { guard: 'mayRegister', target: 'Registering' },
            { guard: 'providerRegistering', target: 'AwaitingRegistration' },
            { guard: 'providerMissing', target: 'NotRegistered' },
            { target: '#service.Service' },
          ],
        },
        WorkspaceAbsent: stalled('WorkspaceNotFound'),
        NoCapacity: stalled('WorkspaceHasNoCapacity'),
        Trial: stalled('TrialCapacity'),
        Premium: stalled('PremiumCapacity'),
        OtherCapacity: stalled('UnsupportedCapacity'),
        Paused: stalled('CapacityPaused'),
        Assigning: waiting('CapacityAssigning'),
        Registering: doing('registerServiceProvider', 'ProviderRegistering'),
        AwaitingRegistration: waiting('ProviderRegistering'),
        NotRegistered: stalled('ProviderNotRegistered'),
      },
    },
    Service: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'refused', target: 'Refused' },
            { guard: 'foreign', target: 'Foreign' },
            { guard: 'taken', target: 'NameTaken' },
            { guard: 'elsewhere', target: 'Elsewhere' },
            { guard: 'differs', target: 'Differs' },
            { guard: 'noRoom', target: 'QuotaUsedUp' },
            { guard: 'unadopted', target: 'Unadopted' },
            { guard: 'overwritable', target: 'TakingOver' },
            { guard: 'takenOver', target: 'Adopting' },
            { guard: 'absent', target: 'Creating' },
            { guard: 'provisioning', target: 'Provisioning' },
            { guard: 'failedOurs', target: 'Repairing' },
            { guard: 'failed', target: 'Failed' },
            { guard: 'drifted', target: 'Correcting' },
            { guard: 'present', target: '#service.Connections' },
            { guard: 'adoptable', target: 'Adopting' },
            { target: 'Unobservable' },
          ],
        },
        Refused: stalled('ReadRefused'),
        Foreign: stalled('ForeignOwner'),
        NameTaken: stalled('NameTaken'),
        Elsewhere: stalled('ServiceElsewhere'),
        Differs: stalled('AdoptionWouldChange'),
        QuotaUsedUp: stalled('ServiceQuotaReached'),
        Unadopted: stalled('AdoptionNever'),
        TakingOver: doing('takeOverService', 'TakingOver'),
        Creating: doing('putService', 'ServiceCreating'),
        Provisioning: waiting('ServiceProvisioning'),
        // The same PUT again, slowly: a failed service may be repaired by it, and nothing else repairs one.
        Repairing: doing('putService', 'ServiceFailed', 'slow'),
        Failed: stalled('ServiceFailed'),
        Correcting: doing('patchServiceTags', 'CorrectingDrift'),
        Adopting: doing('adoptService', 'Adopting', 'now'),
        Unobservable: waiting('Unobservable'),
      },
    },
    Connections: {
      initial: 'Check',
      states: {
        Check: {
          always: [{ guard: 'unmarked', target: 'Unmarked' }, { target: 'Settled' }],
        },
        // Noted as made by us, and without our tag: whose it is, a person says. Endpoints go on resting on it.
        Unmarked: stalled('OwnerTagMissing'),
        Settled: ready('ServiceReady'),
      },
    },
  },
});

const gone = (test: (facts: ServiceRemovalFacts) => boolean) => when<ServiceRemovalFacts>(test);
const mayDelete = ({ policy, provenance }: ServiceRemovalFacts) =>
  (policy === 'DeleteCreated' && provenance === 'created') || (policy === 'DeleteAll' && provenance !== 'none');

/** Access → Endpoints → Connections → Service → Release. What was not written down as ours is never deleted. */
export const serviceRemovalMachine = setup({
  types: { context: {} as ServiceRemovalFacts, input: {} as ServiceRemovalFacts },
  guards: {
    released: gone(({ claimed }) => !claimed),
    accessPending: gone(({ access }) => access === 'pending'),
    endpointsLeft: gone(({ endpoints }) => endpoints === 'left'),
    keeps: gone((facts) => !mayDelete(facts) || facts.service === 'foreign'),
    serviceAbsent: gone(({ service }) => service === 'absent'),
    serviceDeleting: gone(({ service }) => service === 'deleting'),
    serviceRefused: gone(({ service }) => service === 'refused'),
    serviceUnobservable: gone(({ service }) => service === 'unobservable'),
    unmarked: gone(({ service, policy }) => service === 'unmarked' && policy === 'DeleteCreated'),
    live: gone(({ connections }) => connections === 'live'),
    stale: gone(({ connections }) => connections === 'stale'),
    connectionsUnobservable: gone(({ connections }) => connections === 'unobservable'),
  },
}).createMachine({
  id: 'serviceRemoval',
  context: ({ input }) => input,
  initial: 'Access',
  states: {
    Access: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'released', target: '#serviceRemoval.Release.Gone' },
            { guard: 'accessPending', target: 'Opening' },
            { target: '#serviceRemoval.Endpoints' },
          ],
        },
        Opening: waiting('AwaitingAccess', 'slow'),
      },
    },
    Endpoints: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'endpointsLeft', target: 'Removing' },
            { guard: 'keeps', target: '#serviceRemoval.Release' },
            { target: '#serviceRemoval.Service' },
          ],
        },
        Removing: waiting('AwaitingEndpoints', 'slow'),
      },
    },
    Service: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'serviceAbsent', target: '#serviceRemoval.Release' },
            { guard: 'serviceRefused', target: 'Refused' },
            { guard: 'serviceUnobservable', target: 'Unobservable' },
            { guard: 'serviceDeleting', target: 'AwaitingDeletion' },
            { guard: 'unmarked', target: 'Unmarked' },
            { guard: 'live', target: 'InUse' },
            { guard: 'connectionsUnobservable', target: 'Unobservable' },
            { guard: 'stale', target: 'RemovingConnection' },
            { target: 'Deleting' },
          ],
        },
        Refused: stalled('ReadRefused'),
        Unobservable: waiting('Unobservable'),
        AwaitingDeletion: waiting('ServiceDeleting'),
        Unmarked: stalled('OwnerTagMissing'),
        InUse: stalled('ConnectionsRemain'),
        RemovingConnection: doing('deleteStaleConnection', 'ConnectionsRemain'),
        Deleting: doing('deleteService', 'ServiceDeleting'),
      },
    },
    Release: {
      initial: 'Releasing',
      states: {
        Releasing: doing('release', 'Releasing', 'now'),
        Gone: leaf('gone', 'Released', 'never'),
      },
    },
  },
});
