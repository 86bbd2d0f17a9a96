import { afterEach, expect, test } from '@jest/globals';

import { grantRole } from '../../../simulator/builders.ts';
import { virtualClock } from '../../../simulator/clock.ts';
import { type Bench, SUBSCRIPTION, TENANT } from '../core/fixture.ts';
import { ENDPOINTS, startNetwork } from './network-fixture.ts';

let bench: Bench;
afterEach(() => bench.close());

const REGISTER = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/register`;

test('every principal has a bucket of its own, and all of a subscription share a larger one', async () => {
  bench = await startNetwork((conduct) => {
    conduct.arm.quotas.writes = { bucket: 2, perSecond: 1 };
    conduct.arm.quotas.globalFactor = 2;
  });
  const seen: Record<string, number[]> = {};
  for (const name of ['a', 'b', 'c']) {
    const as = { tenantId: TENANT, objectId: `eeeeeeee-0000-4000-8000-00000000000${name}` };
    grantRole(bench.simulator.world, {
      principalId: as.objectId,
      scope: `/subscriptions/${SUBSCRIPTION}`,
      actions: ['*'],
    });
    const write = async () => (await bench.arm('POST', REGISTER, undefined, { as })).status;
    seen[name] = [await write(), await write(), await write()];
  }
  expect(seen).toEqual({ a: [200, 200, 429], b: [200, 200, 429], c: [429, 429, 429] });
});

test('reads, writes and deletes are counted apart', async () => {
  bench = await startNetwork((conduct) => {
    conduct.arm.quotas.deletes = { bucket: 1, perSecond: 1 };
  });
  const remove = async () => (await bench.arm('DELETE', `${ENDPOINTS}/none`)).status;
  expect([await remove(), await remove()]).toEqual([204, 429]);
  expect((await bench.arm('GET', ENDPOINTS)).status).toBe(200);
  expect((await bench.arm('POST', REGISTER)).status).toBe(200);
});

test('speed shortens windows and delays, and leaves the numbers as they are', async () => {
  const clock = virtualClock(undefined, 60);
  bench = await startNetwork((conduct) => {
    conduct.arm.quotas.network.writes = 1;
  }, clock);
  const remove = async () => bench.arm('DELETE', `${ENDPOINTS}/none`);
  expect((await remove()).status).toBe(204);
  const refused = await remove();
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '5']);
  clock.advance(5_000);
  expect((await remove()).status).toBe(204);
});
