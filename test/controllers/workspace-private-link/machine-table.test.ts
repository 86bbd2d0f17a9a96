import { describe, expect, test } from '@jest/globals';
import type {
  BreakGlassFacts,
  DnsFacts,
  EndpointFacts,
  EndpointRemovalFacts,
  InboundFacts,
  InboundReleaseFacts,
  PlacementFacts,
  ProofFacts,
  ServiceFacts,
} from '../../../controllers/workspace-private-link/fact-types.ts';
import { machines } from '../../../controllers/workspace-private-link/machine.ts';
import type { Effect } from '../../../controllers/workspace-private-link/types.ts';
import { type AnyFacts, restOf } from './rests.ts';

type Row<F> = { because: string; given: Partial<F>; phase: string; effect?: Effect };

const table = <F extends AnyFacts>(machine: keyof typeof machines, usual: F, rows: Record<string, Row<F>>) =>
  describe(`the ${machine} ladder`, () => {
    test.each(Object.entries(rows))('%s', (_, { given, phase, effect }) => {
      const rest = restOf(machines[machine], { ...usual, ...given });
      expect({ phase: rest.phase, effect: rest.effect }).toEqual({ phase, effect });
    });
  });

const service: ServiceFacts = {
  standing: 'clear',
  claimed: true,
  workspace: 'listed',
  capacity: 'eligible',
  provider: 'unobservable',
  registration: 'notAllowed',
  service: 'ours',
  provenance: 'created',
};

table<ServiceFacts>('service', service, {
  'rests when everything is there': { because: 'nothing is left to do', given: {}, phase: 'Connections.Settled' },
  'puts its finalizer on before anything else': {
    because: 'what is made before it could be left behind',
    given: { claimed: false, service: 'absent' },
    phase: 'Claim.Claiming',
    effect: 'claim',
  },
  'asks for the service when it is missing': {
    because: 'someone deleted it in the portal, and drift is only an unmet goal',
    given: { service: 'absent' },
    phase: 'Service.Creating',
    effect: 'putService',
  },
  'asks although nothing about eligibility is known': {
    because: 'few identities may read capacities, and Fabric judges for itself',
    given: { service: 'absent', workspace: 'unobservable', capacity: 'unobservable' },
    phase: 'Service.Creating',
    effect: 'putService',
  },
  'asks for no service that the tenant has no room for': {
    because: 'five hundred services a tenant',
    given: { service: 'noRoom', provider: 'settled' },
    phase: 'Service.QuotaUsedUp',
  },
  'registers a provider again where it may': {
    because: 'the documentation asks for one re-registration of Microsoft.Fabric',
    given: { service: 'absent', provider: 'registered', registration: 'allowed' },
    phase: 'Eligible.Registering',
    effect: 'registerServiceProvider',
  },
  'takes over what is exactly right': {
    because: 'adoptionPolicy IfIdentical',
    given: { service: 'untagged', provenance: 'none' },
    phase: 'Service.Adopting',
    effect: 'adoptService',
  },
  'leaves alone what would have to change': {
    because: 'adoptionPolicy IfIdentical',
    given: { service: 'differs', provenance: 'none' },
    phase: 'Service.Differs',
  },
});

const endpoint: EndpointFacts = {
  service: 'ready',
  placement: 'unread',
  endpoint: 'ready',
  provenance: 'created',
  hold: 'free',
  connection: 'approved',
  recreate: 'Never',
  listed: 'none',
};

table<EndpointFacts>('endpoint', endpoint, {
  'asks for the endpoint when it is missing': {
    because: 'someone deleted it in the portal, and drift is only an unmet goal',
    given: { endpoint: 'absent', connection: 'none', placement: 'fits' },
    phase: 'Request.Creating',
    effect: 'putEndpoint',
  },
  'creates nothing where it does not fit': {
    because: 'the placement ladder says what is missing',
    given: { endpoint: 'absent', connection: 'none', placement: 'not' },
    phase: 'Request.AwaitingPlacement',
  },
  'creates nothing where nobody has looked': {
    because: 'a creation rests on what was read in the same pass',
    given: { endpoint: 'absent', connection: 'none', placement: 'unread' },
    phase: 'Request.Unobservable',
  },
  'waits when the other side said no': {
    because: 'only a person can undo a rejection',
    given: { connection: 'rejected' },
    phase: 'Approval.Rejected',
  },
  'makes it anew after a rejection where the spec says so': {
    because: 'a rejected connection never recovers',
    given: { connection: 'rejected', recreate: 'OnRejection' },
    phase: 'Approval.Recreating',
    effect: 'deleteEndpoint',
  },
  'pauses when what it makes anew is rejected again each time': {
    because: 'something rejects by itself, and would go on for ever',
    given: { connection: 'rejected', recreate: 'paused' },
    phase: 'Approval.Paused',
  },
  'never deletes an adopted endpoint to make it anew': {
    because: 'it is not ours to delete',
    given: { connection: 'rejected', recreate: 'OnRejection', provenance: 'adopted' },
    phase: 'Approval.Rejected',
  },
  'holds a replacement back while it may be the only way in': {
    because: 'public access is denied, and no other endpoint is proven',
    given: { endpoint: 'outdated', hold: 'held' },
    phase: 'Request.Held',
  },
  'does not approve what the list rejects': {
    because: 'the list outranks every automatic approval',
    given: { connection: 'pending', listed: 'rejected' },
    phase: 'Approval.ListedReject',
  },
  'does not make anew what the list rejects': {
    because: 'it would only be rejected again',
    given: { connection: 'rejected', recreate: 'OnRejection', listed: 'rejected' },
    phase: 'Approval.ListedReject',
  },
  'reads an unknown connection status as not yet': {
    because: 'the enum is open',
    given: { connection: 'other' },
    phase: 'Approval.Undecided',
  },
});

