import type { machines } from '../machine.ts';
import type {
  BreakGlassFacts,
  ConnectionFacts,
  DnsFacts,
  Effect,
  EndpointFacts,
  EndpointRemovalFacts,
  InboundFacts,
  ManagedConnectionFacts,
  NotesFacts,
  OutboundFacts,
  OutputsFacts,
  PlacementFacts,
  ProofFacts,
  RevocationFacts,
  ServiceFacts,
} from '../types.ts';

type Machine = keyof typeof machines;

/** Deletion is never planned: an object that is only observed is let go of at once. */
export type PlannedMachine = Exclude<Machine, 'inboundRelease' | 'serviceRemoval' | 'abandonment'>;

/** A new machine does not compile until its facts are named here, and its waits below. */
type FactsAt = {
  service: ServiceFacts;
  placement: PlacementFacts;
  endpoint: EndpointFacts;
  dns: DnsFacts;
  proof: ProofFacts;
  endpointRemoval: EndpointRemovalFacts;
  inbound: InboundFacts;
  outbound: OutboundFacts;
  outputs: OutputsFacts;
  breakGlass: BreakGlassFacts;
  connection: ConnectionFacts;
  managedConnection: ManagedConnectionFacts;
  revocation: RevocationFacts;
  notes: NotesFacts;
};

/** What closed facts do not say and the cloud's answer depends on. */
export type Circumstances = {
  /** The same effect has more to do after this one: another record, another link, another provider. */
  more: boolean;
  /** Surplus links, records or zones are still to be written on the rungs above. */
  left: { surplus: boolean; records: boolean; zones: boolean };
  /** The endpoint asks for a connection that Azure approves by itself. */
  auto: boolean;
};

type After<F> = (facts: F, circumstances: Circumstances) => Partial<F>;

/**
 * What a cloud looks like once an effect has succeeded and settled, by machine. An effect that has no entry for the
 * machine that rests at it fails the test that walks every observation; a new effect does not compile without one.
 */
