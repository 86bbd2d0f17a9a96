import { describe, expect, test } from '@jest/globals';
import type { OperatorErrorInit } from '../../../operator/errors.ts';
import { blocked, type World } from './fake-cloud.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  endpointId,
  HUB_NETWORK,
  live,
  SERVICE,
  SUBNET,
  SUBSCRIPTION,
  ZONE,
} from './living.ts';

type Case = {
  because: string;
  world?: (world: World) => void;
  spec?: Parameters<typeof aWorkspacePrivateLink>[0];
  reason: string;
  /** The whole sentence that a person reads first. */
  reads: string;
  /** Somebody follows the advice. */
  heal?: (world: World) => void;
};

const subnet = (change: Partial<{ location: string; delegations: string[] }>) => (world: World) => {
  const { location = 'westeurope', delegations = [] } = change;
  world.subnets.set(SUBNET.toLowerCase(), {
    location,
    subnet: { id: SUBNET, addressPrefixes: ['10.0.0.0/24'], delegations, provisioningState: 'Succeeded' },
  });
};

const sku = (name: string) => (world: World) => {
  world.capacities = [{ ...world.capacities[0]!, sku: name }];
};

const aService = (changes: object) => (world: World) =>
  void world.services.set(SERVICE.toLowerCase(), {
    id: SERVICE,
    name: 'given',
    tags: {},
    provisioningState: 'Succeeded',
    connections: [],
    ...changes,
  });

const credential: OperatorErrorInit = {
  ...blocked(
    'CredentialInvalid',
    'Secret "team/fabriclink-credentials" is refused by Entra: its client secret has expired',
    'write a new client secret into the Secret',
  ),
  status: 401,
};