const placement: PlacementFacts = {
  provider: 'settled',
  registration: 'notAllowed',
  subnet: 'fits',
  quota: 'free',
  gateway: 'none',
  check: 'ended',
};

table<PlacementFacts>('placement', placement, {
  'has nothing against a subnet with room': { because: 'all is known', given: {}, phase: 'Settled.Fits' },
  'has nothing against what it cannot read': {
    because: 'few identities may read all of it, and Azure judges for itself',
    given: { provider: 'unobservable', subnet: 'unobservable' },
    phase: 'Settled.Fits',
  },
  'registers what is missing where it may': {
    because: 'spec.registerProviders',
    given: { provider: 'missing', registration: 'allowed' },
    phase: 'Provider.Registering',
    effect: 'registerEndpointProvider',
  },
  'leaves registration to a person where it may not': {
    because: 'it changes the subscription for everybody',
    given: { provider: 'missing' },
    phase: 'Provider.NotRegistered',
  },
  'says that a subnet is full before Azure has to': {
    because: 'an endpoint takes five addresses',
    given: { subnet: 'full' },
    phase: 'Room.Full',
  },
  'says that a workspace has all its endpoints before Azure has to': {
    because: 'a hundred endpoints a workspace',
    given: { quota: 'usedUp' },
    phase: 'Room.QuotaUsedUp',
  },
  'creates in a subnet that is nearly full, and warns': {
    because: 'there is room; ten addresses are a recommendation',
    given: { subnet: 'tight' },
    phase: 'Settled.Tight',
  },
  'creates nothing in another network than the gateway': {
    because: 'the gateway would not reach it',
    given: { gateway: 'otherNetwork' },
    phase: 'Gateway.OtherNetwork',
  },
  'names the gateway before the delegation': {
    because: 'that a subnet is delegated says less than to whom',
    given: { gateway: 'ownSubnet', subnet: 'delegated' },
    phase: 'Gateway.OwnSubnet',
  },
  'trusts the spec about an on-premises gateway': {
    because: 'Fabric tells nothing about its network',
    given: { gateway: 'onPremises' },
    phase: 'Settled.OnPremises',
  },
  'is held up by no gateway that it does not understand': {
    because: 'types come, and reads fail',
    given: { gateway: 'unchecked' },
    phase: 'Settled.Unchecked',
  },
  'looks again soon while Fabric asks the gateway': {
    because: 'only the status waits for the answer',
    given: { gateway: 'fits', check: 'awaited' },
    phase: 'Settled.Asking',
  },
});

const dns: DnsFacts = {
  endpoint: 'approved',
  wanted: 'ZoneGroup',
  zone: 'present',
  links: 'met',
  records: 'met',
  hold: 'free',
};

table<DnsFacts>('dns', dns, {
  'rests when zone, links and records are in place': { because: 'all met', given: {}, phase: 'Records.InPlace' },
  'writes the extra records beside a zone group that is right': {
    because: 'Azure does not know them',
    given: { records: 'extra' },
    phase: 'Records.WritingRecord',
    effect: 'putRecord',
  },
  'does not move the zone group of the only way in': {
    because: 'the names would lead nowhere',
    given: { records: 'moved', hold: 'held' },
    phase: 'Records.Held',
  },
});

const proof: ProofFacts = { dns: 'inPlace', verify: 'ControlPlane', proof: 'proven' };

table<ProofFacts>('proof', proof, {
  'rests when the names lead to the endpoint': { because: 'proven', given: {}, phase: 'Verified.Proven' },
  'says loudly that nothing is proven when a person wrote None': {
    because: 'None is an answer, but no proof',
    given: { verify: 'None', proof: 'unobservable' },
    phase: 'Verified.Unverified',
  },
  'says nothing about names before there are records': {
    because: 'what names answer then is no news',
    given: { dns: 'notYet', proof: 'public' },
    phase: 'Records.AwaitingRecords',
  },
});

const inbound: InboundFacts = {
  standing: 'owner',
  wanted: 'Deny',
  inbound: 'Allow',
  record: 'missing',
  settle: 'unknown',
  lock: 'first',
  proof: 'sufficient',
  preflight: 'clear',
  policyWrite: 'proven',
  tenant: 'clear',
  path: 'notNeeded',
};

