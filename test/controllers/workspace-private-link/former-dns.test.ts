import { describe, expect, test } from '@jest/globals';
import type { WorkspacePrivateLinkEndpoint } from '../../../crds/workspace-private-link.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  DENY,
  HUB_NETWORK,
  type Living,
  live,
  MINUTE_MS,
  remove,
  ZONE,
} from './living.ts';

const CENTRAL = ZONE.replace('/fabric/', '/central/');
const OTHER_WORKSPACE = '0e1b2c3d-8037-4d0c-896e-a46fb27ff227';

function aWorldWithCentral() {
  const world = aWorld();
  const zone = { id: CENTRAL, tags: {}, numberOfRecordSets: 1, numberOfVirtualNetworkLinks: 0 };
  world.zones.set(CENTRAL.toLowerCase(), zone);
  world.workspaces.push({ id: OTHER_WORKSPACE, displayName: 'finance', capacityId: 'cap-1' });
  return world;
}

const inMode = (
  mode: 'ZoneGroup' | 'Records',
  zoneId?: string,
  changes: Partial<WorkspacePrivateLinkEndpoint> = {},
): WorkspacePrivateLinkEndpoint => {
  const { name = 'hub' } = changes;
  const dns = { ...anEndpoint(name).dns!, mode, ...(zoneId !== undefined && { zoneId }) };
  return anEndpoint(name, { dns, ...changes });
};

const recordsIn = (world: ReturnType<typeof aWorld>, zone: string) => world.records.get(zone.toLowerCase()) ?? [];
const linksIn = (world: ReturnType<typeof aWorld>, zone: string) =>
  (world.links.get(zone.toLowerCase()) ?? []).map(({ virtualNetworkId }) => virtualNetworkId);
const notesAbout = ({ resource }: Living, id: string) =>
  Object.entries(resource.metadata.annotations ?? {}).filter(([, value]) =>
    value.toLowerCase().includes(id.toLowerCase()),
  );

describe('an entry that moves to another zone, with its network', () => {
  test.each(['ZoneGroup', 'Records'] as const)(
    '%s: leaves the one of before empty, unlinked and gone',
    async (mode) => {
      const world = aWorldWithCentral();
      const living = live(world, aWorkspacePrivateLink({ endpoints: [inMode(mode)] }));
      await living.settle();
      expect([linksIn(world, ZONE), recordsIn(world, ZONE).length]).toEqual([[HUB_NETWORK], 5]);
      living.change(({ spec }) => (spec.endpoints = [inMode(mode, CENTRAL)]));
      for (let round = 0; round < 3; round += 1) {
        world.nowMs += 2 * MINUTE_MS;
        await living.settle();
      }
      expect(living.condition('Ready').status).toBe('True');
      expect([linksIn(world, CENTRAL), recordsIn(world, CENTRAL).length]).toEqual([[HUB_NETWORK], 5]);
      expect(world.zones.has(ZONE.toLowerCase())).toBe(false);
      expect(notesAbout(living, ZONE)).toEqual([]);
      expect(living.events.map(({ note }) => note)).toContain(
        "Nothing of this object's is left in zones that no endpoint asks for any more.",
      );
    },
  );

  test('and is served in the other way from then on: the zone group goes, too', async () => {
    const world = aWorldWithCentral();
    const living = live(world, aWorkspacePrivateLink({ endpoints: [inMode('ZoneGroup')] }));
    await living.settle();
    living.change(({ spec }) => (spec.endpoints = [inMode('Records', CENTRAL)]));
    for (let round = 0; round < 3; round += 1) {
      world.nowMs += 2 * MINUTE_MS;
      await living.settle();
    }
    expect([living.condition('Ready').status, world.zoneGroups.size]).toEqual(['True', 0]);
    expect([linksIn(world, CENTRAL), world.zones.has(ZONE.toLowerCase())]).toEqual([[HUB_NETWORK], false]);
  });

  test('takes no record of the zone of before away while it is the only proven way into a closed workspace', async () => {
    const world = aWorldWithCentral();
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY, endpoints: [inMode('Records')] }));
    await living.settle();
    world.nowMs += 31 * MINUTE_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    living.change(({ spec }) => (spec.endpoints = [inMode('Records', CENTRAL)]));
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect([linksIn(world, ZONE), recordsIn(world, ZONE).length]).toEqual([[HUB_NETWORK], 5]);
    expect(living.rest('removal/former-dns')).toBe('Access.Held');
  });

  test('does not forget its zone while names of this workspace are left there', async () => {
    const world = aWorldWithCentral();
    const living = live(world, aWorkspacePrivateLink({ endpoints: [inMode('ZoneGroup')] }));
    await living.settle();
    const [slow] = recordsIn(world, ZONE);
    living.change(({ spec }) => (spec.endpoints = [inMode('ZoneGroup', CENTRAL)]));
    await living.settle();
    // Azure takes its time to take them away, or somebody wrote one by hand.
    world.zones.set(ZONE.toLowerCase(), {
      id: ZONE,
      tags: { 'fabriclink-owner': 'c1' },
      numberOfRecordSets: 1,
      numberOfVirtualNetworkLinks: 0,
    });
    world.records.set(ZONE.toLowerCase(), [slow!]);
    living.change(({ metadata }) => (metadata.annotations!['fabriclink.dev/zone.ab276b8a'] = `created ${ZONE}`));
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect(living.rest('removal/former-dns')).toBe('Zone.Emptying');
    expect(living.condition('Ready')).toMatchObject({ status: 'False', reason: 'ZoneEmptying' });
    world.records.set(ZONE.toLowerCase(), []);
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect([world.zones.has(ZONE.toLowerCase()), living.condition('Ready').status]).toEqual([false, 'True']);
  });
});

