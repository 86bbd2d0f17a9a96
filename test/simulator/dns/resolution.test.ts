import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';

import { afterEach, beforeEach, describe, test } from '@jest/globals';
import { decode, encode, type Packet } from 'dns-packet';

import { setRecord } from '../../../simulator/arm/out-of-band.ts';
import { addVirtualNetwork } from '../../../simulator/builders.ts';
import type { DnsSwitch } from '../../../simulator/dns/conduct.ts';
import { addWorkspace } from '../../../simulator/fabric/build.ts';
import { putTenantLink, removeTenantLink } from '../../../simulator/fabric/out-of-band.ts';
import { loadWorld } from '../../../simulator/world-file.ts';
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
/** Of a workspace of another tenant. */
const FOREIGN = 'f1a40000000040008000000000000002.zf1.w.api.fabric.microsoft.com';
const UNLINKED = '77770000000040008000000000000007.z77.w.api.fabric.microsoft.com';

/** Addresses, or the code of the refusal, as the machine's own resolver library sees them. */
async function ask(bench: Bench, viewpoint: string, name: string): Promise<string[] | string> {
  const place = bench.simulator.dns.at(viewpoint)!;
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([`${place.address}:${place.port}`]);
  return resolver.resolve4(name).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown');
}

function query(name: string, type: 'A' | 'AAAA' | 'CNAME' = 'A'): Buffer {
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

  type Row = {
    tenantLink?: true;
    /** Whether the zone of the sales workspace is linked, with or without falling back to the internet. */
    zone?: 'fallsBack' | 'hides';
    sales: string[] | string;
    other: string[] | string;
  };
  const PUBLIC = ['127.0.0.1'];
  const TENANT_LEVEL = ['127.64.9.9'];
  const WORKSPACE_LEVEL = ['127.64.1.4'];
  const rows: Record<string, Row> = {
    'no private link': { sales: PUBLIC, other: PUBLIC },
    'tenant-level only': { tenantLink: true, sales: TENANT_LEVEL, other: TENANT_LEVEL },
    'workspace-level with fallback': { zone: 'fallsBack', sales: WORKSPACE_LEVEL, other: PUBLIC },
    'workspace-level without fallback': { zone: 'hides', sales: WORKSPACE_LEVEL, other: 'ENOTFOUND' },
    'both, with fallback': { tenantLink: true, zone: 'fallsBack', sales: WORKSPACE_LEVEL, other: PUBLIC },
    'both, without fallback': { tenantLink: true, zone: 'hides', sales: WORKSPACE_LEVEL, other: 'ENOTFOUND' },
  };
  test.each(Object.entries(rows))('%s', async (_, { tenantLink, zone, sales, other }) => {
    if (tenantLink) putTenantLink(bench.simulator.cloud, TENANT, NETWORK_ID, '127.64.9.9');
    if (zone) await link(zone === 'fallsBack');
    expect(await ask(bench, NETWORK_ID, SALES)).toEqual(sales);
    expect(await ask(bench, NETWORK_ID, UNLINKED)).toEqual(other);
    // The internet knows nothing of it.
    expect(await ask(bench, 'public', SALES)).toEqual(PUBLIC);
  });

  test('a tenant-level link leads its own names and the global host there, other tenants’ workspaces nowhere else', async () => {
    const { cloud } = bench.simulator;
    const own = `${TENANT.replaceAll('-', '')}-api.privatelink.analysis.windows.net`;
    expect(await ask(bench, NETWORK_ID, own)).toBe('ENOTFOUND');
    putTenantLink(cloud, TENANT, NETWORK_ID, '127.64.9.9');
    bench.clock.advance(MINUTE_MS);
    expect(await ask(bench, NETWORK_ID, own)).toEqual(TENANT_LEVEL);
    expect(await ask(bench, NETWORK_ID, 'api.fabric.microsoft.com')).toEqual(TENANT_LEVEL);
    expect(await ask(bench, NETWORK_ID, FOREIGN)).toEqual(PUBLIC);
    removeTenantLink(cloud, NETWORK_ID);
    bench.clock.advance(MINUTE_MS);
    expect(await ask(bench, NETWORK_ID, SALES)).toEqual(PUBLIC);
    expect(cloud.addresses.list()).not.toContain('127.64.9.9');
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

  test('name the tenant-level link at the end of the chain of aliases', async () => {
    putTenantLink(bench.simulator.cloud, TENANT, NETWORK_ID, '127.64.9.9');
    const { answers } = await packet(bench, NETWORK_ID, query(SALES));
    expect(answers?.map((answer) => [answer.type, 'data' in answer ? answer.data : undefined])).toEqual([
      ['CNAME', `${API_RECORD}.privatelink.fabric.microsoft.com`],
      ['CNAME', `${TENANT.replaceAll('-', '')}-api.privatelink.analysis.windows.net`],
      ['A', '127.64.9.9'],
    ]);
  });

  test('name the alias of a name that a zone hides, and only the alias when that is asked for', async () => {
    await link(false);
    const alias = UNLINKED.replace('.fabric.', '.privatelink.fabric.');
    const hidden = (await packet(bench, NETWORK_ID, query(UNLINKED))) as Packet & { rcode: string };
    expect([hidden.rcode, hidden.answers]).toEqual([
      'NXDOMAIN',
      [expect.objectContaining({ type: 'CNAME', data: alias })],
    ]);
    const asked = (await packet(bench, NETWORK_ID, query(UNLINKED, 'CNAME'))) as Packet & { rcode: string };
    expect([asked.rcode, asked.answers]).toEqual([
      'NOERROR',
      [expect.objectContaining({ type: 'CNAME', data: alias })],
    ]);
    const none = (await packet(bench, NETWORK_ID, query('nobody.fabric.microsoft.com', 'CNAME'))) as Packet & {
      rcode: string;
    };
    expect([none.rcode, none.answers, none.authorities?.[0]?.type]).toEqual(['NXDOMAIN', [], 'SOA']);
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

  test.each(['SERVFAIL', 'REFUSED'] as const)('by saying %s', async (code) => {
    bench.simulator.dns.fail(NETWORK_ID, code);
    expect(await ask(bench, NETWORK_ID, SALES)).toBe(`E${code}`);
    bench.simulator.dns.fail(NETWORK_ID, undefined);
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

test('a world file says where tenant-level links are', () => {
  const network = {
    name: 'vnet',
    subscriptionId: 's',
    resourceGroup: 'rg',
    location: 'x',
    addressPrefix: '127.64.8.0/24',
  };
  const virtualNetworkId = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet';
  const file = {
    tenants: [{ id: TENANT }],
    subscriptions: [{ id: 's', tenantId: TENANT }],
    virtualNetworks: [{ ...network, subnets: [] }],
  };
  const { arm, fabric } = loadWorld({
    ...file,
    tenantLinks: [{ tenantId: TENANT, virtualNetworkId, address: '127.64.8.9' }],
  });
  expect(Object.values(arm.virtualNetworks).map(({ tenantLinkAddress }) => tenantLinkAddress)).toEqual(['127.64.8.9']);
  expect(fabric.tenantLinkAddresses).toEqual({ '127.64.8.9': TENANT });
  const nowhere = { tenantId: TENANT, virtualNetworkId: `${virtualNetworkId}-2`, address: '127.64.8.9' };
  expect(() => loadWorld({ ...file, tenantLinks: [nowhere] })).toThrow(/no network .*vnet-2 in the world/);
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
        putTenantLink(inner.simulator.cloud, TENANT, NETWORK_ID, '127.64.9.9');
        expect(await ask(inner, NETWORK_ID, SALES)).toEqual(['127.64.9.9']);
        expect(await ask(inner, 'public', SALES)).toEqual(['127.0.0.1']);
      },
    },
    leadToTenantLink: {
      keeps: 'workspace names at the tenant-level link where there is no other',
      async check(inner: Bench) {
        putTenantLink(inner.simulator.cloud, TENANT, NETWORK_ID, '127.64.9.9');
        expect(await ask(inner, NETWORK_ID, SALES)).toEqual(['127.64.9.9']);
      },
    },
    cacheAnswers: {
      keeps: 'the absence of a name in the resolver for the minimum of its SOA, and a name for its lifetime',
      async check(inner: Bench) {
        await aZone(inner);
        await putLink(inner, 'hub');
        inner.clock.advance(MINUTE_MS);
        expect(await ask(inner, NETWORK_ID, SALES)).toBe('ENOTFOUND');
        const answers = async (address: string) => {
          setRecord(inner.simulator.cloud, ZONE_ID, API_RECORD, [address]);
          return ask(inner, NETWORK_ID, SALES);
        };
        expect(await answers('127.64.1.4')).toBe('ENOTFOUND');
        inner.clock.advance(10_000);
        expect(await answers('127.64.1.4')).toEqual(['127.64.1.4']);
        expect(await answers('127.64.1.5')).toEqual(['127.64.1.4']);
        inner.clock.advance(MINUTE_MS);
        expect(await answers('127.64.1.5')).toEqual(['127.64.1.5']);
        inner.simulator.restore(inner.simulator.snapshot());
        expect(await answers('127.64.1.6')).toEqual(['127.64.1.6']);
      },
    },
  },
  startNetwork,
  (conduct, name) => {
    conduct.dns.switches[name] = false;
  },
);
