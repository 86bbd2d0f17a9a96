import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { addWorkspace, declareTenantSetting } from '../../../simulator/fabric/build.ts';
import { settled } from '../../../simulator/fabric/effective.ts';
import { workspaceHost } from '../../../simulator/fabric/hosts.ts';
import { type Bench, OTHER_TENANT, startFabric, TENANT } from './fixture.ts';

const POLICY = '/networking/communicationPolicy';
const ENDPOINT = '127.64.9.4';
const TENANT_LINK = '127.64.9.200';

let bench: Bench;
let host: string;

beforeEach(async () => {
  bench = await startFabric();
  host = workspaceHost(bench.workspace.id, 'w.api');
});

afterEach(() => bench.close());

const restrict = () => {
  bench.workspace.policy.inbound = settled<'Allow' | 'Deny'>('Deny');
};

const codeOf = async (asked: ReturnType<Bench['fabric']>) => {
  const { status, body } = await asked;
  return `${status} ${(body['errorCode'] as string | undefined) ?? ''}`.trim();
};

describe('through a private endpoint', () => {
  test('an approved one opens its restricted workspace, under a certificate for the workspace host', async () => {
    await bench.endpointAt(ENDPOINT, 'Approved');
    restrict();
    expect(await codeOf(bench.fabric('GET', bench.path(), { host }))).toBe('403 RequestDeniedByInboundPolicy');
    expect(await codeOf(bench.fabric('GET', bench.path(), { host, address: ENDPOINT }))).toBe('200');
    expect(await codeOf(bench.fabric('GET', bench.path('/items'), { host, address: ENDPOINT }))).toBe('200');
  });

  test.each(['Pending', 'Rejected'] as const)('one that is %s resets the connection', async (status) => {
    await bench.endpointAt(ENDPOINT, status);
    await expect(bench.fabric('GET', bench.path(), { host, address: ENDPOINT })).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
  });

  test('a kept connection dies with the approval', async () => {
    await bench.endpointAt(ENDPOINT, 'Approved');
    expect(await codeOf(bench.fabric('GET', bench.path(), { host, address: ENDPOINT }))).toBe('200');
    const [endpoint] = Object.values(bench.simulator.world.arm.privateEndpoints);
    endpoint!.connection.state = { status: 'Rejected', description: '', actionsRequired: 'None' };
    await expect(bench.fabric('GET', bench.path(), { host, address: ENDPOINT })).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
  });

  test('nobody listens any more once the endpoint is gone', async () => {
    await bench.endpointAt(ENDPOINT, 'Approved');
    bench.simulator.world.arm.privateEndpoints = {};
    bench.simulator.cloud.addresses.close(ENDPOINT);
    await expect(bench.fabric('GET', bench.path(), { host, address: ENDPOINT })).rejects.toMatchObject({
      code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/),
    });
  });

  test('the policy stays out of reach, and so does everything but that workspace', async () => {
    await bench.endpointAt(ENDPOINT, 'Approved');
    const { world } = bench.simulator;
    const other = addWorkspace(world, { tenantId: TENANT, roles: { [bench.admin.objectId]: 'Admin' } });
    const through = { address: ENDPOINT };
    const refused = '403 RequestDeniedByInboundPolicy';
    expect(await codeOf(bench.fabric('GET', bench.path(POLICY), { ...through, host }))).toBe(refused);
    expect(await codeOf(bench.fabric('GET', bench.path(), through))).toBe(refused);
    const otherHost = workspaceHost(other.id, 'w.api');
    expect(await codeOf(bench.fabric('GET', `/v1/workspaces/${other.id}`, { ...through, host: otherHost }))).toBe(
      refused,
    );
    expect(await codeOf(bench.fabric('GET', `/v1/workspaces/${other.id}`, { ...through, host }))).toBe(
      '404 EndpointNotFound',
    );
  });
});

