import { setup } from 'xstate';
import { doing, leaf, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { EndpointFacts, EndpointRemovalFacts } from '../types.ts';

const is = (test: (facts: EndpointFacts) => boolean) => when<EndpointFacts>(test);
const ours = ({ endpoint, provenance }: EndpointFacts) =>
  endpoint === 'ready' ||
  endpoint === 'drifted' ||
  (endpoint === 'untagged' && (provenance === 'created' || provenance === 'adopted'));
const broken = ({ connection }: EndpointFacts) => connection === 'rejected' || connection === 'disconnected';
/** Noted as made by us, and without our tag: whose it is, a person says. What it carries is relied on, nothing of it is changed. */
const unmarked = ({ endpoint, provenance }: EndpointFacts) => endpoint === 'untagged' && provenance === 'created';
/** Only what we made ourselves is ever deleted to be made anew, and never the last way in. */
const replaceable = ({ provenance, hold }: EndpointFacts) => provenance === 'created' && hold === 'free';

/** Requested and approved: DNS may rest on it. */
export const endpointApproved = (facts: EndpointFacts): boolean =>
  facts.service === 'ready' && ours(facts) && facts.connection === 'approved' && facts.listed === 'none';

/** Request → Approval. Zone, link, records and proof are the dns ladder of the same endpoint. */
export const endpointMachine = setup({
  types: { context: {} as EndpointFacts, input: {} as EndpointFacts },
  guards: {
    serviceNotReady: is(({ service }) => service === 'notReady'),
    noCredentials: is(({ endpoint }) => endpoint === 'noCredentials'),
    ours: is(ours),
    absentFits: is(({ endpoint, placement }) => endpoint === 'absent' && placement === 'fits'),
    absentUnfit: is(({ endpoint, placement }) => endpoint === 'absent' && placement === 'not'),
    provisioning: is(({ endpoint }) => endpoint === 'provisioning'),
    drifted: is(({ endpoint }) => endpoint === 'drifted'),
    failedOurs: is(({ endpoint, provenance }) => endpoint === 'failed' && provenance === 'created'),
    failed: is(({ endpoint }) => endpoint === 'failed'),
    outdatedReplaceable: is(
      (facts) => facts.endpoint === 'outdated' && replaceable(facts) && facts.placement === 'fits',
    ),
    // Better an endpoint where the spec does not want it than none.
    outdatedUnfit: is((facts) => facts.endpoint === 'outdated' && replaceable(facts)),
    outdatedHeld: is(({ endpoint, hold }) => endpoint === 'outdated' && hold === 'held'),
    outdatedOrDiffers: is(
      ({ endpoint, provenance }) =>
        endpoint === 'outdated' || endpoint === 'differs' || (endpoint === 'takeable' && provenance !== 'none'),
    ),
    adoptable: is(
      ({ endpoint, provenance }) => endpoint === 'untagged' || (endpoint === 'takeable' && provenance === 'none'),
    ),
    // Our mark has been written: what remains is to say that we did not make it.
    takenOver: is((facts) => ours(facts) && facts.provenance === 'taking'),
    overwritable: is(
      ({ endpoint, provenance }) => endpoint === 'overwritable' && (provenance === 'none' || provenance === 'taking'),
    ),
    unadopted: is(({ endpoint }) => endpoint === 'unadopted'),
    foreign: is(
      ({ endpoint, provenance }) =>
        endpoint === 'foreign' ||
        (endpoint === 'overwritable' && (provenance === 'created' || provenance === 'adopted')),
    ),
    refused: is(({ endpoint }) => endpoint === 'refused'),
    unmarked: is(unmarked),
    listedReject: is(({ listed }) => listed === 'rejected'),
    approved: is(({ connection }) => connection === 'approved'),
    pending: is(({ connection }) => connection === 'pending'),
    brokenReplaceable: is((facts) => broken(facts) && facts.recreate === 'OnRejection' && replaceable(facts)),
    brokenPaused: is((facts) => broken(facts) && facts.recreate === 'paused' && facts.provenance === 'created'),
    rejected: is(({ connection }) => connection === 'rejected'),
    disconnected: is(({ connection }) => connection === 'disconnected'),
    notShown: is(({ connection }) => connection === 'none'),
    connectionUnobservable: is(({ connection }) => connection === 'unobservable'),
  },
}).createMachine({
  id: 'endpoint',
  context: ({ input }) => input,
  initial: 'Request',
  states: {
    Request: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            // A Secret takes a person: said at once, whatever else is still being made.
            { guard: 'noCredentials', target: 'NoCredentials' },
            { guard: 'serviceNotReady', target: 'AwaitingService' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'foreign', target: 'Foreign' },
            { guard: 'outdatedHeld', target: 'Held' },
            { guard: 'outdatedReplaceable', target: 'Replacing' },
            { guard: 'outdatedUnfit', target: 'AwaitingPlacement' },
            { guard: 'outdatedOrDiffers', target: 'Differs' },
            { guard: 'unadopted', target: 'Unadopted' },
            { guard: 'overwritable', target: 'TakingOver' },
            { guard: 'takenOver', target: 'Adopting' },
            { guard: 'provisioning', target: 'Provisioning' },
            { guard: 'failedOurs', target: 'Repairing' },
            { guard: 'failed', target: 'Failed' },
            { guard: 'drifted', target: 'Correcting' },
            { guard: 'absentFits', target: 'Creating' },
            { guard: 'absentUnfit', target: 'AwaitingPlacement' },
            { guard: 'ours', target: '#endpoint.Approval' },
            { guard: 'adoptable', target: 'Adopting' },
            { target: 'Unobservable' },
          ],
        },
        NoCredentials: leaf('stalled', 'CredentialMissing', 'person'),
        AwaitingService: waiting('AwaitingService', 'slow'),
        Refused: stalled('ReadRefused'),
        Foreign: stalled('ForeignOwner'),
        Held: stalled('HeldByDeny'),
        Replacing: doing('deleteEndpoint', 'EndpointReplacing'),
        Differs: stalled('AdoptionWouldChange'),
        Unadopted: stalled('AdoptionNever'),
        TakingOver: doing('takeOverEndpoint', 'TakingOver'),
        Provisioning: waiting('EndpointProvisioning'),
        Repairing: doing('putEndpoint', 'EndpointFailed', 'slow'),
        Failed: stalled('EndpointFailed'),
        Correcting: doing('putEndpoint', 'CorrectingDrift'),
        // What is missing for it, the placement ladder says, and looks again at its own pace.
        AwaitingPlacement: waiting('AwaitingPlacement', 'slow'),
        Creating: doing('putEndpoint', 'EndpointCreating'),
        Adopting: doing('adoptEndpoint', 'Adopting', 'now'),
        Unobservable: waiting('Unobservable'),
      },
    },
    Approval: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unmarked', target: 'Unmarked' },
            { guard: 'listedReject', target: 'ListedReject' },
            { guard: 'approved', target: 'Approved' },
            { guard: 'pending', target: 'Approving' },
            { guard: 'brokenReplaceable', target: 'Recreating' },
            { guard: 'brokenPaused', target: 'Paused' },
            { guard: 'rejected', target: 'Rejected' },
            { guard: 'disconnected', target: 'Disconnected' },
            { guard: 'notShown', target: 'AwaitingConnection' },
            { guard: 'connectionUnobservable', target: 'Unobservable' },
            { target: 'Undecided' },
          ],
        },
        Unmarked: stalled('OwnerTagMissing'),
        // The list outranks every approval of our own; the ladder of the entry rejects, or says what holds it back.
        ListedReject: stalled('ListedReject'),
        Approved: ready('Approved'),
        Approving: doing('approveConnection', 'ApprovalPending'),
        Recreating: doing('deleteEndpoint', 'EndpointReplacing'),
        Paused: stalled('RecreationPaused'),
        Rejected: stalled('ConnectionRejected'),
        Disconnected: stalled('ConnectionDisconnected'),
        AwaitingConnection: waiting('AwaitingConnection'),
        Unobservable: waiting('Unobservable'),
        // A status that this version does not know reads as "not yet".
        Undecided: waiting('ApprovalPending', 'person'),
      },
    },
  },
});

