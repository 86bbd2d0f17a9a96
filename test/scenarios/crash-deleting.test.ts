import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stage, startStage } from '../support/stage.ts';
import { isCloudWrite } from '../support/stage-calls.ts';
import { crashEverywhere, outcomeOf, type Recording, recordMoments } from '../support/stage-crash.ts';
import { bringToReady, playUntilGone } from '../support/stage-link.ts';
import { unsafeEndings } from '../support/stage-order.ts';
import { thingsIn } from '../support/stage-view.ts';

let stage: Stage;
let recording: Recording;
let undisturbed: unknown;

beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage);
  await stage.killOperator();
  await stage.deleteLink();
  recording = await recordMoments(stage, async () => {
    await stage.startOperator();
    await playUntilGone(stage);
  });
  undisturbed = outcomeOf(stage);
});
afterAll(() => stage.close());

describe('a process that dies while it takes things down', () => {
  test('before and after every single call: the next one ends in the same world, in the safe order', async () => {
    const { crashes, failures } = await crashEverywhere(stage, recording, async () => {
      await playUntilGone(stage);
      expect(outcomeOf(stage)).toEqual(undisturbed);
      expect(unsafeEndings(stage.endings())).toEqual([]);
      expect([...stage.births().keys()]).toEqual([]);
    });
    expect(failures).toEqual([]);
    expect([...thingsIn(stage.simulator.world)]).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.length);
    expect(recording.calls.filter(isCloudWrite).length).toBeGreaterThan(10);
  }, 240_000);
});