export const AFTER: Record<Effect, { [M in PlannedMachine]?: After<FactsAt[M]> }> = {
  claim: { service: () => ({ claimed: true }) },
  registerServiceProvider: { service: (_, { more }) => ({ provider: more ? 'registered' : 'settled' }) },
  putService: { service: () => ({ service: 'ours', provenance: 'created' }) },
  // What differs is corrected next, and by now under our name.
  adoptService: {
    service: ({ service }) => ({ provenance: 'adopted', ...(service === 'takeable' && { service: 'drifted' }) }),
  },
  takeOverService: { service: () => ({ service: 'ours', provenance: 'taking' }) },
  patchServiceTags: { service: () => ({ service: 'ours' }) },
  registerEndpointProvider: { placement: (_, { more }) => ({ provider: more ? 'registered' : 'settled' }) },
  putEndpoint: {
    endpoint: ({ endpoint, connection }, { auto }) => ({
      endpoint: 'ready',
      ...(endpoint !== 'drifted' && { provenance: 'created' }),
      // A correction leaves the connection as it is.
      ...(endpoint !== 'drifted' && { connection: auto ? 'approved' : 'pending' }),
      ...(endpoint === 'drifted' && connection === 'unobservable' && { connection: 'pending' }),
    }),
  },
  adoptEndpoint: {
    endpoint: ({ endpoint }) => ({ provenance: 'adopted', ...(endpoint === 'takeable' && { endpoint: 'drifted' }) }),
  },
  takeOverEndpoint: { endpoint: () => ({ endpoint: 'ready', provenance: 'taking' }) },
  approveConnection: { endpoint: () => ({ connection: 'approved' }) },
  approveListed: { connection: () => ({ connection: 'approved' }) },
  rejectListed: { connection: (_, { more }) => (more ? {} : { connection: 'rejected' }) },
  noteMatch: { managedConnection: () => ({ settle: 'before' }) },
  forgetMatch: { managedConnection: () => ({ settle: 'none' }) },
  approveManaged: { managedConnection: () => ({ connection: 'approved', approval: 'fresh' }) },
  confirmApproval: { managedConnection: () => ({ approval: 'confirmed' }) },
  revokeUnconfirmed: { managedConnection: () => ({ connection: 'rejected', approval: 'revoked' }) },
  // Then there is no such connection, and no ladder about it.
  revokeUnlisted: { revocation: () => ({}) },
  closeApproval: { managedConnection: () => ({ approval: 'revoked' }) },
  renewNotes: { notes: () => ({ notes: 'current' }) },
  dropNotes: { notes: () => ({ notes: 'current' }) },
  // What stood there had a place, and its addresses are free again.
  deleteEndpoint: {
    endpoint: () => ({ endpoint: 'absent', connection: 'none', placement: 'fits' }),
    // The service goes on listing the connection, which then carries nothing (cloud-apis 9.2).
    endpointRemoval: () => ({ endpoint: 'absent', zoneGroup: 'absent' }),
  },
  deleteConnection: { endpointRemoval: () => ({ connection: 'none' }) },
  forgetEndpoint: { endpointRemoval: () => ({ noted: false }) },
  createZone: { dns: () => ({ zone: 'present' }) },
  noteZone: { dns: () => ({ zone: 'present' }) },
  noteLinks: { dns: () => ({ links: 'met' }) },
  putLink: { dns: (_, { more }) => (more ? {} : { links: 'inProgress' }) },
  deleteSurplusLink: { dns: (_, { more }) => (more ? {} : { links: 'met' }) },
  putZoneGroup: { dns: () => ({ records: 'provisioning' }) },
  deleteZoneGroup: {
    dns: () => ({ records: 'missing' }),
    endpointRemoval: () => ({ zoneGroup: 'absent' }),
  },
  putRecord: { dns: (_, { more }) => (more ? {} : { records: 'met' }) },
  deleteRecord: { endpointRemoval: (_, { more }) => (more ? {} : { records: 'none' }) },
  deleteLink: {
    endpointRemoval: (_, { more, left }) => (more ? {} : { zones: left.zones ? 'removable' : 'kept' }),
  },
  deleteZone: { endpointRemoval: (_, { more }) => (more ? {} : { zones: 'kept' }) },
  rehearsePolicy: { inbound: () => ({ policyWrite: 'proven' }) },
  denyInbound: { inbound: () => ({ inbound: 'Deny', settle: 'before' }) },
  openInbound: { inbound: () => ({ inbound: 'Allow', settle: 'before' }) },
  // Somebody else's Deny, of unknown age: there is nothing to be foretold of its coming into effect.
  recordDeny: { inbound: ({ settle }) => ({ record: 'recorded', ...(settle === 'unknown' && { settle: 'after' }) }) },
  applyOutbound: {
    outbound: ({ wanted }) => ({
      outbound: wanted === 'Deny' ? 'Deny' : 'Allow',
      record: 'recorded',
      settle: 'before',
    }),
  },
  recordOutbound: { outbound: () => ({ record: 'recorded' }) },
  withdrawOutputs: { outputs: () => ({ previous: 'none' }) },
  publishOutputs: { outputs: () => ({ target: 'current' }) },
  // Until when is a person's word: what comes then is another plan.
  breakGlass: { inbound: () => ({ inbound: 'Allow', record: 'recorded' }) },
  recordGlass: { inbound: () => ({ record: 'recorded' }) },
  refuseGlass: { breakGlass: () => ({ request: 'refused' }) },
  // Of deletion alone, which is not planned.
  deleteStaleConnection: {},
  deleteService: {},
  release: {},
  recordAllow: {},
  noteLoss: {},
  forgetLoss: {},
  recordAbandoned: {},
  releaseAbandoned: {},
};

/** other: another ladder has said what it waits for · person: only a person ends it · unread: nothing can be foretold. */
export type Wait<F> = After<F> | 'other' | 'person' | 'unread';

