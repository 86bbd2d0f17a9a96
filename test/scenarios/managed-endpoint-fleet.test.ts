import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Stage } from '../support/stage.ts';
import { isCloud, isCloudRead, isCloudWrite, isStatusWrite } from '../support/stage-calls.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import { callsPerOperation, leastCalls, readyCount, stageManagedFleet } from '../support/stage-managed-fleet.ts';

/** `npm run bench -- managed-endpoints` in small: regressions in calls, not in speed, turn this red. */
const FLEET = { tenants: 2, workspaces: 4, endpoints: 5 };
const OBJECTS = FLEET.workspaces * FLEET.endpoints;
const TARGETS = FLEET.tenants * FLEET.endpoints;

let stage: Stage;
let tookMs: number;
let made: (operation: string) => number;
beforeAll(async () => {
  stage = await stageManagedFleet(FLEET);
  const startedAtMs = stage.clock.now();
  await stage.startOperator();
  await stage.run(() => readyCount(stage) === OBJECTS, { withinMs: HOUR_MS, what: 'the whole fleet is Ready' });
  tookMs = stage.clock.now() - startedAtMs;
  made = callsPerOperation(stage.calls);
}, 120_000);
afterAll(() => stage.close());

describe(`${OBJECTS} managed private endpoints over ${FLEET.workspaces} workspaces`, () => {
  const least = leastCalls(FLEET);

  test('each is asked for once and approved once, and nothing is refused', () => {
    expect(made('fabric managedPrivateEndpoints.create')).toBe(least.fabric.create);
    expect(made('arm privateLinkServices.decide')).toBe(least.arm.decide);
    const refused = stage.calls.filter(({ service, status = 0 }) => service !== 'kubernetes' && status >= 400);
    expect(refused).toEqual([]);
  });

  test('of one workspace one after the other', () => {
    const lastAtMs = new Map<string, number>();
    for (const { operation, method, path, atMs } of stage.calls) {
      if (method !== 'POST' || operation !== 'managedPrivateEndpoints.create') continue;
      expect(atMs - (lastAtMs.get(path) ?? 0)).toBeGreaterThanOrEqual(5_000);
      lastAtMs.set(path, atMs);
    }
    expect(lastAtMs.size).toBe(FLEET.workspaces);
  });

  test('one list of a workspace, and one of a target’s connections, serves all who wait for them', () => {
    // Of a workspace one a minute until Fabric shows the approvals, a few while requests settle, and at the end one for
    // each five seconds in which some are due; of a target two a minute until the requests have arrived, then a few.
    expect(made('fabric managedPrivateEndpoints.list')).toBeLessThanOrEqual(FLEET.workspaces * 30);
    expect(made('arm privateLinkServices.connections')).toBeLessThanOrEqual(TARGETS * 12);
    expect(made('fabric communicationPolicy.get')).toBeLessThanOrEqual(least.fabric.policy);
  });

  test('costs less than 14 calls an object, most of them for lists that more objects would share as well', () => {
    const all = stage.calls.filter(isCloud).length;
    process.stderr.write(`${OBJECTS} managed endpoints: ${(all / OBJECTS).toFixed(1)} cloud calls each\n`);
    expect(all / OBJECTS).toBeLessThan(14);
  });

  test('without waiting longer than published delays demand, but for what polling costs', () => {
    // The request arrives after 2 minutes, settles for 10, and Fabric shows the approval after 15.
    expect(tookMs).toBeLessThan(28.2 * MINUTE_MS);
  });

  test('at rest one list for each workspace and hour, and no writes', async () => {
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(10 * HOUR_MS);
    expect(stage.calls.filter((call) => isCloudWrite(call) || isStatusWrite(call))).toEqual([]);
    expect(stage.calls.filter(isCloudRead).length).toBeLessThanOrEqual(11 * FLEET.workspaces);
  });
});