describe('over the public internet', () => {
  test('a restricted workspace stays in the list, and its policy can be read and written', async () => {
    restrict();
    const list = await bench.fabric('GET', '/v1/workspaces');
    expect(list.body['value']).toMatchObject([{ id: bench.workspace.id }]);
    expect(await codeOf(bench.fabric('GET', bench.path(POLICY)))).toBe('200');
    expect(await codeOf(bench.fabric('PUT', bench.path(POLICY), { body: {} }))).toBe('200');
  });

  test('an open workspace answers on its own host too: a 200 there proves no private path', async () => {
    expect(await codeOf(bench.fabric('GET', bench.path(), { host }))).toBe('200');
  });

  test('no spelling of the path leads around the restriction', async () => {
    restrict();
    const { id } = bench.workspace;
    for (const path of [
      `/v1//workspaces/${id}`,
      `/V1/Workspaces/${id.toUpperCase()}/`,
      `/v1/%77orkspaces/${id}/items`,
    ]) {
      expect(await codeOf(bench.fabric('GET', path))).toBe('403 RequestDeniedByInboundPolicy');
    }
  });

  test('the deletion of a restricted workspace is refused as well', async () => {
    restrict();
    expect(await codeOf(bench.fabric('DELETE', bench.path()))).toBe('403 RequestDeniedByInboundPolicy');
  });

  test('a host whose label does not fit its workspace is a stranger, and answers as the front door', async () => {
    const wrong = host.replace(/\.z..\./, '.zzz.');
    expect(await codeOf(bench.fabric('GET', '/v1/capacities', { host: wrong }))).toBe('200');
  });
});

/** The table of cloud-apis section 3.5, for the policy; 'workspace' rows call through the endpoint and its host. */
describe('while the tenant blocks public internet access', () => {
  beforeEach(async () => {
    await bench.endpointAt(ENDPOINT, 'Approved');
    await bench.tenantLinkAt(TENANT_LINK);
  });

  const rows: {
    block: boolean;
    from: 'internet' | 'tenant link' | 'endpoint';
    on: 'global' | 'workspace';
    allowed: boolean;
  }[] = [
    { block: false, from: 'internet', on: 'global', allowed: true },
    { block: false, from: 'tenant link', on: 'global', allowed: true },
    { block: false, from: 'tenant link', on: 'workspace', allowed: true },
    { block: false, from: 'endpoint', on: 'workspace', allowed: false },
    { block: true, from: 'internet', on: 'global', allowed: false },
    { block: true, from: 'internet', on: 'workspace', allowed: false },
    { block: true, from: 'tenant link', on: 'global', allowed: true },
    { block: true, from: 'tenant link', on: 'workspace', allowed: true },
    { block: true, from: 'endpoint', on: 'workspace', allowed: false },
  ];
  const addresses = { internet: '127.0.0.1', 'tenant link': TENANT_LINK, endpoint: ENDPOINT };

  test.each(rows)('block $block, from the $from on the $on host: $allowed', async ({ block, from, on, allowed }) => {
    declareTenantSetting(bench.simulator.world, TENANT, 'BlockAccessFromPublicNetworks', block);
    const reply = await bench.fabric('GET', bench.path(POLICY), {
      address: addresses[from],
      ...(on === 'workspace' && { host }),
    });
    expect(reply.status).toBe(allowed ? 200 : 403);
  });

  test('the workspace itself is served through its endpoint', async () => {
    declareTenantSetting(bench.simulator.world, TENANT, 'BlockAccessFromPublicNetworks', true);
    expect(await codeOf(bench.fabric('GET', bench.path(), { host, address: ENDPOINT }))).toBe('200');
  });

  test('other tenants are none the wiser', async () => {
    declareTenantSetting(bench.simulator.world, TENANT, 'BlockAccessFromPublicNetworks', true);
    const asForeigner = { as: { ...bench.foreigner, tenantId: OTHER_TENANT } };
    expect(await codeOf(bench.fabric('GET', '/v1/workspaces', asForeigner))).toBe('200');
  });

  test('endpoint and link go on listening in a restored world', async () => {
    const snapshot = bench.simulator.snapshot();
    bench.simulator.cloud.addresses.reset([]);
    bench.simulator.restore(snapshot);
    for (const address of [TENANT_LINK, ENDPOINT]) await bench.listening(address);
    expect(await codeOf(bench.fabric('GET', bench.path(), { address: TENANT_LINK }))).toBe('200');
    expect(await codeOf(bench.fabric('GET', bench.path(), { address: ENDPOINT, host }))).toBe('200');
  });

  test('a tenant-level link does not lead into a restricted workspace', async () => {
    restrict();
    expect(await codeOf(bench.fabric('GET', bench.path(), { address: TENANT_LINK }))).toBe(
      '403 RequestDeniedByInboundPolicy',
    );
  });
});
