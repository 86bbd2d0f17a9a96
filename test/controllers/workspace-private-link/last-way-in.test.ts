import { describe, expect, test } from '@jest/globals';
import type { PrivateEndpoint } from '../../../operator/clients/arm/types.ts';
import { addressesOf } from './fake-cloud.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  DENY,
  endpointId,
  HUB_NETWORK,
  live,
  MINUTE_MS,
  remove,
  SERVICE,
  SUBNET,
  ZONE,
} from './living.ts';

const SPOKE_NETWORK = HUB_NETWORK.replace(/hub$/, 'spoke');
const idIn = (group: string, name: string) => endpointId(name).replace('/fabric/', `/${group}/`);
const spokeId = idIn('spoke', 'pe-spoke');

/** In a resource group, and so with a zone, of its own. */
const spoke = () =>
  anEndpoint('spoke', {
    resourceGroup: 'spoke',
    dns: {
      ...anEndpoint('x').dns!,
      virtualNetworkLinks: [{ virtualNetworkId: SPOKE_NETWORK, fallbackToInternet: true }],
    },
  });
const rejectSpoke = {
  name: 'spoke',
  source: { privateEndpointId: spokeId },
  decision: 'Reject' as const,
};

async function settled(spec: Parameters<typeof aWorkspacePrivateLink>[0]) {
  const world = aWorld();
  const living = live(world, aWorkspacePrivateLink(spec));
  await living.settle();
  world.nowMs += 31 * MINUTE_MS;
  await living.settle();
  world.writes.length = 0;
  return { world, living };
}

const rejections = (writes: readonly string[]) => writes.filter((write) => write === 'connections.Rejected');
const remember = (world: ReturnType<typeof aWorld>) => {
  const { answers, lagging: _, ...known } = world;
  world.lagging = { ...structuredClone(known), answers };
};

describe('whoever is to be cut off by the list, while shared lists lag', () => {
  test('stays, when the other proven endpoint is gone and only an old list still shows it', async () => {
    const { world, living } = await settled({ inbound: DENY, endpoints: [anEndpoint('hub'), spoke()] });
    expect(world.policy.inbound).toBe('Deny');
    remember(world);
    world.endpoints.delete(endpointId('pe-hub').toLowerCase());
    living.change(({ spec }) => (spec.connections = [rejectSpoke]));
    await living.pass();
    expect(rejections(world.writes)).toEqual([]);
    expect(living.rest('connection/spoke')).toBe('Reject.Held');
  });

  test('stays, when somebody has closed the workspace since the policy was read', async () => {
    const { world, living } = await settled({ endpoints: [spoke()] });
    remember(world);
    world.policy = { inbound: 'Deny', outbound: 'Allow', etag: '"2"' };
    living.change(({ spec }) => (spec.connections = [rejectSpoke]));
    await living.pass();
    expect(rejections(world.writes)).toEqual([]);
    expect(living.rest('connection/spoke')).toBe('Reject.Held');
  });
});

describe('the first denial', () => {
  test('rests on fresh proofs, also when the policy could not be read at first', async () => {
    const { world, living } = await settled({ endpoints: [anEndpoint('hub')] });
    remember(world);
    world.endpoints.delete(endpointId('pe-hub').toLowerCase());
    living.change(({ spec }) => (spec.inbound = DENY));
    world.refusals['policy.get'] = { disposition: 'transient', reason: 'ServiceFailure', message: 'try again' };
    const push = world.reads.push.bind(world.reads);
    world.reads.push = (...operations) => {
      // The second question of the same pass is answered.
      if (operations.includes('endpoints.list')) delete world.refusals['policy.get'];
      return push(...operations);
    };
    await living.pass();
    expect(world.writes.filter((write) => write.startsWith('policy.put'))).toEqual([]);
  });
});

