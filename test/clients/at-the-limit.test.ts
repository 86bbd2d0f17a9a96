import { afterEach, describe, expect, test } from '@jest/globals';
import { OperatorError } from '../../operator/errors.ts';
import { addWorkspace } from '../../simulator/fabric/build.ts';
import { type Bench, startBench } from './against-simulator.ts';
import { aCall, SUBSCRIPTION, TENANT } from './fakes.ts';

let bench: Bench;
afterEach(() => bench.close());

/** Runs every job until it is through, each coming back when it is told to. Answers how long that took, in virtual milliseconds. */
async function untilAllAreThrough(jobs: readonly (() => Promise<unknown>)[]): Promise<number> {
  const startMs = bench.clock.now();
  const waiting = jobs.map((job) => ({ job, dueAtMs: startMs }));
  while (waiting.length > 0) {
    const nextMs = Math.min(...waiting.map(({ dueAtMs }) => dueAtMs));
    if (nextMs > bench.clock.now()) await bench.clock.advance(nextMs - bench.clock.now());
    for (const entry of waiting.filter(({ dueAtMs }) => dueAtMs <= bench.clock.now())) {
      try {
        await entry.job();
        waiting.splice(waiting.indexOf(entry), 1);
      } catch (error) {
        if (!(error instanceof OperatorError) || error.disposition !== 'throttled') throw error;
        entry.dueAtMs = bench.clock.now() + error.retryAfterMs!;
      }
    }
  }
  return bench.clock.now() - startMs;
}

const refusals = () => bench.records.filter(({ status }) => status === 429);
const workspaces = (count: number) =>
  Array.from({ length: count }, () =>
    addWorkspace(bench.simulator.world, {
      tenantId: TENANT,
      capacityId: bench.workspace.capacityId!,
      roles: { [bench.app.objectId]: 'Admin' },
    }),
  );

describe('a fleet at the limit', () => {
  test('creates private link services as fast as the quota allows, without provoking a refusal', async () => {
    bench = await startBench();
    const { privateLinkServices } = bench.clients.arm;
    const jobs = workspaces(35).map(({ id }, index) => {
      const scope = { subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-links', name: `pls-number-${index}` };
      const body = { tenantId: TENANT, workspaceId: id, tags: {} };
      return () => privateLinkServices.put(scope, body, aCall({ key: `team-a/${index}` }));
    });
    const tookMs = await untilAllAreThrough(jobs);
    expect(refusals()).toEqual([]);
    expect(Object.keys(bench.simulator.world.fabric.linkServices)).toHaveLength(35);
    // Ten a minute: the last five may begin after three minutes.
    expect(tookMs).toBeLessThanOrEqual(3 * 60_000 * 1.05);
  });

  test('reads workspace by workspace within the identity’s 200 calls a minute', async () => {
    bench = await startBench();
    const jobs = workspaces(450).map(
      ({ id }) =>
        () =>
          bench.clients.fabric.items(id, aCall({ key: `team-a/${id}` })),
    );
    const tookMs = await untilAllAreThrough(jobs);
    expect(refusals()).toEqual([]);
    expect(tookMs).toBeLessThanOrEqual(2 * 60_000 * 1.05);
  });

  test('steps down and comes through when somebody else spends from the same quota', async () => {
    bench = await startBench({ adjust: (conduct) => void (conduct.fabric.quotas.serviceCreationsPerMinute = 6) });
    const { privateLinkServices } = bench.clients.arm;
    const jobs = workspaces(20).map(({ id }, index) => {
      const scope = { subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-links', name: `pls-number-${index}` };
      const body = { tenantId: TENANT, workspaceId: id, tags: {} };
      return () => privateLinkServices.put(scope, body, aCall({ key: `team-a/${index}` }));
    });
    await untilAllAreThrough(jobs);
    expect(Object.keys(bench.simulator.world.fabric.linkServices)).toHaveLength(20);
    expect(refusals().length).toBeGreaterThan(0);
    expect(refusals().length).toBeLessThanOrEqual(4);
  });
});
