import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';

import { afterEach, describe, expect, test } from '@jest/globals';

import { approveConnection } from '../../../simulator/arm/fabric/out-of-band.ts';
import { virtualClock } from '../../../simulator/clock.ts';
import { openTenantLink } from '../../../simulator/fabric/out-of-band.ts';
import { createRouter } from '../../../simulator/router.ts';
import { startSimulator } from '../../../simulator/start.ts';
import { loadWorld, type WorldFile } from '../../../simulator/world-file.ts';
import {
  API_RECORD,
  anEndpoint,
  aZone,
  ENDPOINTS,
  putEndpoint,
  startNetwork,
  ZONE_ID,
} from '../arm/network-fixture.ts';
import { type Bench, SERVICE_ID, TENANT } from './fixture.ts';

let bench: Bench;
afterEach(() => bench.close());

type Seen = { status: number | undefined; names: string | undefined; peer: string | undefined };

/** One request to Fabric at an address, under a host name that TLS checks. */
function visit(address: string, servername: string): Promise<Seen> {
  const { ca, urls } = bench.simulator;
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port: new URL(urls.fabric).port,
      servername,
      ca,
      path: '/v1/workspaces',
      agent: false,
    };
    const outgoing = httpsRequest({ ...options, headers: { host: servername } }, (incoming) => {
      const socket = incoming.socket as TLSSocket;
      const seen = {
        status: incoming.statusCode,
        names: socket.getPeerCertificate().subjectaltname,
        peer: socket.remoteAddress,
      };
      incoming.resume();
      incoming.on('end', () => resolve(seen));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('a snapshot', () => {
  test('brings back what was under way, with its timers', async () => {
    bench = await startNetwork();
    await putEndpoint(bench, 'pe-a');
    const snapshot = bench.simulator.snapshot();
    const state = async () => (await bench.arm('GET', `${ENDPOINTS}/pe-a`)).at('properties.provisioningState');
    bench.clock.advance(60_000);
    expect(await state()).toBe('Succeeded');
    bench.simulator.restore(snapshot);
    expect(await state()).toBe('Updating');
    bench.clock.advance(0);
    expect(await state()).toBe('Succeeded');
  });

  test('brings back the addresses that Fabric listens on', async () => {
    bench = await startNetwork();
    const empty = bench.simulator.snapshot();
    await anEndpoint(bench, 'pe-a');
    const full = bench.simulator.snapshot();
    await bench.simulator.listening();
    const host = `${API_RECORD}.fabric.microsoft.com`;
    expect(await visit('127.64.1.4', host)).toMatchObject({ peer: '127.64.1.4', names: `DNS:${host}` });
    openTenantLink(bench.simulator.cloud, TENANT, '127.64.9.9');
    const linked = bench.simulator.snapshot();
    bench.simulator.restore(empty);
    await bench.simulator.listening();
    expect(bench.simulator.cloud.addresses.list()).toEqual([]);
    await expect(visit('127.64.1.4', host)).rejects.toThrow(/ECONNREFUSED/);
    bench.simulator.restore(full);
    await bench.simulator.listening();
    expect((await visit('127.64.1.4', host)).peer).toBe('127.64.1.4');
    bench.simulator.restore(linked);
    expect(bench.simulator.cloud.addresses.list()).toEqual(['127.64.1.4', '127.64.9.9']);
  });
});

test('an endpoint that nobody approved carries no traffic', async () => {
  bench = await startNetwork();
  await anEndpoint(bench, 'pe-a', { approve: false });
  await bench.simulator.listening();
  const host = `${API_RECORD}.fabric.microsoft.com`;
  await expect(visit('127.64.1.4', host)).rejects.toThrow(/ECONNRESET|socket|hang up/);
  approveConnection(bench.simulator.cloud, SERVICE_ID, `${ENDPOINTS}/pe-a`);
  expect((await visit('127.64.1.4', host)).peer).toBe('127.64.1.4');
});

test('certificates are for the host that was asked, and signed by nobody known', async () => {
  bench = await startNetwork();
  expect((await visit('127.0.0.1', 'api.fabric.microsoft.com')).names).toBe('DNS:api.fabric.microsoft.com');
  const unknown = new Promise((_resolve, reject) => {
    httpsRequest(bench.simulator.urls.fabric, { agent: false }, () => undefined)
      .on('error', reject)
      .end();
  });
  await expect(unknown).rejects.toThrow(/certificate/);
});

test('lists come in pages, with an empty one between if so chosen, and every entry once', async () => {
  bench = await startNetwork((conduct) => {
    conduct.arm.choices.pageSize = 2;
    conduct.arm.choices.emptyPage = true;
  });
  await aZone(bench);
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const body = { properties: { ttl: 10, aRecords: [{ ipv4Address: '127.64.1.4' }] } };
    await bench.arm('PUT', `${ZONE_ID}/A/${name}`, body);
  }
  const pages: string[][] = [];
  for (let next: string | undefined = `${ZONE_ID}/A`; next; ) {
    const reply: Awaited<ReturnType<Bench['arm']>> = await bench.arm('GET', next);
    pages.push((reply.at('value') as { name: string }[]).map(({ name }) => name));
    next = reply.at('nextLink') as string | undefined;
  }
  expect(pages).toEqual([['a', 'b'], [], ['c', 'd'], [], ['e']]);
  const top = await bench.arm('GET', `${ZONE_ID}/A?$top=1`);
  expect(top.at('value')).toHaveLength(1);
});

test('the demo’s world file loads as it is, and a section that nobody reads is refused', async () => {
  const text = await readFile(new URL('../../../examples/demo-world.json', import.meta.url), 'utf8');
  const file = JSON.parse(text) as WorldFile;
  const world = loadWorld(file);
  expect(Object.keys(world.arm.virtualNetworks)).toHaveLength(4);
  expect(world.arm.subscriptions['20000000-0000-4000-8000-000000000003']?.providers['microsoft.fabric']?.state).toBe(
    'NotRegistered',
  );
  expect(Object.values(world.fabric.workspaces).map(({ displayName }) => displayName)).toContain('sales');
  expect(() => loadWorld({ ...file, tennants: [] } as WorldFile)).toThrow(
    'unknown sections in the world file: tennants',
  );
  bench = await startNetwork();
});

test('a path that is not well-formed is the caller’s mistake', async () => {
  bench = await startNetwork();
  const reply = await bench.arm('GET', `${ENDPOINTS}/%ff`);
  expect([reply.status, reply.at('error.code')]).toEqual([400, 'InvalidRequestUri']);
});

test('the control API shows, breaks and mends, and gives no secret away', async () => {
  bench = await startNetwork();
  const { control } = bench.simulator.urls;
  await anEndpoint(bench, 'pe-a');
  const summary = await bench.raw('GET', `${control}/_sim`);
  expect(summary.at('counts.privateEndpoints')).toBe(1);
  expect(summary.at('endpointAddresses')).toEqual(['127.64.1.4']);
  expect((await bench.raw('GET', `${control}/_sim/world`)).text).not.toContain('open-sesame');

  const fault = JSON.stringify({ kind: 'throttle', retryAfterSeconds: 3, service: 'arm' });
  const added = await bench.raw('POST', `${control}/_sim/faults`, { body: fault });
  expect(added.status).toBe(201);
  expect((await bench.arm('GET', ENDPOINTS)).status).toBe(429);
  await bench.raw('DELETE', `${control}/_sim/faults/${String(added.at('id'))}`);
  expect((await bench.arm('GET', ENDPOINTS)).status).toBe(200);

  const remove = () => bench.raw('DELETE', `${control}/_sim/resources?id=${ENDPOINTS}/pe-a`);
  expect([(await remove()).status, (await remove()).status]).toEqual([204, 404]);
  expect((await bench.arm('GET', `${ENDPOINTS}/pe-a`)).status).toBe(404);
  expect((await bench.raw('GET', `${control}/_sim/requests`)).at('counters.arm PUT')).toBe(1);
  expect((await bench.raw('GET', `${control}/_sim/clock`)).at('speed')).toBe(1);
});

test('a port that is taken is said at once', async () => {
  bench = await startNetwork();
  const taken = Number(new URL(bench.simulator.urls.arm).port);
  await expect(startSimulator({ ports: { arm: taken } })).rejects.toThrow(/EADDRINUSE/);
});

describe('the virtual clock', () => {
  test('runs what falls due in order of time, also what that starts', async () => {
    bench = await startNetwork();
    const clock = virtualClock(0, 60);
    const ran: [string, number][] = [];
    clock.after(20, () => ran.push(['second', clock.now()]));
    clock.after(10, () => {
      ran.push(['first', clock.now()]);
      clock.after(5, () => ran.push(['between', clock.now()]));
    });
    const cancel = clock.after(15, () => ran.push(['never', clock.now()]));
    cancel();
    clock.advance(30);
    expect(ran).toEqual([
      ['first', 10],
      ['between', 15],
      ['second', 20],
    ]);
    expect([clock.now(), clock.scaled(60_000), clock.nextDueAt()]).toEqual([30, 1000, undefined]);
  });
});

test('the router prefers a literal to a name, ignores case in literals, and tells wrong methods from wrong paths', async () => {
  bench = await startNetwork();
  const router = createRouter();
  const handle = () => ({ status: 200 });
  router.add({ method: 'GET', path: '/a/:name', handle }, { method: 'GET', path: '/a/ALL', handle });
  expect(router.match('GET', '/A/all')?.params).toEqual({});
  expect(router.match('GET', '/A/b%2Fc')?.params).toEqual({ name: 'b/c' });
  expect([router.match('PUT', '/a/b'), router.knows('/a/b'), router.knows('/a/b/c')]).toEqual([undefined, true, false]);
  expect(() => router.add({ method: 'GET', path: '/a/:other', handle })).toThrow('two routes');
});
