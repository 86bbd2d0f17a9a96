import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { addLinkService } from '../../simulator/arm/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isCloudWrite } from '../support/stage-calls.ts';
import { restartFrom } from '../support/stage-crash.ts';
import { HOUR_MS, MINUTE_MS, playUntilGone, playUntilReady } from '../support/stage-link.ts';
import { unsafeEndings } from '../support/stage-order.ts';
import { thingsIn, viewOf, type WorldView } from '../support/stage-view.ts';
import {
  DATA_PLATFORM,
  FINANCE,
  NAMESPACE,
  SALES,
  SALES_SERVICE,
  salesLink,
  stageWorld,
  TENANT,
} from '../support/stage-world.ts';

/** Well before the limit of the longest test, so that it ends by itself. */
const LONGEST_MS = 90_000;
const SALES_TAGS = { 'cost-centre': '4711' };

let stage: Stage;
let applied: StageSnapshot;
let ready: StageSnapshot;
/** The way to Ready, as far as deletions can come in between. */
let wayUp: readonly Call[];

beforeAll(async () => {
  stage = await startStage();
  await stage.apply(salesLink(stage.nameserverOf));
  applied = stage.snapshot();
  stage.forget();
  await stage.startOperator();
  await playUntilReady(stage);
  wayUp = stage.calls;
  ready = stage.snapshot();
});
afterAll(() => stage.close());

const view = (): WorldView => viewOf(stage.simulator.world);

async function deleteFrom(snapshot: StageSnapshot): Promise<void> {
  await restartFrom(stage, snapshot);
  await stage.settle();
  stage.forget();
  await stage.deleteLink();
  await playUntilGone(stage);
}

describe('deleting what is Ready', () => {
  test('leaves nothing of ours, in the safe order, with public access as it was before', async () => {
    await deleteFrom(ready);
    expect([...thingsIn(stage.simulator.world)]).toEqual([]);
    expect(unsafeEndings(stage.endings())).toEqual([]);
    expect(view().policies[SALES]!.inbound).toBe('Allow');
    expect(view().policies[FINANCE]).toEqual({ inbound: 'Allow', outbound: 'Allow' });
    expect(stage.births()).toEqual(new Map());
  });

  test('takes the first thing away only when everybody can get in again: 15 minutes after Allow', async () => {
    await deleteFrom(ready);
    const opened = stage.calls.find((call) => isCloudWrite(call) && call.path.endsWith('/communicationPolicy'))!;
    expect(stage.endings()[0]!.atMs - opened.atMs).toBeGreaterThanOrEqual(15 * MINUTE_MS);
  });

  test('touches nothing of others in the same subscription', async () => {
    await restartFrom(stage, ready);
    const { cloud } = stage.simulator;
    const neighbour = addLinkService(cloud.world, {
      tenantId: TENANT,
      workspaceId: FINANCE,
      subscriptionId: DATA_PLATFORM,
      resourceGroup: 'rg-fabric',
      name: 'pls-of-somebody-else',
    });
    await stage.deleteLink();
    await playUntilGone(stage);
    expect([...thingsIn(stage.simulator.world)]).toEqual([`service ${neighbour.id.toLowerCase()}`]);
  });
});

describe('deleting on the way to Ready', () => {
  // What comes between two writes differs little from what comes after the first: reads are taken now and then.
  const [EVERY_WRITE, EVERY_CALL] = [2, 40];
  test('after every second write to a cloud and some reads, with the process alive: it ends, nothing remains, nobody is locked out', async () => {
    const failures: string[] = [];
    const points = wayUp.flatMap((call, nth) => {
      const isDue = isCloudWrite(call) && wayUp.slice(0, nth).filter(isCloudWrite).length % EVERY_WRITE === 0;
      return isDue || nth % EVERY_CALL === 0 ? [nth] : [];
    });
    expect(points.length).toBeGreaterThan(12);
    const stopsAtMs = performance.now() + LONGEST_MS;
    for (const nth of points) {
      // A play that goes on after its test has ended would move the time of the next one.
      if (performance.now() > stopsAtMs) throw new Error(`this machine is too slow: ${nth} of ${wayUp.length} calls`);
      await stage.killOperator();
      await stage.restore(applied);
      stage.forget();
      let asked: Promise<void> | undefined;
      stage.onCall(({ index }, moment) => {
        if (index === nth && moment === 'after') asked = stage.deleteLink();
        return undefined;
      });
      await stage.startOperator();
      await stage.run(() => asked !== undefined, { withinMs: HOUR_MS, what: `call ${nth}` });
      stage.onCall(undefined);
      await asked;
      try {
        await playUntilGone(stage);
        expect([...thingsIn(stage.simulator.world)]).toEqual([]);
        expect(view().policies[SALES]!.inbound).toBe('Allow');
        expect(unsafeEndings(stage.endings())).toEqual([]);
      } catch (thrown) {
        failures.push(`after call ${nth}, ${wayUp[nth]!.method} ${wayUp[nth]!.path}: ${String(thrown)}`);
      }
    }
    expect(failures).toEqual([]);
  }, 120_000);
});

describe('what deletion keeps', () => {
  const change = async (spec: object) => {
    await restartFrom(stage, ready);
    await stage.apply(salesLink(stage.nameserverOf, spec));
    await playUntilReady(stage);
    const before = view();
    stage.forget();
    await stage.deleteLink();
    await playUntilGone(stage);
    return before;
  };

  test('deletionPolicy Retain leaves every thing, with access as onDelete says', async () => {
    const { policies, ...things } = await change({
      deletionPolicy: 'Retain',
      inbound: { publicAccess: 'Deny', requires: 'Resolve', onDelete: 'Keep' },
    });
    const { policies: after, ...left } = view();
    expect(left).toEqual(things);
    expect(after).toEqual(policies);
    expect(stage.calls.filter(isCloudWrite)).toEqual([]);
  });

  test('onDelete Keep leaves the workspace closed', async () => {
    await change({ inbound: { publicAccess: 'Deny', requires: 'Resolve', onDelete: 'Keep' } });
    expect(view().policies[SALES]!.inbound).toBe('Deny');
    expect([...thingsIn(stage.simulator.world)]).toEqual([]);
  });

  test('what was there before is left, when deletionPolicy is DeleteCreated', async () => {
    await stage.killOperator();
    const world = stageWorld();
    addLinkService(world, {
      tenantId: TENANT,
      workspaceId: SALES,
      subscriptionId: DATA_PLATFORM,
      resourceGroup: 'rg-fabric',
      name: 'pls-sales',
      tags: SALES_TAGS,
    });
    await stage.restore({ ...applied, world });
    await stage.startOperator();
    await playUntilReady(stage);
    await stage.deleteLink();
    await playUntilGone(stage);
    expect([...thingsIn(stage.simulator.world)]).toEqual([`service ${SALES_SERVICE.toLowerCase()}`]);
    expect(view().services[SALES_SERVICE.toLowerCase()]!.tags).toEqual(SALES_TAGS);
  });

  test('with all annotations gone, as after a careless replace, nothing is deleted and nothing is opened', async () => {
    await stage.killOperator();
    await stage.restore(ready);
    const before = view();
    const names = Object.keys(stage.link()!.metadata.annotations ?? {});
    expect(names.length).toBeGreaterThan(5);
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations: Object.fromEntries(names.map((name) => [name, null])) } },
    });
    await stage.deleteLink();
    stage.forget();
    await stage.startOperator();
    await playUntilGone(stage);
    expect(view()).toEqual(before);
    expect(stage.calls.filter(isCloudWrite)).toEqual([]);
  });
});
