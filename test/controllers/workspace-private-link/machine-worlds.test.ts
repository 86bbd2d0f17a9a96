import { describe, expect, test } from '@jest/globals';
import {
  BREAK_GLASS_FACTS,
  type BreakGlassFacts,
  CONNECTION_FACTS,
  type ConnectionFacts,
  DNS_FACTS,
  type DnsFacts,
  ENDPOINT_FACTS,
  ENDPOINT_REMOVAL_FACTS,
  type EndpointFacts,
  type EndpointRemovalFacts,
  INBOUND_FACTS,
  INBOUND_RELEASE_FACTS,
  type InboundFacts,
  type InboundReleaseFacts,
  MANAGED_CONNECTION_FACTS,
  type ManagedConnectionFacts,
  NOTES_FACTS,
  type NotesFacts,
  OUTBOUND_FACTS,
  OUTPUTS_FACTS,
  type OutboundFacts,
  type OutputsFacts,
  PLACEMENT_FACTS,
  type PlacementFacts,
  PROOF_FACTS,
  type ProofFacts,
  SERVICE_FACTS,
  SERVICE_REMOVAL_FACTS,
  type ServiceFacts,
  type ServiceRemovalFacts,
} from '../../../controllers/workspace-private-link/fact-types.ts';
import { machines } from '../../../controllers/workspace-private-link/machine.ts';
import { type AnyFacts, everyObservation, type Resting, settle, walker } from './rests.ts';

/**
 * A small model of the world below each ladder: what an effect changes when it is not lost, and what time and the
 * cloud change by themselves. Whatever the first observation was, the ladder must come to rest with nothing more to
 * do, also when every second effect is lost.
 */
type Change<F> = Partial<F> | ((facts: F) => Partial<F>);
type World<F> = { acts: Record<string, Change<F>>; waits: Record<string, Change<F>> };

function changed<F extends AnyFacts>(facts: F, by: Change<F> | undefined): F {
  const changes: Partial<F> = typeof by === 'function' ? by(facts) : (by ?? {});
  for (const key in changes) if (facts[key] !== changes[key]) return { ...facts, ...changes };
  return facts;
}

function converges<F extends AnyFacts>(
  name: keyof typeof machines,
  domain: Readonly<Record<string, readonly (boolean | string)[]>>,
  world: World<F>,
  ends: (rest: Resting) => boolean,
) {
  const rests = walker<F>(machines[name]);
  test.each([
    ['losing nothing', 0],
    ['losing every second effect', 2],
  ])(`${name} settles from every world, %s`, (_, loseEvery) => {
    const act = (facts: F, effect: string) => changed(facts, world.acts[effect]);
    const wait = (facts: F, phase: string) => changed(facts, world.waits[phase]);
    const offenders: string[] = [];
    for (const start of everyObservation<F>(domain)) {
      const end = settle(rests, start, { act, wait }, loseEvery);
      if ((end === undefined || !ends(end)) && offenders.length < 3) {
        offenders.push(`${JSON.stringify(start)} → ${end?.phase ?? 'never settles'}`);
      }
    }
    expect(offenders).toEqual([]);
  });
}

/** Leaves in which a person may have to act, and waiting alone may be enough. */
const PROOFS_THAT_CACHES_EXPLAIN = [
  'Public',
  'Mixed',
  'OtherEndpoint',
  'TenantLevel',
  'LikeTenantLevel',
  'OtherPrivate',
  'Hidden',
  'NxDomain',
  'ServerFails',
  'Timeout',
  'Mismatch',
];

const REVOCABLE = { pending: 'rejected', approved: 'rejected' } as const;

const readyOrPerson = ({ tag, effect }: Resting) => effect === undefined && (tag === 'ready' || tag === 'stalled');

