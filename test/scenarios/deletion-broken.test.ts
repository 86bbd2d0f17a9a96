import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { restartFrom } from '../support/stage-crash.ts';
import { bringToReady, HOUR_MS, playUntilGone } from '../support/stage-link.ts';
import { unsafeEndings } from '../support/stage-order.ts';
import { thingsIn, viewOf } from '../support/stage-view.ts';
import { SALES } from '../support/stage-world.ts';
import { heals, stalls } from './breakages.ts';

let stage: Stage;
let ready: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage);
  ready = stage.snapshot();
});
afterAll(() => stage.close());

/** What must be left of it is not ours: a record that somebody changed, and so the zone that holds it. */
const kindsLeft = () => [...thingsIn(stage.simulator.world)].map((key) => key.split(' ')[0]).sort();
const expected = (what: string) =>
  what === 'a record that somebody pointed elsewhere' ? ['link', 'record', 'zone'] : [];

async function expectCleanEnd(what: string): Promise<void> {
  stage.forget();
  await stage.deleteLink();
  await playUntilGone(stage);
  expect(kindsLeft()).toEqual(expected(what));
  expect(unsafeEndings(stage.endings())).toEqual([]);
  expect(viewOf(stage.simulator.world).policies[SALES]!.inbound).toBe('Allow');
  expect([...stage.births().keys()]).toEqual([]);
}

describe('deleting what somebody has broken', () => {
  test.each(Object.entries({ ...heals, ...stalls }))('%s, before it was noticed', async (what, { broken }) => {
    await restartFrom(stage, ready);
    await stage.settle();
    broken(stage.simulator.cloud);
    await expectCleanEnd(what);
  });

  test.each(Object.entries(stalls))('%s, after it was noticed', async (what, { broken }) => {
    await restartFrom(stage, ready);
    broken(stage.simulator.cloud);
    await stage.pass(3 * HOUR_MS);
    await expectCleanEnd(what);
  });
});
