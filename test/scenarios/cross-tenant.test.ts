import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Stage, startStage } from '../support/stage.ts';
import { isCloud } from '../support/stage-calls.ts';
import {
  endpointInFabrikam,
  FABRIKAM,
  FABRIKAM_SUBSCRIPTION,
  FABRIKAM_ZONE,
  fabrikamSecret,
  fabrikamWorld,
  tenantAddressed,
} from '../support/stage-fabrikam.ts';
import { bringToReady } from '../support/stage-link.ts';
import { viewOf } from '../support/stage-view.ts';
import { SALES_SERVICE } from '../support/stage-world.ts';

/** Seed 001: a workspace in one tenant, reached from a network of another. */
let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ world: fabrikamWorld() });
  await stage.apply(fabrikamSecret());
});
afterAll(() => stage.close());

test('from nothing to Ready and Deny, and no token ever goes to the other tenant', async () => {
  await bringToReady(stage, { endpoints: [endpointInFabrikam('ZoneGroup', stage.nameserverOf)] });
  const { services, endpoints, zones, policies } = viewOf(stage.simulator.world);
  expect(Object.values(services[SALES_SERVICE.toLowerCase()]!.connections)).toEqual(['Approved']);
  expect(Object.keys(endpoints)).toEqual([expect.stringContaining(FABRIKAM_SUBSCRIPTION)]);
  expect(Object.keys(zones[FABRIKAM_ZONE.toLowerCase()]!.records)).toHaveLength(5);
  expect(Object.values(policies).map(({ inbound }) => inbound)).toContain('Deny');
  const cloudCalls = stage.calls.filter(isCloud);
  expect(cloudCalls.filter((call) => call.tenantId !== tenantAddressed(stage.simulator.world, call))).toEqual([]);
  expect(cloudCalls.filter(({ tenantId }) => tenantId === FABRIKAM).length).toBeGreaterThan(10);
});