describe('an endpoint that must be made anew in another subnet', () => {
  const moved = (subnetId: string) => anEndpoint('elsewhere', { resourceName: 'pe-hub', subnetId });

  test('is not deleted before its new place is known to fit', async () => {
    const { world, living } = await settled({});
    living.change(({ spec }) => (spec.endpoints = [moved(`${HUB_NETWORK}/subnets/nowhere`)]));
    await living.settle();
    expect(world.writes).not.toContain('endpoints.delete');
    expect(world.endpoints.get(endpointId('pe-hub').toLowerCase())?.subnetId).toBe(SUBNET);
    expect(living.condition('Stalled')).toMatchObject({ status: 'True', reason: 'SubnetNotFound' });
  });

  test('is deleted and made anew where it fits', async () => {
    const { world, living } = await settled({});
    const other = `${HUB_NETWORK}/subnets/other`;
    const place = world.subnets.get(SUBNET.toLowerCase())!;
    world.subnets.set(other.toLowerCase(), { ...place, subnet: { ...place.subnet, id: other } });
    living.change(({ spec }) => (spec.endpoints = [moved(other)]));
    await living.settle();
    expect(world.endpoints.get(endpointId('pe-hub').toLowerCase())?.subnetId).toBe(other);
    expect(living.condition('Ready').status).toBe('True');
  });

  test('does not need free addresses in the subnet that it leaves and enters', async () => {
    const { world, living } = await settled({});
    world.freeAddresses = 0;
    living.change(
      ({ spec }) => (spec.endpoints = [anEndpoint('again', { resourceName: 'pe-hub', connectionMode: 'Auto' })]),
    );
    await living.pass();
    expect(world.writes).toContain('endpoints.delete');
  });
});

describe('what was there before and was taken over', () => {
  const adoptedEndpoint = (tags: Record<string, string> = {}): PrivateEndpoint => ({
    id: endpointId('pe-hub'),
    name: 'pe-hub',
    location: 'westeurope',
    tags,
    provisioningState: 'Succeeded',
    subnetId: SUBNET,
    networkInterfaceIds: [`${endpointId('pe-hub')}-nic`],
    connection: { mode: 'Manual', targetId: SERVICE },
  });

  test('an adopted endpoint keeps its zone group when the object goes, also after its records were repaired', async () => {
    const { world, living } = await settled({ endpoints: [anEndpoint('hub')] });
    // As if somebody else had made the endpoint with its zone group, and this object had found them.
    world.endpoints.set(endpointId('pe-hub').toLowerCase(), adoptedEndpoint());
    living.change(({ metadata }) => {
      const kept = Object.entries(metadata.annotations ?? {}).filter(
        ([key]) => !/fabriclink\.dev\/(endpoint|zone-group)\./.test(key),
      );
      metadata.annotations = Object.fromEntries(kept);
    });
    await living.settle();
    expect(Object.values(living.resource.metadata.annotations ?? {}).join()).toContain('adopted');
    world.records.set(ZONE.toLowerCase(), world.records.get(ZONE.toLowerCase())!.slice(1));
    await living.settle();
    expect(world.writes).toContain('zoneGroups.put');
    expect(world.records.get(ZONE.toLowerCase())).toHaveLength(5);
    remove(living);
    await living.settle();
    expect(world.writes).not.toContain('zoneGroups.delete');
    expect(world.zoneGroups.size).toBe(1);
  });

  test('an endpoint that bears our mark, of which no note says how, is not deletable because its tags were corrected', async () => {
    const { world, living } = await settled({ endpoints: [anEndpoint('hub', { tags: { team: 'data' } })] });
    living.change(({ metadata }) => (metadata.annotations = {}));
    const known = world.endpoints.get(endpointId('pe-hub').toLowerCase())!;
    world.endpoints.set(endpointId('pe-hub').toLowerCase(), { ...known, tags: { ...known.tags, team: 'others' } });
    await living.settle();
    expect(world.endpoints.get(endpointId('pe-hub').toLowerCase())?.tags['team']).toBe('data');
    remove(living);
    await living.settle();
    expect(world.writes).not.toContain('endpoints.delete');
  });
});

describe('a deletion', () => {
  test('takes no endpoint away while a denial is noted as under way and the spec says nothing about it', async () => {
    const { world, living } = await settled({ inbound: DENY });
    expect(world.policy.inbound).toBe('Deny');
    living.change(({ metadata, spec }) => {
      // Denied, and the operator died before it wrote down that it saw the lock.
      const { 'fabriclink.dev/locked': _, ...kept } = metadata.annotations!;
      metadata.annotations = kept;
      delete spec.inbound;
    });
    remove(living);
    await living.settle();
    expect(world.writes).not.toContain('endpoints.delete');
    expect(living.rest('removal/hub')).toBe('Access.Held');
  });
});

