import { describe, expect, test } from '@jest/globals';
import { desiredOf } from '../../../controllers/workspace-private-link/desired.ts';
import { refOf, shortHash } from '../../../controllers/workspace-private-link/desired-names.ts';
import { notes, provenanceOf, staleNotes } from '../../../controllers/workspace-private-link/desired-provenance.ts';
import type { WorkspacePrivateLink, WorkspacePrivateLinkEndpoint } from '../../../crds/workspace-private-link.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  DENY,
  endpointId,
  type Living,
  live,
  MINUTE_MS,
  noted,
  remove,
  ZONE,
} from './living.ts';

const HUB = endpointId('pe-hub');
const noDns = (name: string, changes: Partial<WorkspacePrivateLinkEndpoint> = {}) => {
  const { dns: _, ...rest } = anEndpoint(name, changes);
  return rest;
};
const notesOn = ({ resource }: Living) => resource.metadata.annotations ?? {};
const endpointsIn = (world: ReturnType<typeof aWorld>) => [...world.endpoints.keys()].sort();
const edited = (living: Living, endpoints: WorkspacePrivateLinkEndpoint[]) =>
  living.change(({ spec }) => (spec.endpoints = endpoints));

describe('an entry and its notes', () => {
  test('names that are handed round among living and new entries orphan no endpoint', async () => {
    // Found by random edits: a name that a derived resource name depends on wandered, and the note of the one in
    // between went with it.
    const derived = (name: string) => {
      const { resourceName: _, ...rest } = noDns(name);
      return rest as WorkspacePrivateLinkEndpoint;
    };
    const given = (name: string) => noDns(name, { resourceName: 'pe-2', resourceGroup: 'net' });
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ endpoints: [given('a'), derived('b')] }));
    await living.settle();
    for (const [one, other] of [
      ['b', 'a'],
      ['d', 'a'],
      ['a', 'd'],
    ] as const) {
      edited(living, [given(one), derived(other)]);
      await living.settle();
      const wanted = desiredOf(living.resource, 'c1').endpoints.map(({ resourceId }) => resourceId.toLowerCase());
      expect(endpointsIn(world)).toEqual(wanted.sort());
    }
    remove(living);
    await living.settle();
    expect([living.released, world.endpoints.size]).toEqual([true, 0]);
  });

  test('two that swap their names change nothing in the cloud, and each goes with its own removal', async () => {
    const world = aWorld();
    const [one, other] = [noDns('a', { resourceName: 'pe-1' }), noDns('b', { resourceName: 'pe-2' })];
    const living = live(world, aWorkspacePrivateLink({ endpoints: [one, other] }));
    await living.settle();
    const writes = world.writes.length;
    edited(living, [
      { ...one, name: 'b' },
      { ...other, name: 'a' },
    ]);
    await living.settle();
    expect(world.writes).toHaveLength(writes);
    expect(living.condition('Ready').status).toBe('True');
    expect(notesOn(living)).toMatchObject({
      ...notes.endpoint(noted('b', endpointId('pe-1')), 'created'),
      ...notes.endpoint(noted('a', endpointId('pe-2')), 'created'),
    });
    edited(living, [{ ...one, name: 'b' }]);
    await living.settle();
    expect(endpointsIn(world)).toEqual([endpointId('pe-1').toLowerCase()]);
  });

  test('a name that means another place now is served there before the old one goes, and both are shown', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ endpoints: [noDns('hub')] }));
    await living.settle();
    edited(living, [noDns('hub', { resourceName: 'pe-moved' })]);
    await living.pass();
    expect(endpointsIn(world)).toEqual([endpointId('pe-moved').toLowerCase()]);
    const shown = (living.report.status.endpoints as { name: string; resourceId: string }[]).map(
      ({ name, resourceId }) => [name, resourceId],
    );
    expect(shown).toEqual([
      ['hub', endpointId('pe-moved')],
      [`hub.${refOf(HUB).slice(0, 8)}`, HUB],
    ]);
    await living.settle();
    expect(Object.keys(notesOn(living)).filter((key) => key.includes('/endpoint.'))).toEqual(
      Object.keys(notes.endpoint(noted('hub', endpointId('pe-moved')), 'created')),
    );
  });

  test('a closed workspace is not locked for good by an entry that moves under its name', async () => {
    const world = aWorld();
    const inZone = (resourceName: string, group: string) => {
      const zoneId = ZONE.replace('/fabric/', `/${group}/`);
      const link = { id: 'x', name: 'by-hand', virtualNetworkId: `/network/${group}`, registrationEnabled: false };
      const zone = { id: zoneId, tags: {}, numberOfRecordSets: 1, numberOfVirtualNetworkLinks: 1 };
      world.zones.set(zoneId.toLowerCase(), zone);
      const links = [{ ...link, fallbackToInternet: true, state: 'Completed', tags: {} }];
      world.links.set(zoneId.toLowerCase(), links);
      const dns = { ...anEndpoint('x').dns!, zoneId, virtualNetworkLinks: [] };
      return anEndpoint('hub', { resourceName, dns });
    };
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY, endpoints: [inZone('pe-1', 'east')] }));
    await living.settle();
    world.nowMs += 31 * MINUTE_MS;
    edited(living, [inZone('pe-2', 'west')]);
    await living.settle();
    expect([living.condition('Ready').status, world.policy.inbound]).toEqual(['True', 'Deny']);
    expect(endpointsIn(world)).toEqual([endpointId('pe-2').toLowerCase()]);
  });

  test('what Retain leaves behind is said by its ARM id', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ deletionPolicy: 'Retain', endpoints: [noDns('hub')] }));
    await living.settle();
    edited(living, []);
    await living.settle();
    expect(endpointsIn(world)).toEqual([HUB.toLowerCase()]);
    expect(living.events.map(({ note }) => note)).toContain(
      `Endpoint hub is no longer this object's; deletionPolicy Retain leaves everything of it: ${HUB}.`,
    );
  });
});