const cases: Record<string, Case> = {
  'a workspace that does not exist': {
    because: 'it is not in the list, and the list holds restricted workspaces too',
    world: (world) => (world.workspaces = []),
    reason: 'WorkspaceNotFound',
    reads:
      'The workspace does not exist, or the identity has no role on it (cfafbeb1-8037-4d0c-896e-a46fb27ff227); check workspaceId, and give the identity the Admin role on the workspace; the operator looks again every ten minutes.',
    heal: (world) => (world.workspaces = aWorld().workspaces),
  },
  'a trial capacity': {
    because: 'workspace private links need an F SKU',
    world: sku('FT1'),
    reason: 'TrialCapacity',
    reads:
      'The workspace is on a trial capacity, which has no workspace private links (main (FT1)); assign the workspace to an F capacity; the operator looks again every ten minutes.',
    heal: sku('F64'),
  },
  'a P capacity': {
    because: 'workspace private links need an F SKU',
    world: sku('P1'),
    reason: 'PremiumCapacity',
    reads:
      'The workspace is on a P, EM or A capacity, which has no workspace private links (main (P1)); assign the workspace to an F capacity; the operator looks again every ten minutes.',
    heal: sku('F2'),
  },
  'a paused capacity': {
    because: 'most calls fail until it is resumed',
    world: (world) => (world.capacities = [{ ...world.capacities[0]!, state: 'Inactive' }]),
    reason: 'CapacityPaused',
    reads:
      'The capacity of the workspace is paused (main (F64)); resume the capacity in Azure; the operator looks again every ten minutes.',
    heal: (world) => (world.capacities = aWorld().capacities),
  },
  'a subscription without registration': {
    because: 'the spec does not allow us to register',
    world: (world) => (world.registrations['Microsoft.Fabric'] = 'NotRegistered'),
    reason: 'ProviderNotRegistered',
    reads: `The subscription lacks a resource provider (Microsoft.Fabric in ${SUBSCRIPTION}); run \`az provider register --subscription ${SUBSCRIPTION} --namespace Microsoft.Fabric\`, or set registerProviders to true; the operator looks again every ten minutes.`,
    heal: (world) => (world.registrations['Microsoft.Fabric'] = 'Registered'),
  },
  'a full subnet': {
    because: 'an endpoint takes five addresses',
    world: (world) => (world.freeAddresses = 3),
    reason: 'SubnetFull',
    reads:
      'Endpoint hub: the subnet has too few free addresses: an endpoint takes five, and ten should be reserved (3 addresses are free); free addresses in the subnet, or enlarge it; the operator looks again every ten minutes.',
    heal: (world) => (world.freeAddresses = 20),
  },
  'a delegated subnet': {
    because: 'it cannot host a private endpoint',
    world: subnet({ delegations: ['Microsoft.PowerPlatform/vnetaccesslinks'] }),
    reason: 'SubnetDelegated',
    reads:
      'Endpoint hub: the subnet is delegated to another service and cannot host a private endpoint (delegated to Microsoft.PowerPlatform/vnetaccesslinks); remove this endpoint and add one with another name in a subnet without delegation.',
    heal: subnet({}),
  },
  'a subnet of another region': {
    because: 'an endpoint is in the region of its network',
    world: subnet({ location: 'northeurope' }),
    reason: 'SubnetInOtherRegion',
    reads:
      'Endpoint hub: the network of the subnet is in another region than the endpoint (the network is in northeurope); remove this endpoint and add one with another name whose location is the network’s.',
    heal: subnet({}),
  },
  'two endpoints in one zone': {
    because: 'their zone groups would overwrite each other',
    spec: { endpoints: [anEndpoint('hub'), anEndpoint('spoke')] },
    reason: 'ZoneConflict',
    reads:
      "DNS of endpoint spoke: another endpoint of this workspace has this zone: their zone groups would overwrite each other's records; give each endpoint its own zone, or set dns.mode to Records on both.",
  },
  'a network that is linked to another zone': {
    because: 'Azure allows one zone of a name per network',
    world: (world) => {
      const other = ZONE.replace('/fabric/', '/central/');
      world.zones.set(other.toLowerCase(), {
        id: other,
        tags: {},
        numberOfRecordSets: 1,
        numberOfVirtualNetworkLinks: 1,
      });
      const link = {
        id: 'l',
        name: 'l',
        virtualNetworkId: HUB_NETWORK,
        registrationEnabled: false,
        fallbackToInternet: true,
        state: 'Completed',
        tags: {},
      };
      world.links.set(other.toLowerCase(), [link]);
    },
    reason: 'VnetLinkedElsewhere',
    reads: `DNS of endpoint hub: the network is linked to another zone of the same name, and Azure allows one (network ${HUB_NETWORK} is linked to zone ${ZONE.replace('/fabric/', '/central/')}); name that zone as dns.zoneId, or remove its link; the operator looks again every ten minutes.`,
    heal: (world) => world.links.clear(),
  },
  'a service name that belongs to another workspace': {
    because: 'a service cannot change its workspace',
    world: aService({ workspaceId: '99999999-9999-4999-8999-999999999999' }),
    reason: 'NameTaken',
    reads:
      'A private link service of this name belongs to another workspace (99999999-9999-4999-8999-999999999999); choose another service.name in a new object, or remove that service; the operator looks again every ten minutes.',
    heal: (world) => world.services.clear(),
  },
  'a service that another cluster owns': {
    because: 'its tag says so',
    world: aService({ tags: { 'fabriclink-owner': 'other.team.sales.uid' } }),
    reason: 'ForeignOwner',
    reads:
      'The tag fabriclink-owner says that another object, perhaps of another cluster, owns it (other.team.sales.uid); delete that object; if it no longer exists, remove the tag, or set adoptionPolicy to Always to take it over where it fits; the operator looks again every ten minutes.',
    heal: (world) => world.services.clear(),
  },
  'a private endpoint of the same name to somewhere else': {
    because: 'it is never changed and never deleted',
    world: (world) =>
      void world.endpoints.set(endpointId('pe-hub').toLowerCase(), {
        id: endpointId('pe-hub'),
        name: 'pe-hub',
        location: 'westeurope',
        tags: {},
        provisioningState: 'Succeeded',
        subnetId: SUBNET,
        networkInterfaceIds: [],
        connection: { mode: 'Manual', targetId: '/subscriptions/x/storage' },
      }),
    reason: 'AdoptionWouldChange',
    reads: `Endpoint hub: it exists already, was not made by this object, and is not as the spec says (its target is /subscriptions/x/storage, the spec says ${SERVICE}); make the spec say what exists, or remove what exists; where only tags differ, adoptionPolicy Always lets the operator correct them; the operator looks again every ten minutes.`,
    heal: (world) => world.endpoints.clear(),
  },
  'records of somebody else in the zone': {
    because: 'foreign records are reported, never overwritten',
    world: (world) => {
      world.zones.set(ZONE.toLowerCase(), {
        id: ZONE,
        tags: {},
        numberOfRecordSets: 1,
        numberOfVirtualNetworkLinks: 0,
      });
      world.records.set(ZONE.toLowerCase(), [
        { name: 'cfafbeb180374d0c896ea46fb27ff227.zcf.c', addresses: ['10.9.9.9'], metadata: {} },
      ]);
    },
    reason: 'ForeignRecords',
    reads:
      'DNS of endpoint hub: the names have answers in the zone that somebody else wrote, and they are never overwritten (record "cfafbeb180374d0c896ea46fb27ff227.zcf.c" holds 10.9.9.9, the endpoint has 10.0.77.5); remove those records, or use another zone; records that nobody marked as theirs, and that no zone group keeps, are taken over with adoptionPolicy Always; the operator looks again every ten minutes.',
    heal: (world) => world.records.clear(),
  },
  'an expired secret': {
    because: 'nothing can be observed without credentials',
    world: (world) => (world.refusals.credentials = credential),
    reason: 'CredentialInvalid',
    reads:
      'Secret "team/fabriclink-credentials" is refused by Entra: its client secret has expired; write a new client secret into the Secret.',
    heal: (world) => delete world.refusals.credentials,
  },
  'a role that is missing for reading': {
    because: 'what cannot be seen is neither made nor removed',
    world: (world) =>
      (world.refusals['services.list'] = blocked(
        'AuthorizationFailed',
        'the identity may not list private link services',
        'assign the role Contributor on the resource group',
      )),
    reason: 'ReadRefused',
    reads:
      'It cannot be read, and what cannot be seen is neither made nor removed (the private link services: the identity may not list private link services); assign the role Contributor on the resource group.',
    heal: (world) => delete world.refusals['services.list'],
  },
  'a role that is missing for writing': {
    because: 'role assignments arrive late, so it is tried again',
    world: (world) =>
      (world.refusals['endpoints.put'] = blocked(
        'AuthorizationFailed',
        'cannot create private endpoint "pe-hub": the identity may not join the subnet',
        'assign the role Network Contributor on the network',
      )),
    reason: 'AuthorizationFailed',
    reads:
      'Endpoint hub: cannot create private endpoint "pe-hub": the identity may not join the subnet; assign the role Network Contributor on the network.',
    heal: (world) => delete world.refusals['endpoints.put'],
  },
  'one requester, approved and rejected': {
    because: 'Reject outranks Approve, and the two contradict each other',
    spec: {
      connections: [
        { name: 'yes', source: { privateEndpointId: endpointId('x') }, decision: 'Approve' },
        { name: 'no', source: { privateEndpointId: endpointId('x').toUpperCase() }, decision: 'Reject' },
      ],
    },
    reason: 'DecisionsContradict',
    reads: `Connection yes: another entry of spec.connections rejects the same requester, and Reject outranks Approve (${endpointId('x')}); remove one of the two entries.`,
  },
};

