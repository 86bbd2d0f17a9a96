import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { linkServiceIn } from '../../simulator/arm/fabric/out-of-band.ts';
import { setRecord } from '../../simulator/arm/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { crashEverywhere, madeTwice, outcomeOf, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, readout, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, isTrue, playUntilGone, playUntilReady } from '../support/stage-link.ts';
import { endpointIdIn, thingsIn, viewOf } from '../support/stage-view.ts';
import { NAMESPACE, SALES, SALES_SERVICE, SPOKE_ZONE, salesLink } from '../support/stage-world.ts';

/**
 * Everything is there before the object: made by hand, without anybody's mark, or by an object that kept it when it
 * went and whose marks are now another owner's.
 */

const RECORD = `${SALES.replaceAll('-', '')}.z5a.blob`;
const WRONG = '127.65.2.250';

let stage: Stage;
let byHand: StageSnapshot;
let retained: StageSnapshot;

const lower = (text: string) => text.toLowerCase();
const manifest = (spec: object = {}) =>
  salesLink(stage.nameserverOf, { inbound: undefined, outbound: undefined, ...spec });
const world = () => stage.simulator.world;
const spokeZone = () => world().arm.dnsZones[lower(SPOKE_ZONE)]!;
const record = () => spokeZone().records[RECORD]!;
const spokeLink = () => Object.values(spokeZone().links)[0]!;
const service = () => linkServiceIn(world(), SALES_SERVICE);
const owners = () =>
  [service().tags, ...Object.values(world().arm.privateEndpoints).map(({ tags }) => tags)].map((tags) =>
    tags['fabriclink-owner']?.split('.').at(-1),
  );
const uid = () => stage.link()!.metadata.uid;
const untilRead = (reason: string) =>
  stage.run(() => readout(stage.link()).reason === reason, { withinMs: HOUR_MS, what: reason });

async function present(from: StageSnapshot, spec: object): Promise<void> {
  await setTheStage(stage, from);
  await stage.startOperator();
  await stage.apply(manifest(spec));
}

beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage, { inbound: undefined, outbound: undefined, deletionPolicy: 'Retain' });
  await stage.deleteLink();
  await playUntilGone(stage);
  await stage.killOperator();
  retained = stage.snapshot();
  const { arm, fabric } = world();
  for (const thing of [...Object.values(arm.privateEndpoints), ...Object.values(fabric.linkServices)]) thing.tags = {};
  for (const zone of Object.values(arm.dnsZones)) {
    zone.tags = {};
    for (const link of Object.values(zone.links)) link.tags = { team: 'network' };
    for (const one of Object.values(zone.records)) one.metadata = {};
  }
  service().tags = { 'cost-centre': '0001' };
  setRecord(stage.simulator.cloud, SPOKE_ZONE, RECORD, [WRONG]);
  spokeLink().resolutionPolicy = 'Default';
  byHand = stage.snapshot();
});
afterAll(() => stage.close());

