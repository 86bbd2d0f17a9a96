import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite } from '../support/stage-calls.ts';
import { crashEverywhere, madeTwice, outcomeOf, type Recording, recordMoments } from '../support/stage-crash.ts';
import { playUntilReady } from '../support/stage-link.ts';
import { salesLink } from '../support/stage-world.ts';

let stage: Stage;
let recording: Recording;
let undisturbed: unknown;

beforeAll(async () => {
  stage = await startStage();
  await stage.apply(salesLink(stage.nameserverOf));
  recording = await recordMoments(stage, async () => {
    await stage.startOperator();
    await playUntilReady(stage);
  });
  undisturbed = outcomeOf(stage);
});
afterAll(() => stage.close());

/** The same end as without any crash, and nothing made twice on the way. */
function expectSameEnd(before: StageSnapshot): void {
  expect(madeTwice(stage, before)).toEqual([]);
  expect(outcomeOf(stage)).toEqual(undisturbed);
}

describe('a process that dies on the way to Ready', () => {
  test('before and after every single call: the next one ends in the same world and makes nothing twice', async () => {
    const { crashes, failures } = await crashEverywhere(stage, recording, async (before) => {
      await playUntilReady(stage);
      expectSameEnd(before);
    });
    expect(failures).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.length);
    expect(recording.calls.filter(isCloudWrite).length).toBeGreaterThan(15);
  }, 240_000);

  test.each([0, 1, 2, 3, 4])(
    'really, in mid-call, its work done and the answer unread: the same (sample %i of cloud writes)',
    async (sample) => {
      // Holds the shortcut above to account: here nothing is put back, the process ends inside the call.
      const writes = recording.calls.filter(isCloudWrite).length;
      let left = Math.floor(((sample + 0.5) * writes) / 5) + 1;
      await stage.killOperator();
      await stage.restore(recording.start);
      stage.forget();
      stage.onCall((call, moment) => {
        if (moment === 'before' || !isCloudWrite(call)) return undefined;
        left -= 1;
        return left === 0 ? 'die' : undefined;
      });
      await stage.startOperator();
      await playUntilReady(stage);
      stage.onCall(undefined);
      expect(stage.deaths).toBe(1);
      expectSameEnd(recording.start);
    },
  );
});
