import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';

import { afterEach, beforeEach, describe, test } from '@jest/globals';
import { decode, encode, type Packet } from 'dns-packet';

import { addVirtualNetwork } from '../../../simulator/builders.ts';
import type { DnsSwitch } from '../../../simulator/dns/conduct.ts';
import { addWorkspace } from '../../../simulator/fabric/build.ts';
import {
  API_RECORD,
  anEndpoint,
  aZone,
  MINUTE_MS,
  putLink,
  putZoneGroup,
  startNetwork,
  ZONE_ID,
} from '../arm/network-fixture.ts';
import { expect } from '../core/expectations.ts';
import { aWorld, type Bench, NETWORK_ID, startBench, TENANT } from '../core/fixture.ts';
import { describeSwitches } from '../core/switches.ts';

const SALES = `${API_RECORD}.fabric.microsoft.com`;
const UNLINKED = '77770000000040008000000000000007.z77.w.api.fabric.microsoft.com';

/** Addresses, or the code of the refusal, as the machine's own resolver library sees them. */
async function ask(bench: Bench, viewpoint: string, name: string): Promise<string[] | string> {
  const place = bench.simulator.dns.at(viewpoint)!;
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([`${place.address}:${place.port}`]);
  return resolver.resolve4(name).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown');
}

function query(name: string, type: 'A' | 'AAAA' = 'A'): Buffer {
  return encode({ type: 'query', id: 7, flags: 0x01_00, questions: [{ type, name }] });
}

/** The whole answer over UDP. */
function packet(bench: Bench, viewpoint: string, message: Buffer): Promise<Packet> {
  const { address, port } = bench.simulator.dns.at(viewpoint)!;
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('message', (answer) => {
      socket.close();
      resolve(decode(answer));
    });
    socket.send(message, port, address);
  });
}

let bench: Bench;

/** The sales workspace has an endpoint in the network; another workspace exists and has none. */
beforeEach(async () => {
  bench = await startNetwork();
  addWorkspace(bench.simulator.world, { id: '77770000-0000-4000-8000-000000000007', tenantId: TENANT });
  await anEndpoint(bench, 'pe-a');
  await aZone(bench);
  await putZoneGroup(bench, 'pe-a');
  bench.clock.advance(MINUTE_MS);
});
afterEach(() => bench.close());

async function link(fallback: boolean): Promise<void> {
  await putLink(bench, 'hub', { fallback });
  bench.clock.advance(MINUTE_MS);
}

describe('what a network sees (cloud-apis section 10.2)', () => {
  test('the public address while its network is not linked to the zone', async () => {
    expect(await ask(bench, NETWORK_ID, SALES)).toEqual(['127.0.0.1']);
  });

  test('the private address once it is, and the internet still the public one', async () => {
    await link(false);
    expect(await ask(bench, NETWORK_ID, SALES)).toEqual(['127.64.1.4']);
    expect(await ask(bench, 'public', SALES)).toEqual(['127.0.0.1']);
  });

  test('nothing for workspaces without an endpoint there, unless the link falls back to the internet', async () => {
    await link(false);
    expect(await ask(bench, NETWORK_ID, UNLINKED)).toBe('ENOTFOUND');
    await link(true);
    expect(await ask(bench, NETWORK_ID, UNLINKED)).toEqual(['127.0.0.1']);
    expect(await ask(bench, NETWORK_ID, SALES)).toEqual(['127.64.1.4']);
  });

  test("a tenant-level link's address for all workspaces, as long as no workspace-level zone is linked", async () => {
    const network = bench.simulator.world.arm.virtualNetworks[NETWORK_ID.toLowerCase()]!;
    network.tenantLinkAddress = '127.64.9.9';
    expect(await ask(bench, NETWORK_ID, UNLINKED)).toEqual(['127.64.9.9']);
    await link(false);
    expect(await ask(bench, NETWORK_ID, SALES)).toEqual(['127.64.1.4']);
  });

  test('names of workspaces that do not exist, or with a wrong z label, nowhere', async () => {
    expect(await ask(bench, 'public', SALES.replace('5a1e', '5a1f'))).toBe('ENOTFOUND');
    expect(await ask(bench, 'public', SALES.replace('.z5a.', '.z5b.'))).toBe('ENOTFOUND');
  });
});

