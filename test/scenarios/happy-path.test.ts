import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { injectConnection } from '../../simulator/arm/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudRead, isCloudWrite, isStatusWrite } from '../support/stage-calls.ts';
import { bringToReady, HOUR_MS, isTrue, MINUTE_MS, playUntilReady } from '../support/stage-link.ts';
import { endpointIdIn, thingsIn, viewOf } from '../support/stage-view.ts';
import { FINANCE, HUB_ZONE, SALES, SALES_SERVICE, SPOKE_ZONE, salesLink } from '../support/stage-world.ts';

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
});
afterAll(() => stage.close());

const lower = (text: string) => text.toLowerCase();
const STRANGER =
  '/subscriptions/99999999-0000-4000-8000-000000000009/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/stranger';

describe('from a manifest to a workspace that only its networks can reach', () => {
  beforeAll(async () => {
    await bringToReady(stage);
    ready = stage.snapshot();
  });

  test('the object is Ready, with every rung of its ladders True', () => {
    const rungs = ['Eligible', 'ServiceReady', 'EndpointsReady', 'ConnectionsApproved', 'DNSReady', 'DNSVerified'];
    for (const type of [...rungs, 'AccessApplied', 'Ready'])
      expect([type, isTrue(stage.link(), type)]).toEqual([type, true]);
  });

  test('the clouds hold one service, two approved endpoints and nothing of chance', () => {
    const { services, endpoints, zoneGroups, zones, policies } = viewOf(stage.simulator.world);
    expect(Object.keys(services)).toEqual([lower(SALES_SERVICE)]);
    expect(services[lower(SALES_SERVICE)]).toMatchObject({
      workspaceId: SALES,
      state: 'Succeeded',
      tags: { 'cost-centre': '4711' },
    });
    expect(Object.values(services[lower(SALES_SERVICE)]!.connections)).toEqual(['Approved', 'Approved']);
    expect(Object.keys(endpoints)).toHaveLength(2);
    for (const endpoint of Object.values(endpoints)) {
      expect(endpoint).toMatchObject({ state: 'Succeeded', connection: 'Approved', targetId: SALES_SERVICE });
    }
    expect(Object.keys(zoneGroups)).toHaveLength(1);
    expect(Object.keys(zones)).toEqual([lower(HUB_ZONE), lower(SPOKE_ZONE)]);
    expect(policies).toEqual({
      [SALES]: { inbound: 'Deny', outbound: 'Deny' },
      [FINANCE]: { inbound: 'Allow', outbound: 'Allow' },
    });
  });

  test.each([
    ['the hub, by its zone group', HUB_ZONE, '127.65.1.'],
    ['the spoke, by explicit records', SPOKE_ZONE, '127.65.2.'],
  ])('the zone of %s has five records and one link with fallback to the internet', (_, zoneId, network) => {
    const { records, links } = viewOf(stage.simulator.world).zones[lower(zoneId)]!;
    expect(Object.keys(records).map((name) => name.split('.').slice(2).join('.'))).toEqual([
      'blob',
      'c',
      'dfs',
      'onelake',
      'w.api',
    ]);
    for (const record of Object.values(records)) {
      expect((record as { addresses: string[] }).addresses).toEqual([expect.stringContaining(network)]);
    }
    expect(Object.values(links)).toEqual([
      expect.objectContaining({ state: 'Completed', resolutionPolicy: 'NxDomainRedirect', registrationEnabled: false }),
    ]);
  });

  test('each thing came into being exactly once', () => {
    const made = [...stage.births()].filter(([, count]) => count !== 1);
    expect(made).toEqual([]);
    expect(new Set(stage.births().keys())).toEqual(thingsIn(stage.simulator.world));
  });

  test('the policy is written three times: outbound, a rehearsal, and inbound as the very last write', () => {
    const writes = stage.calls.filter(isCloudWrite);
    expect(writes.filter(({ path }) => path.endsWith('/communicationPolicy'))).toHaveLength(3);
    expect(writes.at(-1)!.path).toMatch(/\/communicationPolicy$/);
  });

  test('no 429 was provoked', () => {
    expect(stage.calls.filter(({ status }) => status === 429)).toEqual([]);
  });

  test('at rest for a day: no write to a cloud, none to the status, and few reads', async () => {
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(24 * HOUR_MS);
    expect(stage.calls.filter(isCloudWrite)).toEqual([]);
    expect(stage.calls.filter(isStatusWrite)).toEqual([]);
    const readsPerHour = stage.calls.filter(isCloudRead).length / 24;
    process.stderr.write(
      `at rest: ${readsPerHour.toFixed(2)} cloud reads per hour for an object alone in its subscriptions\n`,
    );
    // Alone, an object pays for every shared list by itself: 11 things to look at, once an hour or so.
    expect(readsPerHour).toBeLessThan(14);
  });
});

describe('whose connections are approved', () => {
  test('a stranger who asks at the same time stays pending, and is shown', async () => {
    await stage.killOperator();
    await stage.restore(ready);
    const connection = injectConnection(stage.simulator.cloud, SALES_SERVICE, STRANGER, 'let me in');
    await stage.startOperator();
    await stage.pass(6 * HOUR_MS);
    expect(connection.state.status).toBe('Pending');
    const seen = stage.simulator.world.fabric.linkServices[lower(SALES_SERVICE)]!.connections;
    expect(Object.values(seen).find(({ privateEndpointId }) => privateEndpointId === STRANGER)?.state.status).toBe(
      'Pending',
    );
    expect(stage.link()?.status).toMatchObject({
      connections: expect.arrayContaining([
        expect.objectContaining({ privateEndpointId: STRANGER, status: 'Pending' }),
      ]),
    });
  });

  test('strangers who ask before ours is approved, one by the very name of ours, stay pending', async () => {
    await stage.killOperator();
    await stage.restore(bare);
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf));
    const { cloud } = stage.simulator;
    const isThere = () => thingsIn(cloud.world).has(`service ${lower(SALES_SERVICE)}`);
    await stage.run(isThere, { withinMs: HOUR_MS, what: 'the service' });
    const nameOfOurs = endpointIdIn(ready.world, 'rg-network-hub').split('/').at(-1)!;
    const namesake = STRANGER.replace('/stranger', `/${nameOfOurs}`);
    const strangers = [STRANGER, namesake].map((id) => injectConnection(cloud, SALES_SERVICE, id, 'let me in'));
    await playUntilReady(stage);
    expect(strangers.map(({ state }) => state.status)).toEqual(['Pending', 'Pending']);
    expect(Object.values(viewOf(cloud.world).services[lower(SALES_SERVICE)]!.connections).toSorted()).toEqual([
      'Approved',
      'Approved',
      'Pending',
      'Pending',
    ]);
  });
});

describe('how soon', () => {
  test('everything but the published delay of Deny takes less than five minutes', async () => {
    await stage.killOperator();
    await stage.restore(bare);
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf, { inbound: undefined, outbound: undefined }));
    const startedAtMs = stage.clock.now();
    await playUntilReady(stage);
    expect(stage.clock.now() - startedAtMs).toBeLessThan(5 * MINUTE_MS);
  });
});
