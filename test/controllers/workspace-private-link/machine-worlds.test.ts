import { describe, expect, test } from '@jest/globals';
import {
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
  OUTBOUND_FACTS,
  type OutboundFacts,
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
type World<F> = {
  acts: Record<string, Partial<F> | ((facts: F) => Partial<F>)>;
  waits: (facts: F, phase: string) => Partial<F>;
};

const change = <F extends AnyFacts>(facts: F, changes: Partial<F>): F => {
  const entries = Object.entries(changes).filter(([key, value]) => facts[key] !== value);
  return entries.length === 0 ? facts : { ...facts, ...Object.fromEntries(entries) };
};

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
    const act = (facts: F, effect: string) => {
      const result = world.acts[effect] ?? {};
      return change(facts, typeof result === 'function' ? result(facts) : result);
    };
    const wait = (facts: F, phase: string) => change(facts, world.waits(facts, phase));
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

const readyOrPerson = ({ tag, effect }: Resting) => effect === undefined && (tag === 'ready' || tag === 'stalled');

describe('upwards', () => {
  converges<ServiceFacts>(
    'service',
    SERVICE_FACTS,
    {
      acts: {
        claim: { claimed: true },
        registerServiceProvider: { provider: 'settled' },
        putService: { service: 'ours', provenance: 'created' },
        adoptService: { provenance: 'adopted' },
        patchServiceTags: { service: 'ours' },
      },
      waits: (_, phase) =>
        ({
          'Eligible.Assigning': { capacity: 'eligible' as const },
          'Eligible.AwaitingRegistration': { provider: 'settled' as const },
          'Service.Provisioning': { service: 'ours' as const },
          'Service.Unobservable': { service: 'absent' as const },
        })[phase] ?? {},
    },
    readyOrPerson,
  );

  converges<EndpointFacts>(
    'endpoint',
    ENDPOINT_FACTS,
    {
      acts: {
        registerEndpointProvider: { provider: 'settled' },
        putEndpoint: { endpoint: 'ready', provenance: 'created', connection: 'pending' },
        adoptEndpoint: { provenance: 'adopted' },
        approveConnection: { connection: 'approved' },
        deleteEndpoint: { endpoint: 'absent', connection: 'none' },
      },
      waits: (_, phase) =>
        ({
          'Request.AwaitingService': { service: 'ready' as const },
          'Request.Provisioning': { endpoint: 'ready' as const },
          'Request.Unobservable': { endpoint: 'absent' as const },
          'Placement.AwaitingRegistration': { provider: 'settled' as const },
          'Approval.AwaitingConnection': { connection: 'pending' as const },
          'Approval.Unobservable': { connection: 'pending' as const },
          'Approval.Undecided': { connection: 'approved' as const },
        })[phase] ?? {},
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
        putLink: { links: 'inProgress' },
        deleteSurplusLink: { links: 'met' },
        putZoneGroup: { records: 'provisioning' },
        putRecord: { records: 'met' },
      },
      waits: (_, phase) =>
        ({
          'Endpoint.AwaitingApproval': { endpoint: 'approved' as const },
          'Zone.Unobservable': { zone: 'absent' as const },
          'Link.InProgress': { links: 'met' as const },
          'Link.Unobservable': { links: 'missing' as const },
          'Records.Provisioning': { records: 'met' as const },
          'Records.AwaitingAddresses': { records: 'missing' as const },
          'Records.Unobservable': { records: 'missing' as const },
          'Verified.Public': { proof: 'proven' as const },
          'Verified.NxDomain': { proof: 'proven' as const },
          'Verified.Mismatch': { proof: 'proven' as const },
          'Verified.Timeout': { proof: 'proven' as const },
          'Verified.Unobservable': { proof: 'proven' as const },
        })[phase] ?? {},
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
      },
      waits: (_, phase) =>
        ({
          'Policy.AwaitingService': { standing: 'owner' as const },
          'Policy.Unobservable': { inbound: 'Allow' as const },
          'Allow.Settling': { settle: 'after' as const },
          'Preconditions.NoProvenEndpoint': { proof: 'sufficient' as const },
          'Effective.Propagating': { settle: 'after' as const },
        })[phase] ?? {},
    },
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
      waits: (_, phase) =>
        ({
          'Policy.AwaitingService': { standing: 'owner' as const },
          'Policy.Unobservable': { outbound: 'Allow' as const },
          'Effective.Propagating': { settle: 'after' as const },
        })[phase] ?? {},
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
      waits: (_, phase) =>
        ({
          'Restore.Unobservable': { inbound: 'Allow' as const, call: 'answered' as const },
          'Restore.Settling': { settle: 'after' as const },
          'Restore.StillRestricted': { call: 'answered' as const },
        })[phase] ?? {},
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
        deleteLink: { links: 'none' },
        deleteZone: { zone: 'kept' },
        forgetEndpoint: { noted: false },
      },
      waits: (facts, phase) =>
        ({
          'Access.Opening': { gate: 'open' as const },
          'Dns.Unobservable': {
            records: facts.records === 'unobservable' ? ('ours' as const) : facts.records,
            zoneGroup: facts.zoneGroup === 'unobservable' ? ('created' as const) : facts.zoneGroup,
          },
          'Endpoint.AwaitingDeletion': { endpoint: 'absent' as const },
          'Endpoint.Unobservable': {
            endpoint: facts.endpoint === 'unobservable' ? ('present' as const) : facts.endpoint,
            connection: facts.connection === 'unobservable' ? ('left' as const) : facts.connection,
          },
          'Zone.Unobservable': {
            links: facts.links === 'unobservable' ? ('ours' as const) : facts.links,
            zone: facts.zone === 'unobservable' ? ('removable' as const) : facts.zone,
          },
        })[phase] ?? {},
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
      waits: (facts, phase) =>
        ({
          'Access.Opening': { access: 'released' as const },
          'Endpoints.Removing': { endpoints: 'gone' as const },
          'Service.AwaitingDeletion': { service: 'absent' as const },
          'Service.Unobservable': {
            service: facts.service === 'unobservable' ? ('present' as const) : facts.service,
            connections: facts.connections === 'unobservable' ? ('stale' as const) : facts.connections,
          },
        })[phase] ?? {},
    },
    ({ tag, effect }) => effect === undefined && (tag === 'gone' || tag === 'stalled'),
  );
});