/** How each waiting leaf without an effect ends. Leaves that are missing here fail the test that walks every observation. */
export const WAITS: { [M in PlannedMachine]: Readonly<Record<string, Wait<FactsAt[M]>>> } = {
  service: {
    'Eligible.Assigning': () => ({ capacity: 'eligible' }),
    'Eligible.AwaitingRegistration': (_, { more }) => ({ provider: more ? 'registered' : 'settled' }),
    'Service.Provisioning': () => ({ service: 'ours' }),
    'Service.Unobservable': 'unread',
  },
  placement: {
    'Provider.AwaitingRegistration': (_, { more }) => ({ provider: more ? 'registered' : 'settled' }),
  },
  endpoint: {
    'Request.AwaitingService': 'other',
    'Request.AwaitingPlacement': 'other',
    'Request.Provisioning': ({ connection }, { auto }) => ({
      endpoint: 'ready',
      ...(['none', 'unobservable'].includes(connection) && { connection: auto ? 'approved' : 'pending' }),
    }),
    'Request.Unobservable': 'unread',
    'Approval.AwaitingConnection': (_, { auto }) => ({ connection: auto ? 'approved' : 'pending' }),
    'Approval.Unobservable': 'unread',
    // A status that this version does not know: who knows what becomes of it.
    'Approval.Undecided': 'person',
  },
  dns: {
    'Endpoint.AwaitingApproval': 'other',
    'Zone.Unobservable': 'unread',
    'Link.InProgress': (_, { left }) => ({ links: left.surplus ? 'surplus' : 'met' }),
    'Link.Unobservable': 'unread',
    'Records.Provisioning': ({ wanted }, { left }) => ({
      records: left.records ? (wanted === 'Records' ? 'missing' : 'extra') : 'met',
    }),
    'Records.AwaitingAddresses': () => ({ records: 'missing' }),
    'Records.Unobservable': 'unread',
  },
  proof: {
    'Records.AwaitingRecords': 'other',
    // Nothing is left to write, and still they answer this: caches perhaps, and perhaps a network that a person knows.
    'Verified.Public': 'person',
    'Verified.NxDomain': 'person',
    'Verified.Mismatch': 'person',
    'Verified.Timeout': 'person',
    'Verified.Mixed': 'person',
    'Verified.OtherEndpoint': 'person',
    'Verified.TenantLevel': 'person',
    'Verified.LikeTenantLevel': 'person',
    'Verified.OtherPrivate': 'person',
    'Verified.Hidden': 'person',
    'Verified.ServerFails': 'person',
    'Verified.Unobservable': 'unread',
  },
  endpointRemoval: {
    'Access.Opening': 'other',
    'Dns.Unobservable': 'unread',
    'Endpoint.AwaitingDeletion': () => ({ endpoint: 'absent' }),
    'Endpoint.Unobservable': 'unread',
    'Zone.Emptying': () => ({ zones: 'removable' }),
    'Zone.Unobservable': 'unread',
  },
  inbound: {
    'Policy.AwaitingService': 'other',
    'Policy.Unobservable': 'unread',
    'BreakGlass.Open': 'unread',
    'Allow.Settling': () => ({ settle: 'after' }),
    'Preconditions.Unread': 'unread',
    'Preconditions.NoProvenEndpoint': 'other',
    'Effective.Propagating': () => ({ settle: 'after' }),
  },
  outbound: {
    'Policy.AwaitingService': 'other',
    'Policy.Unobservable': 'unread',
    'Effective.Propagating': () => ({ settle: 'after' }),
  },
  breakGlass: {},
  connection: {
    'Service.AwaitingService': 'other',
    'Service.Unobservable': 'unread',
    'Approve.Undecided': 'person',
    'Reject.Undecided': 'person',
  },
  managedConnection: {
    'Service.AwaitingService': 'other',
    'Service.Unobservable': 'unread',
    'Confirmation.AwaitingEcho': () => ({ fabric: 'echoed' }),
    'Match.Undecided': 'person',
    'Settle.Unobservable': 'unread',
    'Settle.Undecided': 'person',
    'Settle.Untold': 'person',
    'Approval.Settling': () => ({ settle: 'after' }),
  },
  revocation: { 'Unlisted.AwaitingService': 'other' },
  notes: { 'Notes.Looking': () => ({ notes: 'over' }) },
  outputs: {
    'Withdraw.Unobservable': 'unread',
    'Publish.AwaitingService': 'other',
    'Publish.Unobservable': 'unread',
  },
};