describe('bad input', () => {
  test.each(Object.entries(cases))('%s', async (_, { world: change, spec, reason, reads, heal }) => {
    const world = aWorld();
    change?.(world);
    const living = live(world, aWorkspacePrivateLink(spec));
    for (let pass = 0; pass < 14; pass++) await living.pass();
    expect(living.nextStep()).toBe(reads);
    expect(living.condition('Ready')).toMatchObject({ status: 'False', reason, message: reads });
    expect(living.condition('Stalled')).toMatchObject({ status: 'True', reason });
    expect(living.events.filter((event) => event.type === 'Warning' && event.reason === reason)).toHaveLength(1);
    expect(living.rests.filter(({ poll }) => poll === 'never')).toEqual([]);
    const writes = world.writes.length;
    await living.pass();
    expect(world.writes).toHaveLength(writes);
    if (!heal) return;
    heal(world);
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
  });
});

describe('one owner', () => {
  test('the younger of two objects for one workspace stalls without a call, and takes over when the older is gone', async () => {
    const world = aWorld();
    const older = aWorkspacePrivateLink({}, { name: 'first', uid: 'uid-0', creationTimestamp: '2026-02-01T00:00:00Z' });
    const others = [older];
    const living = live(world, aWorkspacePrivateLink(), others);
    await living.settle();
    expect([...world.reads, ...world.writes]).toEqual([]);
    expect(living.nextStep()).toBe(
      'An older WorkspacePrivateLink names the same workspace and owns it (team/first); delete one of the two; this one does nothing until then.',
    );
    others.pop();
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
  });
});

describe('registering providers', () => {
  test('happens once for each provider and subscription, also where they are registered already', async () => {
    const world = aWorld({ registrations: { 'Microsoft.Fabric': 'NotRegistered', 'Microsoft.Network': 'Registered' } });
    const living = live(world, aWorkspacePrivateLink({ registerProviders: true }));
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
    expect(world.writes.filter((write) => write === 'providers.register')).toHaveLength(2);
  });
});

describe('what cannot be read', () => {
  test('is named, is Unknown, and holds up no creation', async () => {
    const world = aWorld();
    const refusal = blocked('InsufficientPrivileges', 'the identity is no capacity administrator', 'make it one');
    world.refusals['capacities.list'] = refusal;
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
    expect(living.condition('Eligible')).toMatchObject({
      status: 'Unknown',
      message:
        'Whether the workspace is on an active F capacity is not known (the capacities: the identity is no capacity administrator); this holds up nothing, Fabric judges for itself.',
    });
  });

  test('a passing trouble of the whole pass changes no condition', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    const before = living.report.conditions;
    world.refusals.credentials = { disposition: 'transient', reason: 'EntraUnavailable', message: 'no answer' };
    await living.pass();
    expect(living.report.conditions).toEqual(before);
  });
});
