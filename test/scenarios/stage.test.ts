import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isWrite } from '../support/stage-calls.ts';
import { HOUR_MS, MINUTE_MS, playUntilReady } from '../support/stage-link.ts';
import { salesLink } from '../support/stage-world.ts';

let stage: Stage;
let applied: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  await stage.apply(salesLink(stage.nameserverOf));
  applied = stage.snapshot();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.killOperator();
  await stage.restore(applied);
  stage.forget();
});

describe('the stage itself', () => {
  test('plays the same piece twice: the same writes at the same times', async () => {
    const play = async () => {
      await stage.startOperator();
      await playUntilReady(stage);
      const startMs = applied.nowMs;
      return stage.calls.filter(isWrite).map(({ atMs, method, service }) => `${atMs - startMs} ${service} ${method}`);
    };
    const first = await play();
    await stage.killOperator();
    await stage.restore(applied);
    stage.forget();
    expect(await play()).toEqual(first);
    expect(first.length).toBeGreaterThan(40);
  });

  test('gives up when time is over, and shows the last calls and the status', async () => {
    await stage.startOperator();
    const wait = stage.run(() => false, { withinMs: 5 * MINUTE_MS, what: 'a wonder' });
    await expect(wait).rejects.toThrow(/in vain: a wonder[\s\S]+arm GET [\s\S]+"phase"/);
  });

  test('gives up when nothing can happen any more', async () => {
    const wait = stage.run(() => false, { withinMs: HOUR_MS, what: 'somebody at work' });
    await expect(wait).rejects.toThrow(/nothing is due any more: somebody at work/);
  });

  test('puts nothing back under a living process', async () => {
    await stage.startOperator();
    await expect(stage.restore(applied)).rejects.toThrow(/kill the operator/);
  });

  test('sees what came into being, and when it ceased to be', async () => {
    await stage.startOperator();
    await playUntilReady(stage);
    const kinds = new Map<string, number>();
    for (const key of stage.births().keys()) {
      const kind = key.split(' ')[0]!;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(Object.fromEntries(kinds)).toEqual({
      service: 1,
      endpoint: 2,
      connection: 2,
      zone: 2,
      link: 2,
      zonegroup: 1,
      record: 10,
    });
    expect(stage.endings()).toEqual([]);
  });
});