describe('notes of an operator that knew endpoints by the names of their entries', () => {
  const consumer = { tenantId: '77777777-7777-4777-8777-777777777777', secret: 'partner' };
  const at = `@${consumer.tenantId}/${consumer.secret}`;
  const old = (name: string, id: string, trailing = '') => ({
    [`fabriclink.dev/endpoint.${name}`]: `created ${id} ${name}${trailing}`,
    [`fabriclink.dev/zone-group.${name}`]: `created ${ZONE} ${name}`,
    [`fabriclink.dev/records.${shortHash(`${name} ${ZONE}`.toLowerCase())}`]: `created ${ZONE} ${name}${trailing}`,
    [`fabriclink.dev/recreated.${name}`]: `nic-1 2026-03-01T08:00:00.000Z ${name}`,
  });
  const withNotes = (annotations: Record<string, string>, endpoints: WorkspacePrivateLinkEndpoint[]) =>
    aWorkspacePrivateLink({ endpoints }, { annotations });
  const read = (resource: WorkspacePrivateLink) => provenanceOf(resource, desiredOf(resource, 'c1').endpoints);

  test.each([
    ['by an entry of that name', [anEndpoint('hub')]],
    ['by an entry that was renamed', [anEndpoint('renamed', { resourceName: 'PE-HUB' })]],
    ['by none', []],
    ['though another endpoint has the name now', [anEndpoint('hub', { resourceName: 'pe-moved' })]],
  ])('are about the endpoint that they were written for: %s', (_, endpoints) => {
    const ref = refOf(HUB);
    expect(read(withNotes(old('hub', HUB), endpoints))).toMatchObject({
      endpoints: { [ref]: { how: 'created', id: HUB } },
      zoneGroups: { [ref]: ZONE },
      records: { [ref]: [ZONE] },
      recreations: { [ref]: { what: 'nic-1' } },
      noted: { [ref]: { name: 'hub', keys: Object.keys(old('hub', HUB)) } },
    });
  });

  test('written under a new name, after an entry was renamed, are about what that entry means', () => {
    const annotations = {
      'fabriclink.dev/endpoint.hub': `created ${HUB} hub`,
      'fabriclink.dev/zone-group.renamed': `created ${ZONE} renamed`,
    };
    const provenance = read(withNotes(annotations, [anEndpoint('renamed', { resourceName: 'pe-hub' })]));
    expect(provenance.zoneGroups).toEqual({ [refOf(HUB)]: ZONE });
  });

  test('are written anew once, all of them at once, and then stay', async () => {
    const world = aWorld();
    const first = live(world, aWorkspacePrivateLink());
    await first.settle();
    const before = Object.keys(notesOn(first)).filter((key) => /\/(endpoint|zone-group)\./.test(key));
    expect(before).toHaveLength(2);
    first.change(({ metadata }) => {
      for (const key of before) delete metadata.annotations![key];
      const { 'fabriclink.dev/endpoint.hub': endpoint, 'fabriclink.dev/zone-group.hub': group } = old('hub', HUB);
      Object.assign(metadata.annotations!, {
        'fabriclink.dev/endpoint.hub': endpoint,
        'fabriclink.dev/zone-group.hub': group,
      });
    });
    const writes = world.writes.length;
    const second = live(world, first.resource);
    await second.settle();
    expect(
      Object.keys(notesOn(second))
        .filter((key) => /\/(endpoint|zone-group)\./.test(key))
        .sort(),
    ).toEqual(before.sort());
    expect(world.writes).toHaveLength(writes);
    expect(second.condition('Ready').status).toBe('True');
    const resource = JSON.stringify(second.resource.metadata);
    await second.settle();
    expect(JSON.stringify(second.resource.metadata)).toBe(resource);
  });

  test('that are found while the object is being deleted take their things down as ever', async () => {
    const world = aWorld();
    const first = live(world, aWorkspacePrivateLink());
    await first.settle();
    first.change(({ metadata }) => {
      for (const key of Object.keys(metadata.annotations!)) {
        if (/\/(endpoint|zone-group)\./.test(key)) delete metadata.annotations![key];
      }
      Object.assign(metadata.annotations!, old('hub', HUB));
    });
    remove(first);
    await first.settle();
    expect([first.released, world.endpoints.size, world.zones.size]).toEqual([true, 0, 0]);
  });

  test('keep the credentials that they name', () => {
    const resource = withNotes(old('hub', HUB, ` ${at}`), []);
    expect(read(resource).consumers).toMatchObject({ [HUB.toLowerCase()]: consumer });
    const values = Object.values(staleNotes(resource, desiredOf(resource, 'c1'))).filter((value) => value !== null);
    expect(values.filter((value) => value.endsWith(at))).toHaveLength(2);
  });

  test('are still understood by that operator when they are written anew', () => {
    const entry = noted('hub', HUB, consumer);
    const values = Object.values({ ...notes.endpoint(entry, 'created'), ...notes.records(entry, ZONE) });
    for (const value of values) {
      const words = value.split(' ');
      expect([words[0], words[2], words.at(-1)]).toEqual(['created', 'hub', at]);
    }
  });
});
