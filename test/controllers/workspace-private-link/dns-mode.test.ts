import { describe, expect, test } from '@jest/globals';
import type { WorkspacePrivateLinkEndpoint } from '../../../crds/workspace-private-link.ts';
import { addressesOf } from './fake-cloud.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  DENY,
  endpointId,
  live,
  MINUTE_MS,
  remove,
  ZONE,
} from './living.ts';

const inMode = (mode: 'ZoneGroup' | 'Records', name: string): WorkspacePrivateLinkEndpoint =>
  anEndpoint(name, { dns: { ...anEndpoint(name).dns!, mode } });
const addressesIn = (world: ReturnType<typeof aWorld>) =>
  (world.records.get(ZONE.toLowerCase()) ?? []).map(({ addresses }) => [...addresses].sort());
const addressesFor = (world: ReturnType<typeof aWorld>, names: readonly string[]) => {
  const lists = names.map((name) => addressesOf(world, endpointId(`pe-${name}`)).map(({ address }) => address));
  return lists[0]!.map((_, index) => lists.map((list) => list[index]!).sort());
};

describe('dns.mode of a living endpoint, changed from ZoneGroup to Records', () => {
  test('takes the zone group away before the records are written, for two endpoints that are to share a zone', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ endpoints: [inMode('ZoneGroup', 'hub')] }));
    await living.settle();
    living.change(({ spec }) => (spec.endpoints = [inMode('ZoneGroup', 'hub'), inMode('ZoneGroup', 'hub-2')]));
    await living.settle();
    expect(living.condition('Stalled').reason).toBe('ZoneConflict');
    world.writes.length = 0;
    living.change(({ spec }) => (spec.endpoints = [inMode('Records', 'hub'), inMode('Records', 'hub-2')]));
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
    expect(world.writes[0]).toBe('zoneGroups.delete');
    expect(new Set(world.writes.slice(1))).toEqual(new Set(['records.put']));
    expect(addressesIn(world)).toEqual(addressesFor(world, ['hub', 'hub-2']));
    expect(Object.keys(living.resource.metadata.annotations!).join()).not.toContain('zone-group');
  });

  test('waits while the endpoint is the only way into a closed workspace', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY, endpoints: [inMode('ZoneGroup', 'hub')] }));
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    world.nowMs += 40 * MINUTE_MS;
    await living.settle();
    world.writes.length = 0;
    living.change(({ spec }) => (spec.endpoints = [inMode('Records', 'hub')]));
    await living.settle();
    expect(world.writes).toEqual([]);
    expect(living.rest('dns/hub')).toBe('Records.Held');
    living.change(({ spec }) => (spec.inbound = { publicAccess: 'Allow', requires: 'ControlPlane' }));
    await living.settle();
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect(living.rest('proof/hub')).toBe('Verified.Proven');
    expect(world.zoneGroups.size).toBe(0);
    expect(addressesIn(world)).toEqual(addressesFor(world, ['hub']));
  });

  test('leaves a zone group alone that somebody else made', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ endpoints: [inMode('Records', 'hub')] }));
    await living.settle();
    world.zoneGroups.set(endpointId('pe-hub').toLowerCase(), {
      name: 'theirs',
      provisioningState: 'Succeeded',
      zones: [{ name: 'fabric', zoneId: ZONE }],
    });
    world.writes.length = 0;
    await living.settle();
    expect(world.writes).toEqual([]);
    expect(world.zoneGroups.size).toBe(1);
  });
});

describe('records that an endpoint shared with another one, when it goes', () => {
  const rejected = (name: string) => ({
    name,
    source: { privateEndpointId: endpointId(`pe-${name}`) },
    decision: 'Reject' as const,
  });
  const withExtra = (name: string): WorkspacePrivateLinkEndpoint => {
    const { dns, ...rest } = inMode('Records', name);
    const extraRecords = [{ host: 'w-1.zcf.datawarehouse.fabric.microsoft.com', member: 'workspace-blob' as const }];
    return { ...rest, dns: { ...dns!, extraRecords } };
  };

  test('go with it when the other one is not connected: nobody else would take its addresses out', async () => {
    const world = aWorld();
    const endpoints = [inMode('Records', 'hub'), inMode('Records', 'spoke')];
    const living = live(world, aWorkspacePrivateLink({ endpoints, connections: [rejected('spoke')] }));
    await living.settle();
    expect(addressesIn(world)).toEqual(addressesFor(world, ['hub']));
    living.change(({ spec }) => (spec.endpoints = [inMode('Records', 'spoke')]));
    await living.settle();
    expect([[...world.endpoints.keys()], addressesIn(world)]).toEqual([[endpointId('pe-spoke').toLowerCase()], []]);
    remove(living);
    await living.settle();
    expect([living.released, world.zones.size]).toEqual([true, 0]);
  });

  test('stay as long as it cannot be seen whether the other one is connected', async () => {
    const world = aWorld();
    const endpoints = [inMode('Records', 'hub'), inMode('Records', 'spoke')];
    const living = live(world, aWorkspacePrivateLink({ endpoints }));
    await living.settle();
    for (const read of ['services.list', 'services.get', 'services.connections']) {
      world.refusals[read] = { disposition: 'transient', reason: 'ServiceFailure', message: 'away' };
    }
    world.writes.length = 0;
    living.change(({ spec }) => (spec.endpoints = [inMode('Records', 'spoke')]));
    for (let pass = 0; pass < 3; pass++) await living.pass();
    expect(world.writes).not.toContain('records.delete');
    world.refusals = {};
    await living.settle();
    expect(addressesIn(world)).toEqual(addressesFor(world, ['spoke']));
    expect(world.writes).not.toContain('records.delete');
  });

  test('go one by one where the other one does not write them: an extra name of its own', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ endpoints: [withExtra('hub'), inMode('Records', 'spoke')] }));
    await living.settle();
    expect(addressesIn(world)).toHaveLength(6);
    living.change(({ spec }) => (spec.endpoints = [inMode('Records', 'spoke')]));
    await living.settle();
    expect(addressesIn(world)).toEqual(addressesFor(world, ['spoke']));
  });
});

describe('records of our own that are wrong, where a zone group is wanted now', () => {
  const left = async (endpoints: WorkspacePrivateLinkEndpoint[], mark?: Record<string, string>) => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ endpoints: [inMode('Records', 'hub')] }));
    await living.settle();
    const records = world.records.get(ZONE.toLowerCase()) ?? [];
    world.records.set(
      ZONE.toLowerCase(),
      records.map((record) => ({ ...record, addresses: ['10.9.9.9'], ...(mark && { metadata: mark }) })),
    );
    living.change(({ spec }) => (spec.endpoints = endpoints));
    await living.settle();
    return { world, living };
  };

  test('are left over from an endpoint that is gone, and written over', async () => {
    const { world, living } = await left([inMode('ZoneGroup', 'hub')]);
    expect([living.condition('Ready').status, addressesIn(world)]).toEqual(['True', addressesFor(world, ['hub'])]);
  });

  const OTHERS = { 'fabriclink-owner': 'c9.team.sales.uid-9' };
  test.each([
    ['another endpoint has the zone, too', [inMode('ZoneGroup', 'hub'), inMode('Records', 'spoke')], undefined],
    ['they are of somebody else', [inMode('ZoneGroup', 'hub')], OTHERS],
  ])('stay where %s', async (_, endpoints, mark) => {
    const { world, living } = await left(endpoints, mark);
    expect([living.rest('dns/hub'), world.zoneGroups.size]).toEqual(['Records.Foreign', 0]);
  });
});
