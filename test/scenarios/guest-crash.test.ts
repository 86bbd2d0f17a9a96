import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import type { MappingChoices } from '../../simulator/fabric/mapping-conduct.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { type Call, isCloud, isWrite } from '../support/stage-calls.ts';
import { crashEverywhere, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, setTheStage, writeLines } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  ANALYSTS,
  chooseAnswers,
  deleteMappingObject,
  liveRows,
  mappingCalls,
  mappingIn,
  mappingManifest,
  playUntilMappingGone,
  playUntilMappingReady,
  rowsIn,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { NAMESPACE } from '../support/stage-world.ts';

/** A process that dies at any call, forgets everything, is lied to, or reads what is old: it ends the same. */

let stage: Stage;
let asked: StageSnapshot;
let ready: StageSnapshot;

beforeAll(async () => {
  stage = await startMappingStage();
  await stage.apply(mappingManifest(ANALYSTS, { principalLookup: 'Graph' }));
  asked = stage.snapshot();
  await stage.startOperator();
  await playUntilMappingReady(stage);
  await stage.killOperator();
  ready = stage.snapshot();
});
beforeEach(async () => {
  await setTheStage(stage, asked);
  chooseAnswers(stage, {});
});
afterAll(() => stage.close());

const SHAPES: Partial<MappingChoices>[] = [
  {},
  {
    mappingRow: 'echo',
    mappingPrincipal: 'none',
    mappingTimes: 'createdDateTime',
    repeatedMapping: 'conflict',
    revivedMapping: 'newRow',
  },
];

/** Without ids and times of chance. */
const view = () =>
  rowsIn(stage).map(({ guestObjectId, type, deletedAtMs }) => [guestObjectId, type, deletedAtMs !== undefined]);

describe.each(SHAPES)('a process that dies before or after any call (%j)', (shape) => {
  test('on the way up: mapped once, and the same is noted', async () => {
    chooseAnswers(stage, shape);
    const recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await playUntilMappingReady(stage);
    });
    const undisturbed = view();
    // What the cluster is asked tells a new process nothing else than the dead one.
    const isVictim = Object.keys(shape).length === 0 ? (call: Call) => isCloud(call) || isWrite(call) : isWrite;
    const { crashes, failures } = await crashEverywhere(
      stage,
      recording,
      async () => {
        await playUntilMappingReady(stage);
        expect(view()).toEqual(undisturbed);
        const notes = mappingIn(stage)!.metadata.annotations!;
        expect(notes['fabriclink.dev/mapping']).toMatch(/^created /);
        expect(notes['fabriclink.dev/principal']).toContain(liveRows(stage)[0]!.principalId);
      },
      isVictim,
    );
    expect(failures).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.filter(isVictim).length);
  }, 120_000);

  test('on the way down: deleted, released, and not waited for', async () => {
    chooseAnswers(stage, shape);
    await stage.startOperator();
    await playUntilMappingReady(stage);
    const recording = await recordMoments(stage, async () => {
      await deleteMappingObject(stage);
      await playUntilMappingGone(stage);
    });
    const { failures } = await crashEverywhere(
      stage,
      recording,
      async () => {
        if (mappingIn(stage) && mappingIn(stage)?.metadata.deletionTimestamp === undefined)
          await deleteMappingObject(stage);
        await playUntilMappingGone(stage);
        expect(liveRows(stage)).toEqual([]);
      },
      isWrite,
    );
    expect(failures).toEqual([]);
  }, 120_000);
});

const LIE = {
  phase: 'Ready',
  mappingId: '00000000-0000-4000-8000-000000000000',
  principal: { id: '00000000-0000-4000-8000-000000000001', type: 'Group' },
  expansion: { state: 'Expanded', expectedBy: '2020-01-01T00:00:00Z' },
};

describe.each([
  ['amnesia: every pass finds no status', null],
  ['a lie: every pass finds a false status', LIE],
])('%s', (_, status) => {
  test('up and down, every write to a cloud is the same', async () => {
    await stage.kube.patch(crossTenantMappings, NAMESPACE, 'guest', {
      type: 'merge',
      body: { status },
      subresource: 'status',
      fieldManager: 'somebody',
    });
    stage.kubernetes.faults.failNext(
      ({ path, userAgent }) => path.endsWith('/status') && !userAgent.startsWith('person'),
      { kind: 'answer', code: 500, reason: 'InternalError' },
      1_000_000,
    );
    await stage.startOperator();
    await stage.pass(3 * HOUR_MS);
    expect(writeLines(stage.calls)).toEqual(['POST /v1/admin/crosstenantauth/mappings']);
    const { id } = liveRows(stage)[0]!;
    stage.forget();
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(writeLines(stage.calls)).toEqual([`DELETE /v1/admin/crosstenantauth/mappings/${id}`]);
  });
});

describe('a list that is old', () => {
  const lag = () =>
    stage.simulator.faults.add({ kind: 'stale', service: 'fabric', method: 'GET', path: 'crosstenantauth' });

  test.each(['none', 'createdDateTime'] as const)(
    'on the way up, with a new process: no second mapping, and nothing is taken for lost or for theirs at once (rows tell times: %s)',
    async (mappingTimes) => {
      chooseAnswers(stage, { mappingTimes });
      const id = lag();
      await stage.startOperator();
      await stage.run(() => liveRows(stage).length === 1, { withinMs: HOUR_MS, what: 'it is mapped' });
      await stage.crashAndRestart();
      await stage.pass(8 * MINUTE_MS);
      expect(mappingCalls(stage, 'POST').length).toBeLessThanOrEqual(2);
      stage.simulator.faults.remove(id);
      await playUntilMappingReady(stage);
      expect(rowsIn(stage)).toHaveLength(1);
      expect(mappingIn(stage)!.metadata.annotations!['fabriclink.dev/mapping']).toMatch(/^created /);
    },
  );

  test('on the way down: what it does not show is deleted by the id that was noted', async () => {
    lag();
    await stage.restore(ready);
    await stage.startOperator();
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toEqual([]);
  });
});

test('at rest nothing is written, and one list serves all', async () => {
  await setTheStage(stage, ready);
  await stage.startOperator();
  await stage.pass(HOUR_MS);
  stage.forget();
  await stage.pass(12 * HOUR_MS);
  expect(cloudWrites(stage.calls)).toEqual([]);
  // One object alone: at most its list and, once a day, its principal.
  expect(stage.calls.filter(({ service }) => service === 'fabric' || service === 'graph').length).toBeLessThanOrEqual(
    16,
  );
});