describe('one endpoint in place of another, in a zone that both write into', () => {
  const records = (name: string) => anEndpoint(name, { dns: { ...anEndpoint('x').dns!, mode: 'Records' } });
  const answers = (world: ReturnType<typeof aWorld>) =>
    (world.records.get(ZONE.toLowerCase()) ?? []).map(({ addresses }) => addresses.length);

  test('the old one is still answered with while it is held as the only proven way in', async () => {
    const { world, living } = await settled({ inbound: DENY, endpoints: [records('hub')] });
    expect(world.policy.inbound).toBe('Deny');
    // The new one proves nothing: nobody may be cut off because of it.
    const unproven = anEndpoint('new', {
      dns: { ...anEndpoint('x').dns!, mode: 'Records', verify: { mode: 'None', timeoutSeconds: 5 } },
    });
    living.change(({ spec }) => (spec.endpoints = [unproven]));
    await living.settle();
    expect(living.rest('removal/hub')).toBe('Access.Held');
    expect(world.endpoints.has(endpointId('pe-hub').toLowerCase())).toBe(true);
    const held = world.records.get(ZONE.toLowerCase()) ?? [];
    expect(held).toHaveLength(5);
    for (const { addresses } of held) expect(addresses.length).toBe(2);
  });

  test('the old one goes once the new one is proven, and its addresses with it', async () => {
    const { world, living } = await settled({ inbound: DENY, endpoints: [records('hub')] });
    living.change(({ spec }) => (spec.endpoints = [records('new')]));
    await living.settle();
    world.nowMs += 5 * MINUTE_MS;
    await living.settle();
    expect([...world.endpoints.keys()]).toEqual([endpointId('pe-new').toLowerCase()]);
    expect(answers(world)).toEqual([1, 1, 1, 1, 1]);
    expect(living.condition('Ready').status).toBe('True');
  });
});

describe('one endpoint in place of another, in another network', () => {
  const moved = async (links: readonly string[], spec = {}) => {
    const { living } = await settled({ inbound: DENY, ...spec });
    const dns = {
      ...anEndpoint('x').dns!,
      virtualNetworkLinks: links.map((virtualNetworkId) => ({ virtualNetworkId, fallbackToInternet: true })),
    };
    living.change((object) => (object.spec.endpoints = [{ ...spoke(), dns }]));
    await living.pass();
    const shown = living.report.status.endpoints as { name: string; message: string }[];
    return { living, message: shown.find(({ name }) => name === 'hub')!.message };
  };

  test('says while it is held, when a person can still think again, whose clients lose their names', async () => {
    const { living, message } = await moved([SPOKE_NETWORK]);
    expect(living.rest('removal/hub')).toBe('Access.Held');
    expect(message).toContain('with it clients in "hub" lose the private names and are refused');
  });

  test('says nothing of the kind where the network is linked by an endpoint that stays', async () => {
    expect((await moved([SPOKE_NETWORK, HUB_NETWORK])).message).not.toContain('lose the private names');
  });

  test('speaks of no refusal where the door is open', async () => {
    const { message } = await moved([SPOKE_NETWORK], { inbound: undefined });
    expect(message).toContain('clients in "hub" lose the private names;');
  });
});

describe('records of nobody that lead elsewhere, under adoptionPolicy Always', () => {
  test('are not taken over while the workspace is closed and nothing is a proven way in', async () => {
    for (const mode of ['Records', 'ZoneGroup'] as const) {
      const world = aWorld({ policy: { inbound: 'Deny', outbound: 'Allow', etag: '"1"' } });
      const id = SERVICE.split('fabriclink-')[1]!.replaceAll('-', '');
      const name = `${id}.z${id.slice(0, 2)}.w.api`;
      const theirs = { name, addresses: ['10.9.0.4'], metadata: {} };
      world.zones.set(ZONE.toLowerCase(), {
        id: ZONE,
        tags: {},
        numberOfRecordSets: 2,
        numberOfVirtualNetworkLinks: 0,
      });
      world.records.set(ZONE.toLowerCase(), [theirs]);
      const hub = anEndpoint('hub', { dns: { ...anEndpoint('x').dns!, mode } });
      const living = live(world, aWorkspacePrivateLink({ endpoints: [hub], adoptionPolicy: 'Always' }));
      await living.settle();
      expect(living.rest('dns/hub')).toBe('Records.Held');
      expect(world.records.get(ZONE.toLowerCase())).toEqual([theirs]);
      world.policy = { inbound: 'Allow', outbound: 'Allow', etag: '"2"' };
      await living.settle();
      expect(world.records.get(ZONE.toLowerCase())).toHaveLength(5);
      expect(world.records.get(ZONE.toLowerCase())).not.toContainEqual(theirs);
    }
  });
});

