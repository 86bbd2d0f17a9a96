import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite, isStatusWrite } from '../support/stage-calls.ts';
import { cloudCalls, eventReasons, isStalled, readout, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, isTrue, MINUTE_MS } from '../support/stage-link.ts';
import { salesLink } from '../support/stage-world.ts';
import { BAD_INPUT, READY_AGAIN_MS } from './bad-input-cases.ts';

/** A look every ten minutes, each with what it takes to see whether the cause is gone. */
const MOST_CALLS_AN_HOUR = 120;

let stage: Stage;
let bare: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
});
beforeEach(() => setTheStage(stage, bare));
afterAll(() => stage.close());

describe('bad input is said, looked at slowly, and heals by itself', () => {
  test.each(Object.entries(BAD_INPUT))('%s', async (_, { given, spec, reason, reads, heal, ...limits }) => {
    await given?.(stage);
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf, { inbound: undefined, outbound: undefined, ...spec?.(stage) }));
    await stage.pass(20 * MINUTE_MS);

    expect(readout(stage.link())).toMatchObject({ reason });
    expect(isStalled(stage.link())).toBe(true);
    for (const words of reads) {
      const matching = typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words);
      expect(readout(stage.link()).nextStep).toEqual(matching);
    }
    expect(eventReasons(stage)).toContain(reason);

    stage.forget();
    await stage.pass(HOUR_MS);
    expect(readout(stage.link()).reason).toBe(reason);
    expect(cloudCalls(stage.calls).length).toBeLessThan(MOST_CALLS_AN_HOUR);
    expect(stage.calls.filter(isStatusWrite)).toEqual([]);
    const writes = stage.calls.filter(isCloudWrite).map(({ method, path }) => `${method} ${path}`);
    expect(writes.filter((line) => !limits.asksAgain?.test(line))).toEqual([]);
    expect(writes.length).toBeLessThanOrEqual(12);

    await heal(stage);
    await stage.run(() => isTrue(stage.link(), 'Ready'), {
      withinMs: limits.readyWithinMs ?? READY_AGAIN_MS,
      what: 'it is Ready once the cause is gone',
    });
  });
});
