import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { setRecord } from '../../../simulator/arm/out-of-band.ts';
import { entraFault } from '../../../simulator/entra/errors.ts';
import { aZone, ENDPOINTS, expectCode, putEndpoint, putRecord, startNetwork, ZONE_ID } from '../arm/network-fixture.ts';
import { type Bench, GROUP_PATH, NETWORK_ID } from './fixture.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startNetwork();
});
afterEach(() => bench.close());

const endpoints = () => Object.keys(bench.simulator.world.arm.privateEndpoints).length;

describe('before the work', () => {
  test('throttling answers 429 with Retry-After in the words of the service', async () => {
    bench.simulator.faults.add({ kind: 'throttle', retryAfterSeconds: 17, service: 'arm', times: 1 });
    const refused = await bench.arm('GET', NETWORK_ID);
    expectCode(refused, 429, 'TooManyRequests');
    expect(refused.headers['retry-after']).toBe('17');
    expect((await bench.arm('GET', NETWORK_ID)).status).toBe(200);
  });

  test('a cut connection leaves nothing done', async () => {
    bench.simulator.faults.add({ kind: 'cut', method: 'PUT', times: 1 });
    await expect(putEndpoint(bench, 'pe-a')).rejects.toThrow(/hang up|ECONNRESET/);
    expect(endpoints()).toBe(0);
  });

  test('a delay passes on the clock of the clouds', async () => {
    bench.simulator.faults.add({ kind: 'delay', delayMs: 90_000, times: 1 });
    let answered = false;
    const reply = bench.arm('GET', NETWORK_ID).then(({ status }) => {
      answered = true;
      return status;
    });
    while (bench.clock.nextDueAt() === undefined) await new Promise((done) => setImmediate(done));
    expect(answered).toBe(false);
    bench.clock.advance(90_000);
    expect(await reply).toBe(200);
  });

  test('any refusal can be had, in the body of the service', async () => {
    bench.simulator.faults.add({
      kind: 'refuse',
      status: 403,
      code: 'RequestDisallowedByPolicy',
      path: 'privateEndpoints',
    });
    expectCode(await putEndpoint(bench, 'pe-a'), 403, 'RequestDisallowedByPolicy');
    bench.simulator.faults.add(entraFault(700213, { times: 1 }));
    const token = await bench.raw('POST', `${bench.simulator.urls.login}/x/oauth2/v2.0/token`);
    expect([token.at('error'), token.at('error_codes')]).toEqual(['invalid_client', [700213]]);
  });
});

describe('after the work', () => {
  test('a lost reply leaves the write done', async () => {
    bench.simulator.faults.add({ kind: 'loseReply', method: 'PUT', times: 1 });
    await expect(putEndpoint(bench, 'pe-a')).rejects.toThrow(/hang up|ECONNRESET/);
    expect(endpoints()).toBe(1);
    expect(bench.simulator.requests.list({ method: 'PUT' }).map(({ status }) => status)).toEqual([0]);
  });

  test('a gateway may answer in HTML, by halves, or not at all', async () => {
    bench.simulator.faults.add({ kind: 'html', times: 1 });
    const html = await bench.arm('GET', NETWORK_ID);
    expect([html.status, html.headers['content-type'], html.body]).toEqual([502, 'text/html', undefined]);
    bench.simulator.faults.add({ kind: 'truncate', times: 1 });
    const half = await bench.arm('GET', NETWORK_ID);
    expect([half.status, half.body]).toEqual([200, undefined]);
    expect(half.text.length).toBeGreaterThan(50);
    bench.simulator.faults.add({ kind: 'empty', times: 1 });
    const empty = await bench.arm('GET', NETWORK_ID);
    expect([empty.status, empty.text]).toEqual([200, '']);
  });

  test('enum values may be unheard of, wherever they stand', async () => {
    await putEndpoint(bench, 'pe-a');
    bench.simulator.faults.add({ kind: 'unknownEnum', members: ['status', 'provisioningState'], value: 'Pondering' });
    const reply = await bench.arm('GET', `${ENDPOINTS}/pe-a`);
    const connection = 'properties.manualPrivateLinkServiceConnections.0.properties';
    expect(reply.at('properties.provisioningState')).toBe('Pondering');
    expect(reply.at(`${connection}.privateLinkServiceConnectionState.status`)).toBe('Pondering');
  });
});

test('stale reads come from the world as it was, while writes go to the world as it is', async () => {
  await aZone(bench);
  await putRecord(bench, 'a', '127.64.1.4');
  const fault = bench.simulator.faults.add({ kind: 'stale', service: 'arm' });
  await putRecord(bench, 'b', '127.64.1.5');
  setRecord(bench.simulator.cloud, ZONE_ID, 'c', ['127.64.1.6']);
  const names = async () =>
    ((await bench.arm('GET', `${ZONE_ID}/A`)).at('value') as { name: string }[]).map(({ name }) => name);
  expect(await names()).toEqual(['a']);
  expect((await putRecord(bench, 'b', '127.64.1.7')).status).toBe(200);
  bench.simulator.faults.remove(fault);
  expect(await names()).toEqual(['a', 'b', 'c']);
});

test('a fault strikes where it is aimed: by service, method, path, after some, and as often as told', async () => {
  bench.simulator.faults.add({
    kind: 'throttle',
    retryAfterSeconds: 1,
    service: 'arm',
    method: 'get',
    path: /virtualNetworks\/vnet-a\?/i,
    skip: 1,
    times: 2,
  });
  const seen = [];
  for (let call = 0; call < 4; call++) seen.push((await bench.arm('GET', NETWORK_ID)).status);
  expect(seen).toEqual([200, 429, 429, 200]);
  expect((await bench.arm('GET', `${GROUP_PATH}/providers/Microsoft.Network/virtualNetworks`)).status).toBe(200);
  expect(bench.simulator.faults.list()).toEqual([]);
});

test('the request log tells who asked what, and counts', async () => {
  bench.simulator.requests.clear();
  await bench.arm('GET', NETWORK_ID);
  await putEndpoint(bench, 'pe-a');
  expect(bench.simulator.requests.counters()).toEqual({ 'arm GET': 1, 'arm PUT': 1 });
  expect(bench.simulator.requests.count({ service: 'arm' })).toBe(2);
  expect(bench.simulator.requests.writes()).toEqual([
    expect.objectContaining({
      method: 'PUT',
      path: `${ENDPOINTS}/pe-a`,
      status: 201,
      tenantId: 'aaaaaaaa-0000-4000-8000-000000000001',
      principalId: 'dddddddd-0000-4000-8000-00000000000d',
    }),
  ]);
});