describe('a link in a zone that somebody else keeps', () => {
  test('goes with the last object of the cluster that used it, whoever made it', async () => {
    const world = aWorldWithCentral();
    const others = new Map<string, Living>();
    const object = (name: string, workspaceId: string) => {
      const endpoints = [inMode('Records', CENTRAL, { resourceName: `pe-${name}` })];
      const service = { subscriptionId: anEndpoint('x').subscriptionId, resourceGroup: 'fabric', name: `pls-${name}` };
      const resource = aWorkspacePrivateLink({ workspaceId, endpoints, service }, { name, uid: `uid-${name}` });
      const living = live(world, resource, () =>
        [...others].filter(([other, one]) => other !== name && !one.released).map(([, one]) => one.resource),
      );
      others.set(name, living);
      return living;
    };
    const first = object('first', aWorkspacePrivateLink().spec.workspaceId);
    await first.settle();
    const second = object('second', OTHER_WORKSPACE);
    await second.settle();
    expect(second.condition('Ready').status).toBe('True');
    remove(first);
    await first.settle();
    expect([first.released, linksIn(world, CENTRAL)]).toEqual([true, [HUB_NETWORK]]);
    remove(second);
    world.nowMs += 2 * MINUTE_MS;
    await second.settle();
    expect([second.released, linksIn(world, CENTRAL)]).toEqual([true, []]);
  });
});

describe('record sets of an endpoint that went, in a zone that another one writes into', () => {
  test('are not forgotten when the other one has not written yet, and the object goes', async () => {
    const world = aWorldWithCentral();
    const spoke = inMode('Records', CENTRAL, { name: 'spoke', resourceName: 'pe-spoke' });
    const living = live(world, aWorkspacePrivateLink({ endpoints: [inMode('Records', CENTRAL)] }));
    await living.settle();
    world.refusals['connections.Approved'] = {
      disposition: 'blocked',
      reason: 'Forbidden',
      message: 'no',
      status: 403,
    };
    living.change(({ spec }) => (spec.endpoints = [spoke]));
    await living.settle();
    remove(living);
    await living.settle();
    expect([living.released, recordsIn(world, CENTRAL)]).toEqual([true, []]);
  });
});

describe('public access that the spec has just opened', () => {
  const ALLOW = { publicAccess: 'Allow', requires: 'ControlPlane' } as const;

  async function closed() {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    world.nowMs += 31 * MINUTE_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    return { world, living };
  }

  test('is waited for before an endpoint goes that leaves the spec in the same edit', async () => {
    const { world, living } = await closed();
    living.change(({ spec }) => Object.assign(spec, { inbound: ALLOW, endpoints: [] }));
    await living.settle();
    expect([world.policy.inbound, world.endpoints.size, recordsIn(world, ZONE).length]).toEqual(['Allow', 1, 5]);
    expect(living.rest('removal/hub')).toBe('Access.Opening');
    expect(living.events.filter(({ reason }) => reason === 'HeldByDeny')).toEqual([]);
    world.nowMs += 14 * MINUTE_MS;
    await living.settle();
    expect(world.endpoints.size).toBe(1);
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect([world.endpoints.size, world.zones.size, living.condition('Ready').status]).toEqual([0, 0, 'True']);
  });

  test('is waited for before an endpoint goes with an object that is deleted right after', async () => {
    const { world, living } = await closed();
    living.change(({ spec }) => (spec.inbound = ALLOW));
    await living.settle();
    expect(world.policy.inbound).toBe('Allow');
    remove(living);
    await living.settle();
    expect([living.released, world.endpoints.size]).toEqual([false, 1]);
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect([living.released, world.endpoints.size]).toEqual([true, 0]);
  });

  test('holds nothing up where another endpoint is proven', async () => {
    const world = aWorldWithCentral();
    const spoke = inMode('Records', CENTRAL, { name: 'spoke', resourceName: 'pe-spoke' });
    spoke.dns!.virtualNetworkLinks = [{ virtualNetworkId: `${HUB_NETWORK}-2`, fallbackToInternet: true }];
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY, endpoints: [anEndpoint('hub'), spoke] }));
    await living.settle();
    world.nowMs += 31 * MINUTE_MS;
    await living.settle();
    living.change(({ spec }) => Object.assign(spec, { inbound: ALLOW, endpoints: [spoke] }));
    await living.settle();
    expect([...world.endpoints.keys()].map((id) => id.split('/').at(-1))).toEqual(['pe-spoke']);
  });
});
