import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { rejectConnection } from '../../simulator/arm/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite, isWrite } from '../support/stage-calls.ts';
import { crashEverywhere, madeTwice, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  AUTO,
  closeSales,
  deleteManaged,
  isManagedReady,
  managedIn,
  managedManifest,
  playUntilManagedGone,
  playUntilManagedReady,
  playUntilSaid,
  rowIn,
} from '../support/stage-managed.ts';
import { viewOf } from '../support/stage-view.ts';
import { NAMESPACE, SALES_SERVICE } from '../support/stage-world.ts';

/** A process that dies at any call, forgets everything, is lied to, or reads what is minutes old: it ends the same. */

let stage: Stage;
let asked: StageSnapshot;
let ready: StageSnapshot;

beforeAll(async () => {
  stage = await startStage();
  await setTheStage(stage, await closeSales(stage));
  await stage.apply(managedManifest(AUTO));
  asked = stage.snapshot();
  await stage.startOperator();
  await playUntilManagedReady(stage);
  await stage.killOperator();
  ready = stage.snapshot();
});
beforeEach(() => setTheStage(stage, asked));
afterAll(() => stage.close());

const view = () => viewOf(stage.simulator.world);
const playUp = async () => {
  await stage.startOperator();
  await playUntilManagedReady(stage);
};

describe('a process that dies before or after any call', () => {
  test('on the way up: one endpoint, one approval, the same world', async () => {
    const recording = await recordMoments(stage, playUp);
    const undisturbed = view();
    const { crashes, failures } = await crashEverywhere(stage, recording, async (snapshot) => {
      await playUntilManagedReady(stage);
      expect(view()).toEqual(undisturbed);
      expect(madeTwice(stage, snapshot)).toEqual([]);
    });
    expect(failures).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.length);
  }, 240_000);

  test('on the way down: it is gone, and nothing is left', async () => {
    await setTheStage(stage, ready);
    const recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await deleteManaged(stage);
      await playUntilManagedGone(stage);
    });
    const undisturbed = view();
    const { failures } = await crashEverywhere(
      stage,
      recording,
      async () => {
        if (managedIn(stage) && managedIn(stage)?.metadata.deletionTimestamp === undefined) await deleteManaged(stage);
        await playUntilManagedGone(stage);
        expect(view()).toEqual(undisturbed);
      },
      ({ path }) => !path.includes('/openid-configuration'),
    );
    expect(failures).toEqual([]);
    expect(rowIn(stage)).toBeUndefined();
  }, 240_000);

  test('while a rejected one is made anew: never two of them', async () => {
    await setTheStage(stage, ready);
    const before = view();
    rejectConnection(stage.simulator.cloud, SALES_SERVICE, rowIn(stage)!.privateEndpointId);
    await stage.pass(20 * MINUTE_MS);
    await stage.apply(managedManifest({ ...AUTO, recreatePolicy: 'OnRejection' }));
    // From there on it is the way up, which has been crashed at every call above.
    const recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await playUntilSaid(stage, 'CoolingDown');
    });
    const { failures } = await crashEverywhere(
      stage,
      recording,
      async () => {
        await playUntilManagedReady(stage);
        expect(view()).toEqual(before);
      },
      isWrite,
    );
    expect(failures).toEqual([]);
    // The endpoint, and what it left on the target.
    const methods = recording.calls.filter(isCloudWrite).map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(['DELETE']));
  }, 240_000);
});

const sortedWrites = () =>
  cloudWrites(stage.calls)
    .map(({ method, path }) => `${method} ${path.toLowerCase().replace(/(connections|endpoints)\/.*/, '$1/<name>')}`)
    .toSorted();
const writeStatus = (status: object | null) =>
  stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
    type: 'merge',
    body: { status },
    subresource: 'status',
    fieldManager: 'somebody',
  });
const LIE = {
  phase: 'Ready',
  endpointId: '00000000-0000-4000-8000-000000000000',
  targetResourceId: '/subscriptions/lie',
  connection: { status: 'Approved' },
  requestedAt: '2020-01-01T00:00:00Z',
  recreateAfter: '2030-01-01T00:00:00Z',
};

describe.each([
  ['amnesia: every pass finds no status', null],
  ['a lie: every pass finds a false status', LIE],
])('%s', (_, status) => {
  test('up and down, every write to a cloud is the same', async () => {
    await playUp();
    const up = sortedWrites();
    await setTheStage(stage, asked);
    await writeStatus(status);
    stage.kubernetes.faults.failNext(
      ({ path, userAgent }) => path.endsWith('/status') && !userAgent.startsWith('person'),
      { kind: 'answer', code: 500, reason: 'InternalError' },
      1_000_000,
    );
    await stage.startOperator();
    await stage.pass(2 * HOUR_MS);
    expect(sortedWrites()).toEqual(up);
    stage.forget();
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(sortedWrites().filter((line) => line.startsWith('DELETE') && line.includes('managed'))).toHaveLength(1);
    expect(rowIn(stage)).toBeUndefined();
  });
});

test('lost provenance: nothing is deleted, and nothing is asked for or approved anew', async () => {
  await setTheStage(stage, ready);
  const keys = Object.keys(managedIn(stage)?.metadata.annotations ?? {}).filter((key) =>
    key.startsWith('fabriclink.dev/'),
  );
  expect(keys.length).toBeGreaterThan(2);
  await stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
    type: 'merge',
    body: { metadata: { annotations: Object.fromEntries(keys.map((key) => [key, null])) } },
    fieldManager: 'careless',
  });
  const { id } = rowIn(stage)!;
  await stage.startOperator();
  await stage.pass(6 * HOUR_MS);
  expect(isManagedReady(stage)).toBe(true);
  await deleteManaged(stage);
  await playUntilManagedGone(stage);
  expect(cloudWrites(stage.calls)).toEqual([]);
  expect(rowIn(stage)!.id).toBe(id);
});

describe('reads that are minutes old', () => {
  const lag = (service: 'arm' | 'fabric', path: string) =>
    stage.simulator.faults.add({ kind: 'stale', service, method: 'GET', path });

  test.each([
    ['fabric', 'managedPrivateEndpoints'],
    ['arm', 'privateLinkServicesForFabric'],
  ] as const)('of %s on the way up: asked for once, approved once', async (service, path) => {
    const id = lag(service, path);
    await stage.startOperator();
    await stage.pass(25 * MINUTE_MS);
    stage.simulator.faults.remove(id);
    await playUntilManagedReady(stage);
    expect([...stage.births()].filter(([key]) => key.startsWith('managed '))).toHaveLength(1);
    expect(cloudWrites(stage.calls).filter(({ method, status = 0 }) => method === 'PUT' && status < 300)).toHaveLength(
      1,
    );
  });

  test('of fabric, of a time before the endpoint was there: nothing that is there is lost', async () => {
    const { id } = (await setTheStage(stage, ready), rowIn(stage)!);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    await deleteManaged(stage);
    lag('fabric', 'managedPrivateEndpoints');
    await stage.pass(10 * MINUTE_MS);
    stage.simulator.faults.clear();
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeUndefined();
    expect(id).not.toBe('');
  });
});