describe('a link by which a name server proves the way in', () => {
  test('is held while the workspace is closed, though somebody else has a network linked to the zone', async () => {
    const verify = { mode: 'Resolve' as const, timeoutSeconds: 5 };
    const hub = anEndpoint('hub', { dns: { ...anEndpoint('x').dns!, zoneId: ZONE, verify } });
    const world = aWorld();
    world.zones.set(ZONE.toLowerCase(), { id: ZONE, tags: {}, numberOfRecordSets: 1, numberOfVirtualNetworkLinks: 1 });
    const theirs = {
      id: `${ZONE}/virtualNetworkLinks/theirs`,
      name: 'theirs',
      virtualNetworkId: SPOKE_NETWORK,
      registrationEnabled: false,
      fallbackToInternet: true,
      state: 'Completed',
      tags: {},
    };
    world.links.set(ZONE.toLowerCase(), [theirs]);
    world.answers = (name) => {
      const found = addressesOf(world, endpointId('pe-hub')).find(({ fqdns }) => fqdns[0] === name);
      return found ? { kind: 'addresses', addresses: [found.address] } : { kind: 'nxdomain' };
    };
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY, endpoints: [hub] }));
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    living.change(({ spec }) => (spec.endpoints[0]!.dns!.virtualNetworkLinks = []));
    world.nowMs += 40 * MINUTE_MS;
    await living.settle();
    expect(living.rest('dns/hub')).toBe('Link.Held');
    expect(world.links.get(ZONE.toLowerCase())).toHaveLength(2);
  });
});

describe('a workspace that break-glass has left open', () => {
  test('is not called closed by what is written down when the object is let go without credentials', async () => {
    const { world, living } = await settled({ inbound: DENY });
    const until = new Date(world.nowMs + 60 * MINUTE_MS).toISOString();
    living.change(({ metadata }) => (metadata.annotations!['fabriclink.dev/break-glass'] = until));
    await living.settle();
    expect(world.policy.inbound).toBe('Allow');
    world.refusals['credentials'] = {
      disposition: 'blocked',
      reason: 'CredentialMissing',
      message: 'no credentials',
      remedy: 'create some',
    };
    living.change(({ metadata }) => (metadata.annotations!['fabriclink.dev/abandon'] = 'yes'));
    remove(living);
    await living.settle();
    expect(living.released).toBe(true);
    const left = living.ledger.flatMap((entry) => entry.left).join();
    expect(left).toContain('OPEN by break-glass');
    expect(left).not.toContain('Deny');
  });
});

describe('a workspace whose private link service another cluster has taken over', () => {
  async function takenOver() {
    const { world, living } = await settled({ inbound: DENY });
    expect(world.policy.inbound).toBe('Deny');
    const service = world.services.get(SERVICE.toLowerCase())!;
    const tags = { ...service.tags, 'fabriclink-owner': 'other.team.sales.uid-9' };
    world.services.set(SERVICE.toLowerCase(), { ...service, tags });
    return { world, living };
  }

  test('is not opened by the spec of the former owner', async () => {
    const { world, living } = await takenOver();
    living.change(({ spec }) => (spec.inbound = { publicAccess: 'Allow', requires: 'ControlPlane' }));
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    expect(living.condition('Stalled').reason).toBe('ForeignOwner');
  });

  test('is not opened by the deletion of the former owner, which takes no way in away either', async () => {
    const { world, living } = await takenOver();
    remove(living);
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    expect(world.endpoints.size).toBe(1);
    expect(living.rest('removal/hub')).toBe('Access.Held');
    living.change(({ spec }) => (spec.inbound = { publicAccess: 'Deny', requires: 'ControlPlane', onDelete: 'Keep' }));
    await living.settle();
    expect(living.released).toBe(true);
    expect([world.policy.inbound, world.services.size, world.endpoints.size]).toEqual(['Deny', 1, 0]);
  });

  test('is opened by its break-glass all the same: a person asks for it', async () => {
    const { world, living } = await takenOver();
    const until = new Date(world.nowMs + 60 * MINUTE_MS).toISOString();
    living.change(({ metadata }) => (metadata.annotations!['fabriclink.dev/break-glass'] = until));
    await living.settle();
    expect(world.policy.inbound).toBe('Allow');
  });
});