table<InboundFacts>('inbound', inbound, {
  'denies when everything holds': {
    because: 'all preconditions in one observation',
    given: {},
    phase: 'Preconditions.Denying',
    effect: 'denyInbound',
  },
  'proves first that it may write': {
    because: 'a missing right should show where it locks nobody out',
    given: { policyWrite: 'unproven' },
    phase: 'Preconditions.Rehearsing',
    effect: 'rehearsePolicy',
  },
  'waits for an endpoint': {
    because: 'never lock out without a proven way in',
    given: { proof: 'insufficient' },
    phase: 'Preconditions.NoProvenEndpoint',
  },
  'leaves a Deny in place although nothing allows it any more': {
    because: 'the preconditions guard the step, not the state',
    given: {
      inbound: 'Deny',
      record: 'recorded',
      settle: 'after',
      lock: 'relock',
      proof: 'insufficient',
      preflight: 'blocked',
      path: 'missing',
    },
    phase: 'Effective.Denied',
  },
  'does not call a door closed that the tenant holds open': {
    because: 'with the tenant setting off no restriction is enforced, whatever the policy shows',
    given: { inbound: 'Deny', record: 'recorded', settle: 'after', lock: 'relock', tenant: 'settingOff' },
    phase: 'Effective.Lifted',
  },
  'opens by break-glass what is closed, whoever closed it': {
    because: 'a person asks for it in so many words',
    given: { wanted: 'breakGlass', inbound: 'Deny', record: 'missing', proof: 'insufficient', tenant: 'unobservable' },
    phase: 'BreakGlass.Opening',
    effect: 'breakGlass',
  },
  'writes down how long it stands open by break-glass': {
    because: 'or the next pass would take it for opened by a rival',
    given: { wanted: 'breakGlass', record: 'missing' },
    phase: 'BreakGlass.Noting',
    effect: 'recordGlass',
  },
  'waits with an open door for the end of break-glass': {
    because: 'nothing is to be done until then',
    given: { wanted: 'breakGlass', record: 'recorded' },
    phase: 'BreakGlass.Open',
  },
  'stays open after break-glass when the way in is gone': {
    because: 'relocking has the same preconditions as locking',
    given: { lock: 'relock', proof: 'insufficient' },
    phase: 'Preconditions.RelockBlocked',
  },
  'does not open what somebody else closed': {
    because: 'only what we closed is ours to open',
    given: { wanted: 'Allow', inbound: 'Deny' },
    phase: 'Allow.DeniedByOthers',
  },
});

table<BreakGlassFacts>(
  'breakGlass',
  { wanted: 'Deny', request: 'open' },
  {
    'is granted where the spec says Deny': { because: 'there is a door to open', given: {}, phase: 'Request.Granted' },
    'has nothing to open where the spec says Allow': {
      because: 'whoever asks believes that the door is closed',
      given: { wanted: 'Allow' },
      phase: 'Request.NothingToOpen',
    },
    'has nothing to say about a time that is past': {
      because: 'it is over, whatever the spec says by now',
      given: { wanted: 'unmanaged', request: 'over' },
      phase: 'Request.Over',
    },
    'writes down a refusal before it says it': {
      because: 'the same words would come true by waiting',
      given: { request: 'tooFar' },
      phase: 'Request.Refusing',
      effect: 'refuseGlass',
    },
  },
);

const release: InboundReleaseFacts = {
  standing: 'owner',
  onDelete: 'Restore',
  inbound: 'Deny',
  before: 'Allow',
  denied: true,
  settle: 'unknown',
  call: 'unobservable',
};

table<InboundReleaseFacts>('inboundRelease', release, {
  'opens what was open before us': {
    because: 'onDelete is Restore',
    given: {},
    phase: 'Restore.Opening',
    effect: 'openInbound',
  },
  'never opens when it is not written down that it was open': {
    because: 'annotations may be lost',
    given: { before: 'missing' },
    phase: 'Restore.Released',
  },
  'goes on only when a call has succeeded': {
    because: 'the policy says Allow long before the doors open',
    given: { inbound: 'Allow', settle: 'after', call: 'restricted' },
    phase: 'Restore.StillRestricted',
  },
});

const removal: EndpointRemovalFacts = {
  gate: 'open',
  policy: 'DeleteCreated',
  provenance: 'created',
  records: 'none',
  zoneGroup: 'absent',
  endpoint: 'present',
  connection: 'left',
  zones: 'kept',
  noted: false,
};

table<EndpointRemovalFacts>('endpointRemoval', removal, {
  'deletes the endpoint after its records': {
    because: 'names should stop answering before the addresses do',
    given: { zoneGroup: 'created' },
    phase: 'Dns.DeletingZoneGroup',
    effect: 'deleteZoneGroup',
  },
  'deletes nothing before access is released': {
    because: 'the endpoint may be the only way in',
    given: { gate: 'awaitingAccess' },
    phase: 'Access.Opening',
  },
  'leaves an adopted endpoint': {
    because: 'DeleteCreated',
    given: { provenance: 'adopted' },
    phase: 'Forget.Gone',
  },
});