describe('IfIdentical, which is the default', () => {
  test('stalls at the first difference, says which one it is, and writes nothing', async () => {
    await present(byHand, {});
    await untilRead('AdoptionWouldChange');
    expect(readout(stage.link()).nextStep).toMatch(/cost-centre.*0001.*4711.*adoptionPolicy Always/);
    await stage.pass(2 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test('takes over what is identical, rung by rung, and reports the records and the link that differ', async () => {
    await present(byHand, {});
    service().tags['cost-centre'] = '4711';
    await untilRead('LinkDiffers');
    spokeLink().resolutionPolicy = 'NxDomainRedirect';
    await untilRead('ForeignRecords');
    expect(readout(stage.link()).nextStep).toContain(WRONG);
    expect(cloudWrites(stage.calls)).toEqual([]);
    await stage.pass(2 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(record().addresses).toEqual([WRONG]);
  });

  test("leaves another owner's service alone and names the owner", async () => {
    await present(retained, {});
    await untilRead('ForeignOwner');
    expect(readout(stage.link()).nextStep).toContain('.sales.');
    await stage.pass(2 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
  });
});

describe('Never', () => {
  test('stalls at what exists although it is identical, and writes nothing', async () => {
    await present(byHand, { adoptionPolicy: 'Never' });
    service().tags['cost-centre'] = '4711';
    await untilRead('AdoptionNever');
    await stage.pass(2 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(isTrue(stage.link(), 'Stalled')).toBe(true);
  });

  test('goes on with what it made itself', async () => {
    await setTheStage(stage, retained);
    world().fabric.linkServices = {};
    Object.assign(world().arm, { privateEndpoints: {}, zoneGroups: {}, dnsZones: {}, networkInterfaces: {} });
    for (const { subnets } of Object.values(world().arm.virtualNetworks)) {
      for (const subnet of subnets) subnet.allocations = {};
    }
    await stage.startOperator();
    await stage.apply(manifest({ adoptionPolicy: 'Never' }));
    await playUntilReady(stage);
    const things = thingsIn(world());
    await stage.apply(
      manifest({ adoptionPolicy: 'Never', registerProviders: false, endpoints: manifest().spec['endpoints'] }),
    );
    await stage.pass(2 * HOUR_MS);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(thingsIn(world())).toEqual(things);
  });
});

describe('Always', () => {
  test('takes over and changes what nobody marked, marks none of it, and deletion leaves it', async () => {
    await present(byHand, { adoptionPolicy: 'Always' });
    await playUntilReady(stage);
    expect(service().tags).toEqual({ 'cost-centre': '4711' });
    expect(owners()).toEqual([undefined, undefined, undefined]);
    expect(record().addresses).not.toContain(WRONG);
    expect(record().metadata).toEqual({ 'fabriclink-adopted': expect.stringContaining(`.sales.${uid()}`) });
    expect(spokeLink()).toMatchObject({ resolutionPolicy: 'NxDomainRedirect', tags: { team: 'network' } });
    const writes = cloudWrites(stage.calls).length;
    await stage.pass(6 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toHaveLength(writes);
    const things = thingsIn(world());
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(thingsIn(world())).toEqual(things);
  });

  test('corrects an adopted record again when it drifts', async () => {
    await present(byHand, { adoptionPolicy: 'Always' });
    await playUntilReady(stage);
    record().addresses = [WRONG];
    await stage.pass(3 * HOUR_MS);
    expect(record().addresses).not.toContain(WRONG);
  });

  test('with deletionPolicy DeleteAll adopted things go, too', async () => {
    await present(byHand, { adoptionPolicy: 'Always', deletionPolicy: 'DeleteAll' });
    await playUntilReady(stage);
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(viewOf(world())).toMatchObject({ services: {}, endpoints: {} });
    expect(spokeZone().records[RECORD]).toBeUndefined();
  });

  test("writes its mark over another owner's, says so, and deletion leaves what it did not make", async () => {
    await present(retained, { adoptionPolicy: 'Always' });
    await playUntilReady(stage);
    expect(owners()).toEqual([uid(), uid(), uid()]);
    expect(stage.events().filter((event) => (event as { reason?: string }).reason === 'TakingOver')).toHaveLength(3);
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(Object.keys(viewOf(world()).services)).toEqual([lower(SALES_SERVICE)]);
    expect(Object.keys(viewOf(world()).endpoints)).toHaveLength(2);
  });

  test('does not fight an owner who takes back what we took over', async () => {
    await present(retained, { adoptionPolicy: 'Always' });
    await playUntilReady(stage);
    stage.forget();
    service().tags['fabriclink-owner'] = 'east.data.sales.0815';
    await stage.pass(3 * HOUR_MS);
    expect(readout(stage.link())).toMatchObject({
      reason: 'ForeignOwner',
      nextStep: expect.stringContaining('east.data'),
    });
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test('records that bear the mark of another owner are never written over', async () => {
    await present(retained, { adoptionPolicy: 'Always' });
    record().addresses = [WRONG];
    await untilRead('ForeignRecords');
    await stage.pass(2 * HOUR_MS);
    expect(record().addresses).toEqual([WRONG]);
  });

  test('a process that dies at any call takes over the same, and makes nothing twice', async () => {
    await setTheStage(stage, retained);
    const before = stage.snapshot();
    const apply = async () => {
      await stage.apply(manifest({ adoptionPolicy: 'Always' }));
      await playUntilReady(stage);
    };
    await stage.startOperator();
    const recording = await recordMoments(stage, apply);
    const view = viewOf(world());
    const { crashes, failures } = await crashEverywhere(
      stage,
      recording,
      async () => {
        await apply();
        expect(JSON.stringify(viewOf(world())).replaceAll(/sales\.[0-9a-f-]{36}/g, 'sales.<uid>')).toEqual(
          JSON.stringify(view).replaceAll(/sales\.[0-9a-f-]{36}/g, 'sales.<uid>'),
        );
        expect(madeTwice(stage, before)).toEqual([]);
      },
      // What is said to people decides nothing.
      ({ method, path }) => method !== 'GET' && !/\/(status|events)$/.test(path),
    );
    expect(failures).toEqual([]);
    expect(crashes).toBeGreaterThan(10);
    expect(outcomeOf(stage)).toBeDefined();
  });

  test('a wiped status changes nothing about who owns what', async () => {
    await present(byHand, { adoptionPolicy: 'Always' });
    stage.kubernetes.faults.failNext(
      ({ path, userAgent }) => path.endsWith('/status') && !userAgent.startsWith('person'),
      { kind: 'answer', code: 500, reason: 'InternalError' },
      1_000_000,
    );
    await stage.pass(2 * HOUR_MS);
    expect(service().tags).toEqual({ 'cost-centre': '4711' });
    expect(record().addresses).not.toContain(WRONG);
    stage.kubernetes.faults.clear();
    await playUntilReady(stage);
  });
});

test('the policy may change in a life: what was taken over under Always stays ours under IfIdentical', async () => {
  await present(byHand, { adoptionPolicy: 'Always' });
  await playUntilReady(stage);
  await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { spec: { adoptionPolicy: 'IfIdentical' } },
    fieldManager: 'person',
  });
  await stage.pass(2 * HOUR_MS);
  expect(isTrue(stage.link(), 'Ready')).toBe(true);
  expect(endpointIdIn(world(), 'hub')).toBeDefined();
});