describe('answers on the wire', () => {
  test('carry the alias before the address, with the lifetimes of each', async () => {
    await link(false);
    const { answers, rcode } = (await packet(bench, NETWORK_ID, query(SALES))) as Packet & { rcode: string };
    expect(rcode).toBe('NOERROR');
    expect(answers).toEqual([
      expect.objectContaining({ type: 'CNAME', ttl: 60, data: `${API_RECORD}.privatelink.fabric.microsoft.com` }),
      expect.objectContaining({ type: 'A', ttl: 10, data: '127.64.1.4' }),
    ]);
  });

  test('say how long a missing name may be remembered', async () => {
    await link(false);
    const answer = (await packet(bench, NETWORK_ID, query(UNLINKED))) as Packet & { rcode: string };
    expect(answer.rcode).toBe('NXDOMAIN');
    const minimum = { minimum: 10 };
    expect(answer.authorities).toEqual([
      expect.objectContaining({
        type: 'SOA',
        name: 'privatelink.fabric.microsoft.com',
        data: expect.objectContaining(minimum),
      }),
    ]);
  });

  test('hold no address of another family', async () => {
    const answer = (await packet(bench, 'public', query(SALES, 'AAAA'))) as Packet & { rcode: string };
    expect([answer.rcode, answer.answers?.map(({ type }) => type)]).toEqual(['NOERROR', ['CNAME']]);
  });

  test('are the same over TCP', async () => {
    const { address, port } = bench.simulator.dns.at('public')!;
    const message = query(SALES);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    const answer = await new Promise<Packet>((resolve) => {
      const socket = connect(port, address, () => socket.write(Buffer.concat([length, message])));
      socket.once('data', (data: Buffer) => {
        socket.destroy();
        resolve(decode(data.subarray(2)));
      });
    });
    expect(answer.answers?.at(-1)).toMatchObject({ type: 'A', data: '127.0.0.1' });
  });
});

describe('a name server can fail', () => {
  test('by silence, which times out', async () => {
    bench.simulator.dns.silence(NETWORK_ID, true);
    expect(await ask(bench, NETWORK_ID, SALES)).toBe('ETIMEOUT');
    bench.simulator.dns.silence(NETWORK_ID, false);
    expect(await ask(bench, NETWORK_ID, SALES)).toEqual(['127.0.0.1']);
  });

  test('by being gone, and come back at the same place', async () => {
    const place = { ...bench.simulator.dns.at(NETWORK_ID)! };
    await bench.simulator.dns.stop(NETWORK_ID);
    expect(bench.simulator.dns.at(NETWORK_ID)).toBeUndefined();
    expect(await bench.simulator.dns.start(NETWORK_ID)).toEqual({ address: place.address, port: place.port });
    expect(await ask(bench, NETWORK_ID, SALES)).toEqual(['127.0.0.1']);
  });
});

test('the operator is given the resolver of the network in which it lives', async () => {
  const world = aWorld();
  const id = NETWORK_ID.replace('vnet-a', 'vnet-home');
  addVirtualNetwork(world, { id, subnets: [], nameserver: { address: '127.66.0.53', port: 5399 } });
  const other = await startBench({ world, operatorNetworkId: id });
  expect(other.simulator.env.FABRICLINK_NAMESERVERS).toBe('127.66.0.53:5399');
  await other.close();
});

describeSwitches<DnsSwitch>(
  {
    waitForCompletedLink: {
      keeps: 'a link without effect while it is InProgress',
      async check(inner: Bench) {
        await aZone(inner);
        await inner.arm('PUT', `${ZONE_ID}/A/${API_RECORD}`, {
          properties: { ttl: 10, aRecords: [{ ipv4Address: '127.64.1.4' }] },
        });
        await putLink(inner, 'hub');
        expect(await ask(inner, NETWORK_ID, SALES)).toEqual(['127.0.0.1']);
        inner.clock.advance(MINUTE_MS);
        expect(await ask(inner, NETWORK_ID, SALES)).toEqual(['127.64.1.4']);
      },
    },
    hideUnlistedNames: {
      keeps: 'names that a linked zone lacks from being found',
      async check(inner: Bench) {
        await aZone(inner);
        await putLink(inner, 'hub');
        inner.clock.advance(MINUTE_MS);
        expect(await ask(inner, NETWORK_ID, SALES)).toBe('ENOTFOUND');
      },
    },
    splitHorizon: {
      keeps: "a network's answers apart from the internet's",
      async check(inner: Bench) {
        inner.simulator.world.arm.virtualNetworks[NETWORK_ID.toLowerCase()]!.tenantLinkAddress = '127.64.9.9';
        expect(await ask(inner, NETWORK_ID, SALES)).toEqual(['127.64.9.9']);
        expect(await ask(inner, 'public', SALES)).toEqual(['127.0.0.1']);
      },
    },
  },
  startNetwork,
  (conduct, name) => {
    conduct.dns.switches[name] = false;
  },
);