const left = (test: (facts: EndpointRemovalFacts) => boolean) => when<EndpointRemovalFacts>(test);
const mayWrite = ({ policy }: EndpointRemovalFacts) => policy !== 'Retain';
const mayDelete = ({ policy, provenance, endpoint }: EndpointRemovalFacts) =>
  endpoint !== 'foreign' &&
  ((policy === 'DeleteCreated' && provenance === 'created') || (policy === 'DeleteAll' && provenance !== 'none'));

/** DeleteAll takes what was adopted too; else a note alone makes nothing ours to delete. */
const unmarkedLeft = (facts: EndpointRemovalFacts) =>
  facts.policy === 'DeleteCreated' && facts.provenance === 'created' && facts.endpoint === 'unmarked';

/** Nothing of this endpoint remains that is ours to remove. Summary for the service's removal. */
export const endpointRemoved = (facts: EndpointRemovalFacts): boolean =>
  !mayWrite(facts) ||
  (facts.gate === 'open' &&
    facts.records === 'none' &&
    (facts.zoneGroup === 'absent' || facts.zoneGroup === 'other') &&
    (!mayDelete(facts) || (facts.endpoint === 'absent' && facts.connection === 'none')) &&
    facts.zones === 'kept');

/** The endpoint ladder downwards: Access → Records → ZoneGroup → Endpoint → Connection → Links → Zone → Forget. */
export const endpointRemovalMachine = setup({
  types: { context: {} as EndpointRemovalFacts, input: {} as EndpointRemovalFacts },
  guards: {
    removed: left(endpointRemoved),
    awaitingAccess: left(({ gate }) => gate === 'awaitingAccess'),
    lastProof: left(({ gate }) => gate === 'lastProof'),
    noCredentials: left(({ endpoint }) => endpoint === 'noCredentials'),
    recordsLeft: left(({ records }) => records === 'ours'),
    recordsUnobservable: left(({ records }) => records === 'unobservable'),
    zoneGroupLeft: left(({ zoneGroup }) => zoneGroup === 'created'),
    zoneGroupUnobservable: left(({ zoneGroup }) => zoneGroup === 'unobservable'),
    keepsEndpoint: left((facts) => !mayDelete(facts)),
    endpointUnmarked: left(unmarkedLeft),
    endpointLeft: left(({ endpoint }) => endpoint === 'present' || endpoint === 'unmarked'),
    endpointDeleting: left(({ endpoint }) => endpoint === 'deleting'),
    endpointRefused: left(({ endpoint }) => endpoint === 'refused'),
    endpointUnobservable: left(({ endpoint }) => endpoint === 'unobservable'),
    connectionLeft: left(({ connection }) => connection === 'left'),
    connectionUnobservable: left(({ connection }) => connection === 'unobservable'),
    linksLeft: left(({ zones }) => zones === 'linked'),
    zoneLeft: left(({ zones }) => zones === 'removable'),
    zoneEmptying: left(({ zones }) => zones === 'emptying'),
    zonesWithoutCredentials: left(({ zones }) => zones === 'noCredentials'),
    noted: left(({ noted }) => noted),
  },
}).createMachine({
  id: 'endpointRemoval',
  context: ({ input }) => input,
  initial: 'Access',
  states: {
    Access: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'removed', target: '#endpointRemoval.Forget' },
            { guard: 'awaitingAccess', target: 'Opening' },
            { guard: 'lastProof', target: 'Held' },
            { target: '#endpointRemoval.Dns' },
          ],
        },
        Opening: waiting('AwaitingAccess', 'slow'),
        Held: stalled('HeldByDeny'),
      },
    },
    Dns: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'noCredentials', target: 'NoCredentials' },
            { guard: 'recordsLeft', target: 'DeletingRecord' },
            { guard: 'recordsUnobservable', target: 'Unobservable' },
            { guard: 'zoneGroupLeft', target: 'DeletingZoneGroup' },
            { guard: 'zoneGroupUnobservable', target: 'Unobservable' },
            { target: '#endpointRemoval.Endpoint' },
          ],
        },
        NoCredentials: leaf('stalled', 'CredentialMissing', 'person'),
        DeletingRecord: doing('deleteRecord', 'RecordsDeleting', 'now'),
        DeletingZoneGroup: doing('deleteZoneGroup', 'RecordsDeleting'),
        Unobservable: waiting('Unobservable'),
      },
    },
    Endpoint: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'keepsEndpoint', target: '#endpointRemoval.Zone' },
            { guard: 'endpointRefused', target: 'Refused' },
            { guard: 'endpointUnobservable', target: 'Unobservable' },
            { guard: 'endpointUnmarked', target: 'Unmarked' },
            { guard: 'endpointLeft', target: 'Deleting' },
            { guard: 'endpointDeleting', target: 'AwaitingDeletion' },
            { guard: 'connectionUnobservable', target: 'Unobservable' },
            { guard: 'connectionLeft', target: 'DeletingConnection' },
            { target: '#endpointRemoval.Zone' },
          ],
        },
        Refused: stalled('ReadRefused'),
        Unobservable: waiting('Unobservable'),
        Unmarked: stalled('OwnerTagMissing'),
        Deleting: doing('deleteEndpoint', 'EndpointDeleting'),
        AwaitingDeletion: waiting('EndpointDeleting'),
        DeletingConnection: doing('deleteConnection', 'ConnectionsRemain'),
      },
    },
    Zone: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'linksLeft', target: 'DeletingLink' },
            { guard: 'zoneLeft', target: 'DeletingZone' },
            { guard: 'zonesWithoutCredentials', target: 'NoCredentials' },
            { guard: 'zoneEmptying', target: 'Emptying' },
            { target: 'Unobservable' },
          ],
        },
        NoCredentials: leaf('stalled', 'CredentialMissing', 'person'),
        DeletingLink: doing('deleteLink', 'LinkDeleting'),
        DeletingZone: doing('deleteZone', 'ZoneDeleting'),
        Emptying: waiting('ZoneEmptying'),
        Unobservable: waiting('Unobservable'),
      },
    },
    Forget: {
      initial: 'Check',
      states: {
        Check: { always: [{ guard: 'noted', target: 'Forgetting' }, { target: 'Gone' }] },
        Forgetting: doing('forgetEndpoint', 'Releasing', 'now'),
        Gone: leaf('gone', 'Released', 'rest'),
      },
    },
  },
});
