import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Stage, startStage } from '../support/stage.ts';
import { cloudWrites, eventReasons } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, MINUTE_MS, playUntilReady } from '../support/stage-link.ts';

/** A cloud that is down for an hour fails no pass and needs no person; whoever is on call hears of it all the same. */

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage);
  await stage.pass(2 * HOUR_MS);
});
afterAll(() => stage.close());

const warnings = () => stage.logs.filter(({ message }) => message === 'cannot observe');
const metric = async () =>
  Number(
    /^fabriclink_unobservable_objects\{controller="workspaceprivatelinks"\} (\d+)$/m.exec(await stage.metrics())?.[1],
  );

test('what cannot be read for minutes is told once, counted, and said to be over', async () => {
  stage.forget();
  stage.simulator.faults.add({ kind: 'cut', service: 'fabric', path: 'communicationPolicy' });
  await stage.run(() => warnings().length > 0, { withinMs: 4 * HOUR_MS, what: 'somebody is told' });
  expect(JSON.stringify(warnings()[0]!.fields)).toContain('the communication policy');
  await stage.pass(20 * MINUTE_MS);
  expect(warnings()).toHaveLength(1);
  expect(eventReasons(stage)).toContain('Unobservable');
  expect(await metric()).toBe(1);
  expect(cloudWrites(stage.calls)).toEqual([]);
  stage.simulator.faults.clear();
  await playUntilReady(stage);
  expect(stage.logs.map(({ message }) => message)).toContain('observable again');
  expect(await metric()).toBe(0);
});

test('a stammer is no news', async () => {
  stage.forget();
  for (let hour = 0; hour < 4; hour += 1) {
    stage.simulator.faults.add({ kind: 'cut', service: 'fabric', path: 'communicationPolicy', times: 2 });
    await stage.pass(HOUR_MS);
  }
  expect(warnings()).toEqual([]);
});
