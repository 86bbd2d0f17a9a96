import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  ANA,
  ANALYSTS,
  deleteMappingObject,
  liveRows,
  mappingCalls,
  mappingIn,
  mappingManifest,
  mappingSaid,
  playUntilMappingGone,
  playUntilMappingReady,
  rowsIn,
  startMappingStage,
} from '../support/stage-mapping.ts';

/** A guest of another tenant is mapped, kept mapped, and taken away again. */

let stage: Stage;
let empty: StageSnapshot;

beforeAll(async () => {
  stage = await startMappingStage();
  empty = stage.snapshot();
});
beforeEach(() => setTheStage(stage, empty));
afterAll(() => stage.close());

const begin = async (...args: Parameters<typeof mappingManifest>) => {
  await stage.startOperator();
  await stage.apply(mappingManifest(...args));
};

describe('a guest who has consented', () => {
  test('is mapped once, and it is known who represents them', async () => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    const [row, ...others] = liveRows(stage);
    expect(others).toEqual([]);
    expect(mappingCalls(stage, 'POST')).toHaveLength(1);
    await stage.pass(70 * MINUTE_MS);
    expect(mappingSaid(stage, 'Ready')).toBe('True AccessSettling');
    expect(mappingIn(stage)!.status).toMatchObject({
      mappingId: row!.id,
      principal: { id: row!.principalId, type: 'ServicePrincipal' },
    });
    expect(['GuestConsented', 'Mapped', 'PrincipalResolved'].map((type) => mappingSaid(stage, type))).toEqual([
      'True GuestConsented',
      'True Mapped',
      'True PrincipalResolved',
    ]);
    expect(eventReasons(stage)).toEqual(expect.arrayContaining(['GuestMapped', 'PrincipalResolved', 'Ready']));
    await stage.pass(4 * HOUR_MS);
    expect(mappingSaid(stage, 'Ready')).toBe('True Ready');
  });

  test('a group waits visibly for its expansion, and nobody asks anything meanwhile', async () => {
    await begin(ANALYSTS);
    await stage.run(() => mappingSaid(stage, 'GroupExpanded') === 'Unknown GroupExpanding', {
      withinMs: MINUTE_MS,
      what: 'the group waits for its expansion',
    });
    await stage.settle();
    const calls = stage.calls.length;
    await stage.pass(50 * MINUTE_MS);
    expect(stage.calls.length - calls).toBeLessThan(3);
    await playUntilMappingReady(stage);
    expect(mappingSaid(stage, 'GroupExpanded')).toBe('True GroupExpansionDue');
  });

  test('goes with its object, and the remains in the list hold up nothing', async () => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toEqual([]);
    expect(rowsIn(stage)).toHaveLength(1);
    expect(mappingCalls(stage, 'DELETE')).toHaveLength(1);
  });
});
