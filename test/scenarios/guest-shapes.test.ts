import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { MappingChoices } from '../../simulator/fabric/mapping-conduct.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  ANA,
  chooseAnswers,
  deleteMappingObject,
  isMappingReady,
  liveRows,
  mappingCalls,
  mappingIn,
  mappingManifest,
  playUntilMappingGone,
  playUntilMappingReady,
  playUntilMappingSaid,
  rowsIn,
  startMappingStage,
} from '../support/stage-mapping.ts';

/** Nothing of the mapping API's answers is documented: a guest's life is played in each shape that they may have. */

let stage: Stage;
let empty: StageSnapshot;

beforeAll(async () => {
  stage = await startMappingStage();
  empty = stage.snapshot();
});
beforeEach(() => setTheStage(stage, empty));
afterAll(() => stage.close());

const SHAPES: Partial<MappingChoices>[] = [
  {},
  { mappingList: 'array', mappingAnswer: 'row', mappingTimes: 'createdDateTime', repeatedMapping: 'conflict' },
  { mappingList: 'mappings', mappingRow: 'objectId', mappingAnswer: 'id', repeatedMapping: 'badRequest' },
  {
    mappingPages: true,
    mappingRow: 'guestId',
    mappingPrincipal: 'principalId',
    mappingAnswer: 'row',
    revivedMapping: 'newRow',
  },
  {
    mappingRow: 'principalId',
    mappingPrincipal: 'providerObjectId',
    mappingTimes: 'createdDateTime',
    mappingDeletedMark: 'status',
  },
  { mappingRow: 'nested', mappingPrincipal: 'principalId', mappingDeletedMark: 'isDeleted', revivedMapping: 'newRow' },
  { mappingRow: 'echo', mappingPrincipal: 'none', mappingAnswer: 'row' },
  { mappingAnswer: 'operation', mappingTimes: 'createdDateTime' },
  { mappingRow: 'echo', mappingPrincipal: 'none', mappingAnswer: 'operation', revivedMapping: 'newRow' },
];

describe('in every shape of the answers', () => {
  test.each(SHAPES)(
    'a guest is mapped once, deleted, and mapped again while the remains are listed: %j',
    async (shape) => {
      chooseAnswers(stage, shape);
      const manifest = mappingManifest(ANA, { principalLookup: 'Graph' });
      await stage.startOperator();
      await stage.apply(manifest);
      await playUntilMappingReady(stage);
      expect(liveRows(stage)).toHaveLength(1);
      const posts = mappingCalls(stage, 'POST').length;
      expect(posts).toBe(1);
      await stage.pass(HOUR_MS);
      expect(mappingCalls(stage, 'POST')).toHaveLength(posts);
      expect(isMappingReady(stage)).toBe(true);
      const first = liveRows(stage)[0]!.principalId;
      expect(mappingIn(stage)!.status!.principal?.id ?? first).toBe(first);

      await deleteMappingObject(stage);
      await playUntilMappingGone(stage);
      expect(liveRows(stage)).toEqual([]);
      expect(rowsIn(stage)).toHaveLength(1);

      await stage.crashAndRestart();
      await stage.apply(manifest);
      await playUntilMappingReady(stage);
      expect(liveRows(stage)).toHaveLength(1);
      expect(mappingIn(stage)!.metadata.annotations!['fabriclink.dev/mapping']).toMatch(/^created /);
      // The row that is deleted in the end is the one that lives.
      await stage.pass(30 * MINUTE_MS);
      await deleteMappingObject(stage);
      await playUntilMappingGone(stage);
      expect(liveRows(stage)).toEqual([]);
    },
  );

  test('a service that refuses what it still lists is asked again, patiently, until it forgets', async () => {
    chooseAnswers(stage, { revivedMapping: 'refuse', mappingDeletedMark: 'isDeleted' });
    // "More than a day": three hours here show as much.
    stage.simulator.cloud.conduct.fabric.delays.mappingTombstoneMs = 3 * HOUR_MS;
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingReady(stage);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingSaid(stage, 'TombstoneInTheWay');
    const before = mappingCalls(stage).length;
    await playUntilMappingReady(stage);
    expect(mappingCalls(stage).length - before).toBeLessThan(20);
    expect(liveRows(stage)).toHaveLength(1);
  });
});
