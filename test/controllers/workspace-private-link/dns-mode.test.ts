import { describe, expect, test } from '@jest/globals';
import type { WorkspacePrivateLinkEndpoint } from '../../../crds/workspace-private-link.ts';
import { addressesOf } from './fake-cloud.ts';
import { anEndpoint, aWorkspacePrivateLink, aWorld, DENY, endpointId, live, MINUTE_MS, ZONE } from './living.ts';

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
      zones: [{ zoneId: ZONE }],
    });
    world.writes.length = 0;
    await living.settle();
    expect(world.writes).toEqual([]);
    expect(world.zoneGroups.size).toBe(1);
  });
});