describe('upwards', () => {
  converges<ConnectionFacts>(
    'connection',
    CONNECTION_FACTS,
    {
      acts: {
        approveListed: { connection: 'approved' },
        rejectListed: ({ connection }) => ({
          connection: REVOCABLE[connection as keyof typeof REVOCABLE] ?? connection,
        }),
      },
      waits: {
        'Service.AwaitingService': { service: 'ready' },
        'Service.Unobservable': { connection: 'pending' },
        'Approve.Undecided': { connection: 'approved' },
        'Reject.Undecided': { connection: 'rejected' },
      },
    },
    readyOrPerson,
  );

  converges<ManagedConnectionFacts>(
    'managedConnection',
    MANAGED_CONNECTION_FACTS,
    {
      acts: {
        noteMatch: { settle: 'before' },
        forgetMatch: { settle: 'none' },
        approveManaged: { connection: 'approved', approval: 'fresh' },
        confirmApproval: { approval: 'confirmed' },
        revokeUnconfirmed: { connection: 'rejected', approval: 'revoked' },
        closeApproval: { approval: 'revoked' },
      },
      waits: {
        'Service.AwaitingService': { service: 'ready' },
        'Service.Unobservable': { match: 'one' },
        // The genuine one is echoed; an imitation's approval grows old.
        'Confirmation.AwaitingEcho': ({ fabric }) =>
          fabric === 'pending'
            ? { fabric: 'echoed' }
            : fabric === 'notAsked'
              ? { fabric: 'approved' }
              : { approval: 'overdue' },
        'Match.Undecided': { connection: 'pending' },
        'Settle.Unobservable': { fabric: 'pending' },
        'Settle.Untold': { fabric: 'pending' },
        'Settle.Undecided': { fabric: 'pending' },
        'Approval.Settling': { settle: 'after' },
      },
    },
    readyOrPerson,
  );

  converges<ServiceFacts>(
    'service',
    SERVICE_FACTS,
    {
      acts: {
        claim: { claimed: true },
        registerServiceProvider: { provider: 'settled' },
        putService: { service: 'ours', provenance: 'created' },
        adoptService: ({ service }) => ({
          provenance: 'adopted',
          service: service === 'takeable' ? 'drifted' : service,
        }),
        takeOverService: { service: 'ours', provenance: 'taking' },
        patchServiceTags: { service: 'ours' },
      },
      waits: {
        'Eligible.Assigning': { capacity: 'eligible' },
        'Eligible.AwaitingRegistration': { provider: 'settled' },
        'Service.Provisioning': { service: 'ours' },
        'Service.Unobservable': { service: 'absent' },
      },
    },
    readyOrPerson,
  );

  converges<EndpointFacts>(
    'endpoint',
    ENDPOINT_FACTS,
    {
      acts: {
        putEndpoint: { endpoint: 'ready', provenance: 'created', connection: 'pending' },
        adoptEndpoint: ({ endpoint }) => ({
          provenance: 'adopted',
          endpoint: endpoint === 'takeable' ? 'drifted' : endpoint,
        }),
        takeOverEndpoint: { endpoint: 'ready', provenance: 'taking' },
        approveConnection: { connection: 'approved' },
        deleteEndpoint: { endpoint: 'absent', connection: 'none' },
      },
      waits: {
        'Request.AwaitingService': { service: 'ready' },
        'Request.Provisioning': { endpoint: 'ready' },
        'Request.Unobservable': { endpoint: 'absent', placement: 'fits' },
        'Request.AwaitingPlacement': { placement: 'fits' },
        'Approval.AwaitingConnection': { connection: 'pending' },
        'Approval.Unobservable': { connection: 'pending' },
        'Approval.Undecided': { connection: 'approved' },
      },
    },
    readyOrPerson,
  );

  converges<NotesFacts>(
    'notes',
    NOTES_FACTS,
    {
      acts: { renewNotes: { notes: 'current' }, dropNotes: { notes: 'current' } },
      waits: { 'Notes.Looking': { notes: 'over' } },
    },
    readyOrPerson,
  );

  converges<PlacementFacts>(
    'placement',
    PLACEMENT_FACTS,
    {
      acts: { registerEndpointProvider: { provider: 'settled' } },
      waits: { 'Provider.AwaitingRegistration': { provider: 'settled' } },
    },
    readyOrPerson,
  );

  converges<DnsFacts>(
    'dns',
    DNS_FACTS,
    {
      acts: {
        createZone: { zone: 'unnoted' },
        noteZone: { zone: 'present' },
        noteLinks: { links: 'met' },
        putLink: { links: 'inProgress' },
        deleteSurplusLink: { links: 'met' },
        putZoneGroup: { records: 'provisioning' },
        deleteZoneGroup: { records: 'missing' },
        putRecord: { records: 'met' },
      },
      waits: {
        'Endpoint.AwaitingApproval': { endpoint: 'approved' },
        'Zone.Unobservable': { zone: 'absent' },
        'Link.InProgress': { links: 'met' },
        'Link.Unobservable': { links: 'missing' },
        'Records.Provisioning': { records: 'met' },
        'Records.AwaitingAddresses': { records: 'missing' },
        'Records.Unobservable': { records: 'missing' },
      },
    },
    readyOrPerson,
  );

  converges<ProofFacts>(
    'proof',
    PROOF_FACTS,
    {
      acts: {},
      waits: {
        'Records.AwaitingRecords': { dns: 'inPlace' },
        ...Object.fromEntries(
          PROOFS_THAT_CACHES_EXPLAIN.map((leaf) => [`Verified.${leaf}`, { proof: 'proven' } as const]),
        ),
        'Verified.Unobservable': { proof: 'proven' },
      },
    },
    readyOrPerson,
  );

  converges<InboundFacts>(
    'inbound',
    INBOUND_FACTS,
    {
      acts: {
        rehearsePolicy: { policyWrite: 'proven' },
        denyInbound: { inbound: 'Deny', settle: 'before' },
        recordDeny: { record: 'recorded', lock: 'relock', settle: 'before' },
        openInbound: { inbound: 'Allow', settle: 'before' },
        breakGlass: { inbound: 'Allow', record: 'recorded', lock: 'relock', settle: 'before' },
        recordGlass: { record: 'recorded' },
      },
      waits: {
        'Policy.AwaitingService': { standing: 'owner' },
        'Policy.Unobservable': { inbound: 'Allow' },
        'Preconditions.Unread': { tenant: 'clear' },
        'Allow.Settling': { settle: 'after' },
        'Preconditions.NoProvenEndpoint': { proof: 'sufficient' },
        'Effective.Propagating': { settle: 'after' },
        // The time is over.
        'BreakGlass.Open': { wanted: 'Deny', record: 'missing' },
      },
    },
    readyOrPerson,
  );

  converges<BreakGlassFacts>(
    'breakGlass',
    BREAK_GLASS_FACTS,
    { acts: { refuseGlass: { request: 'refused' } }, waits: {} },
    readyOrPerson,
  );

  converges<OutboundFacts>(
    'outbound',
    OUTBOUND_FACTS,
    {
      acts: {
        recordOutbound: { record: 'recorded' },
        applyOutbound: ({ wanted }) => ({ outbound: wanted === 'Deny' ? 'Deny' : 'Allow', settle: 'before' }),
      },
      waits: {
        'Policy.AwaitingService': { standing: 'owner' },
        'Policy.Unobservable': { outbound: 'Allow' },
        'Effective.Propagating': { settle: 'after' },
      },
    },
    readyOrPerson,
  );
});

