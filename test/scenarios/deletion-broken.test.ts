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

async function endOfDeletion(): Promise<unknown> {
  stage.forget();
  await stage.deleteLink();
  await playUntilGone(stage);
  return {
    left: new Set([...thingsIn(stage.simulator.world)].map((key) => key.split(' ')[0])),
    made: [...stage.births().keys()],
    unsafe: unsafeEndings(stage.endings()),
    inbound: viewOf(stage.simulator.world).policies[SALES]!.inbound,
  };
}

const cleanEnd = (what: string) => ({
  // A record that somebody changed is not ours, and so the zone that holds it stays.
  left: new Set(what === 'a record that somebody pointed elsewhere' ? ['zone', 'record', 'link'] : []),
  made: [],
  unsafe: [],
  inbound: 'Allow',
});

describe('deleting what somebody has broken', () => {
  test.each(Object.entries({ ...heals, ...stalls }))('%s, before it was noticed', async (what, { broken }) => {
    await restartFrom(stage, ready);
    await stage.settle();
    broken(stage.simulator.cloud);
    expect(await endOfDeletion()).toEqual(cleanEnd(what));
  });

  test.each(Object.entries(stalls))('%s, after it was noticed', async (what, { broken }) => {
    await restartFrom(stage, ready);
    broken(stage.simulator.cloud);
    await stage.pass(3 * HOUR_MS);
    expect(await endOfDeletion()).toEqual(cleanEnd(what));
  });
});