describe('an approval of a managed private endpoint that Fabric has not confirmed', () => {
  const source = '0e1b2c3d-8037-4d0c-896e-a46fb27ff227';
  const group = '12345678-1111-4111-8111-111111111111';
  const id = `/subscriptions/${group}/resourceGroups/vnet-12345678-westeurope-01-rg/providers/Microsoft.Network/privateEndpoints/${source}.reports`;
  const entry = {
    name: 'reports',
    source: { managedPrivateEndpoint: { workspaceId: source, name: 'reports' } },
    decision: 'Approve' as const,
  };

  test('does not outlive its entry, whatever connectionsPolicy says', async () => {
    const { world, living } = await settled({ endpoints: [], connections: [entry] });
    const service = world.services.get(SERVICE.toLowerCase())!;
    const asked = { id: `${SERVICE}/c`, name: 'reports', privateEndpointId: id, status: 'Pending', description: '' };
    world.services.set(SERVICE.toLowerCase(), { ...service, connections: [asked] });
    world.managedEndpoints = [
      {
        id: 'm',
        name: 'reports',
        targetId: SERVICE,
        provisioningState: 'Provisioning',
        connection: { status: 'Pending' },
      },
    ];
    await living.settle();
    world.nowMs += 11 * MINUTE_MS;
    await living.settle();
    const status = () => world.services.get(SERVICE.toLowerCase())!.connections[0]!.status;
    expect(status()).toBe('Approved');
    living.change(({ spec }) => (spec.connections = []));
    await living.settle();
    expect(status()).toBe('Rejected');
    expect(Object.keys(living.resource.metadata.annotations!).join()).not.toContain('match.');
  });
});

describe('two zone groups in one zone of a closed workspace', () => {
  const CENTRAL = ZONE.replace('/fabric/', '/central/');
  const inCentral = (name: string) =>
    anEndpoint(name, { dns: { ...anEndpoint('x').dns!, zoneId: CENTRAL, virtualNetworkLinks: [] } });

  /** The first moves into the zone where the second is: it has the zone by its place in the list. */
  const aSharedZone = async () => {
    const world = aWorld();
    world.zones.set(CENTRAL.toLowerCase(), {
      id: CENTRAL,
      tags: {},
      numberOfRecordSets: 1,
      numberOfVirtualNetworkLinks: 1,
    });
    world.links.set(CENTRAL.toLowerCase(), [
      {
        id: 'x',
        name: 'by-hand',
        virtualNetworkId: HUB_NETWORK,
        registrationEnabled: false,
        fallbackToInternet: true,
        state: 'Completed',
        tags: {},
      },
    ]);
    const first = { ...anEndpoint('first'), dns: { ...anEndpoint('x').dns!, virtualNetworkLinks: [] } };
    const living = live(
      world,
      aWorkspacePrivateLink({ inbound: DENY, endpoints: [first, inCentral('second'), spoke()] }),
    );
    await living.settle();
    world.nowMs += 31 * MINUTE_MS;
    living.change(({ spec }) => (spec.endpoints = [inCentral('first'), inCentral('second'), spoke()]));
    await living.settle();
    living.change(({ spec }) => (spec.endpoints = [inCentral('first'), inCentral('second')]));
    await living.settle();
    expect([world.policy.inbound, living.rest('proof/first'), living.rest('dns/second')]).toEqual([
      'Deny',
      'Verified.Proven',
      'Zone.Conflict',
    ]);
    return { world, living };
  };
  const names = (world: ReturnType<typeof aWorld>) => (world.records.get(CENTRAL.toLowerCase()) ?? []).length;

  test('neither goes while the other is the way in: with its group it would take the names of both', async () => {
    const { world, living } = await aSharedZone();
    living.change(({ spec }) => (spec.endpoints = [inCentral('first')]));
    await living.settle();
    expect([names(world), living.rest('removal/second')]).toEqual([5, 'Access.Held']);
    living.change(({ spec }) => (spec.endpoints = [inCentral('first'), spoke()]));
    await living.settle();
    expect([names(world), living.condition('Ready').status]).toEqual([5, 'True']);
    expect(world.endpoints.has(endpointId('pe-second').toLowerCase())).toBe(false);
  });

  test('nor does one of them follow its entry into another zone', async () => {
    const { world, living } = await aSharedZone();
    const second = { ...anEndpoint('second'), dns: { ...anEndpoint('x').dns!, virtualNetworkLinks: [] } };
    living.change(({ spec }) => (spec.endpoints = [inCentral('first'), second]));
    await living.settle();
    expect([names(world), living.rest('dns/second')]).toEqual([5, 'Records.Held']);
  });
});
