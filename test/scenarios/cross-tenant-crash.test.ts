import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isCloudWrite, isWrite } from '../support/stage-calls.ts';
import { crashEverywhere, madeTwice, outcomeOf, recordMoments } from '../support/stage-crash.ts';
import {
  endpointInFabrikam,
  FABRIKAM,
  FABRIKAM_SUBSCRIPTION,
  fabrikamSecret,
  fabrikamWorld,
  strayTokens,
} from '../support/stage-fabrikam.ts';
import { cloudWrites, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS, playUntilGone, playUntilReady } from '../support/stage-link.ts';
import { thingsIn } from '../support/stage-view.ts';
import { NAMESPACE, salesLink } from '../support/stage-world.ts';

/** Endpoints in another tenant, when processes die, the status is lost, annotations are lost, and reads lag behind. */

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
let outcome: unknown;
let recording: Awaited<ReturnType<typeof recordMoments>>;

/** Whether the workspace is closed in the end makes no difference to what is done at the consumer's. */
const withPartner = () => {
  const endpoints = [endpointInFabrikam('Records', stage.nameserverOf)];
  return salesLink(stage.nameserverOf, { endpoints, inbound: undefined, outbound: undefined });
};
const things = () => thingsIn(stage.simulator.world);
const inFabrikam = () => [...things()].filter((key) => key.includes(FABRIKAM_SUBSCRIPTION) && !key.startsWith('conn'));

beforeAll(async () => {
  stage = await startStage({ world: fabrikamWorld() });
  await stage.apply(fabrikamSecret());
  await stage.apply(withPartner());
  bare = stage.snapshot();
  recording = await recordMoments(stage, async () => {
    await stage.startOperator();
    await playUntilReady(stage);
  });
  outcome = outcomeOf(stage);
  ready = stage.snapshot();
});
afterAll(() => stage.close());

/** Of the consumer's tenant, or a change to anything: the rest is the same as without another tenant. */
const matters = (call: Call) => call.tenantId === FABRIKAM || isWrite(call);

describe('a process that dies at any call', () => {
  test('on the way up: the next one ends in the same world, makes nothing twice, and mixes up no tokens', async () => {
    const { crashes, failures } = await crashEverywhere(
      stage,
      recording,
      async (before) => {
        await playUntilReady(stage);
        expect(madeTwice(stage, before)).toEqual([]);
        expect(strayTokens(stage)).toEqual([]);
        expect(outcomeOf(stage)).toEqual(outcome);
      },
      matters,
    );
    expect(failures).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.filter(matters).length);
  }, 240_000);

  test('on the way down: nothing is left in either tenant', async () => {
    await setTheStage(stage, ready);
    await stage.deleteLink();
    const down = await recordMoments(stage, async () => {
      await stage.startOperator();
      await playUntilGone(stage);
    });
    const { failures } = await crashEverywhere(
      stage,
      down,
      async () => {
        await playUntilGone(stage);
        expect([...things()]).toEqual([]);
        expect(strayTokens(stage)).toEqual([]);
      },
      matters,
    );
    expect(failures).toEqual([]);
    expect(down.calls.filter(isCloudWrite).length).toBeGreaterThan(8);
  }, 240_000);
});

test('amnesia: the status is wiped before every pass, and every write is the same', async () => {
  const written = (calls: readonly Call[]) =>
    cloudWrites(calls)
      .map(({ method, path, tenantId }) => `${tenantId} ${method} ${path.replace(/Connections\/.*/i, '')}`)
      .toSorted();
  const up = written(recording.calls);
  await setTheStage(stage, bare);
  stage.kubernetes.faults.failNext(
    ({ path, userAgent }) => path.endsWith('/status') && !userAgent.startsWith('person'),
    { kind: 'answer', code: 500, reason: 'InternalError' },
    1_000_000,
  );
  await stage.startOperator();
  await stage.pass(2 * HOUR_MS);
  expect(written(stage.calls)).toEqual(up);
  expect(up.filter((line) => line.startsWith(FABRIKAM)).length).toBeGreaterThan(5);
});

test('lists and reads that lag half a minute behind every write: nothing is made twice', async () => {
  await setTheStage(stage, bare);
  stage.onCall((call, moment) => {
    if (moment === 'after' || !isCloudWrite(call)) return undefined;
    const id = stage.simulator.faults.add({ kind: 'stale', service: call.service === 'fabric' ? 'fabric' : 'arm' });
    stage.clock.after(30_000, () => stage.simulator.faults.remove(id));
    return undefined;
  });
  await stage.startOperator();
  await playUntilReady(stage);
  stage.onCall(undefined);
  stage.simulator.faults.clear();
  expect(madeTwice(stage, bare)).toEqual([]);
  expect(strayTokens(stage)).toEqual([]);
});

test('lost annotations: an entry that is taken out afterwards stays in the consumer’s tenant, untouched', async () => {
  await setTheStage(stage, ready);
  const { annotations = {} } = stage.link()!.metadata;
  const ours = Object.keys(annotations).filter((key) => key.startsWith('fabriclink.dev/'));
  await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { metadata: { annotations: Object.fromEntries(ours.map((key) => [key, null])) } },
    fieldManager: 'careless',
  });
  const before = inFabrikam();
  await stage.startOperator();
  await stage.pass(MINUTE_MS);
  await stage.deleteLink();
  await playUntilGone(stage);
  expect([inFabrikam(), cloudWrites(stage.calls)]).toEqual([before, []]);
});