describe('beside', () => {
  converges<OutputsFacts>(
    'outputs',
    OUTPUTS_FACTS,
    {
      acts: { publishOutputs: { target: 'current' }, withdrawOutputs: { previous: 'none' } },
      waits: {
        'Withdraw.Unobservable': { previous: 'left' },
        'Publish.AwaitingService': { service: 'ready' },
        'Publish.Unobservable': (facts) => ({
          content: 'known',
          target: facts.target === 'unobservable' ? 'absent' : facts.target,
        }),
      },
    },
    readyOrPerson,
  );
});

describe('downwards', () => {
  converges<InboundReleaseFacts>(
    'inboundRelease',
    INBOUND_RELEASE_FACTS,
    {
      acts: { openInbound: { inbound: 'Allow', denied: true, settle: 'before' }, recordAllow: { settle: 'before' } },
      waits: {
        'Restore.Unobservable': { inbound: 'Allow', call: 'answered' },
        'Restore.Settling': { settle: 'after' },
        'Restore.StillRestricted': { call: 'answered' },
      },
    },
    readyOrPerson,
  );

  converges<EndpointRemovalFacts>(
    'endpointRemoval',
    ENDPOINT_REMOVAL_FACTS,
    {
      acts: {
        deleteRecord: { records: 'none' },
        deleteZoneGroup: { zoneGroup: 'absent' },
        deleteEndpoint: { endpoint: 'deleting' },
        deleteConnection: { connection: 'none' },
        deleteLink: { zones: 'removable' },
        deleteZone: { zones: 'kept' },
        forgetEndpoint: { noted: false },
      },
      waits: {
        'Access.Opening': { gate: 'open' },
        'Dns.Unobservable': (facts) => ({
          records: facts.records === 'unobservable' ? 'ours' : facts.records,
          zoneGroup: facts.zoneGroup === 'unobservable' ? 'created' : facts.zoneGroup,
        }),
        'Endpoint.AwaitingDeletion': { endpoint: 'absent' },
        'Endpoint.Unobservable': (facts) => ({
          endpoint: facts.endpoint === 'unobservable' ? 'present' : facts.endpoint,
          connection: facts.connection === 'unobservable' ? 'left' : facts.connection,
        }),
        'Zone.Emptying': { zones: 'removable' },
        'Zone.Unobservable': { zones: 'linked' },
      },
    },
    ({ tag, effect }) => effect === undefined && (tag === 'gone' || tag === 'stalled'),
  );

  converges<ServiceRemovalFacts>(
    'serviceRemoval',
    SERVICE_REMOVAL_FACTS,
    {
      acts: {
        deleteStaleConnection: { connections: 'none' },
        deleteService: { service: 'deleting' },
        release: { claimed: false },
      },
      waits: {
        'Access.Opening': { access: 'released' },
        'Endpoints.Removing': { endpoints: 'gone' },
        'Service.AwaitingDeletion': { service: 'absent' },
        'Service.Unobservable': (facts) => ({
          service: facts.service === 'unobservable' ? 'present' : facts.service,
          connections: facts.connections === 'unobservable' ? 'stale' : facts.connections,
        }),
      },
    },
    ({ tag, effect }) => effect === undefined && (tag === 'gone' || tag === 'stalled'),
  );
});
