import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import {
  addCapacity,
  addDeploymentPipeline,
  addGateway,
  addItem,
  addWorkspace,
  declareTenantSetting,
} from '../../../simulator/fabric/build.ts';
import { workspaceHost } from '../../../simulator/fabric/hosts.ts';
import { changeTenantSetting, policySetByOthers } from '../../../simulator/fabric/out-of-band.ts';
import { type Bench, MINUTE_MS, OTHER_TENANT, type Reply, startFabric, TENANT } from './fixture.ts';

const POLICY = '/networking/communicationPolicy';

let bench: Bench;

beforeEach(async () => {
  bench = await startFabric();
});

afterEach(() => bench.close());

const valueOf = (reply: Reply) => reply.body['value'] as Record<string, unknown>[];

/** Follows a list by its tokens or its links; returns the pages. */
async function pagesOf(path: string, follow: 'token' | 'uri'): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const reply: Reply = await bench.fabric('GET', next);
    expect(reply.status).toBe(200);
    pages.push(valueOf(reply));
    const { continuationToken: token, continuationUri: uri } = reply.body as Record<string, string | undefined>;
    if (token === undefined) next = undefined;
    else if (follow === 'token') next = `${path}${path.includes('?') ? '&' : '?'}continuationToken=${token}`;
    else next = uri!.replace(/^https:\/\/[^/]+/, '');
  }
  return pages;
}

describe('tokens', () => {
  test('no token, a token for ARM and a token of nobody are refused in Fabric’s own words', async () => {
    const missing = await bench.fabric('GET', '/v1/workspaces', { as: null });
    expect([missing.status, missing.body['errorCode']]).toEqual([401, 'TokenIsMissing']);
    const forArm = await bench.fabric('GET', '/v1/workspaces', { audience: 'https://management.azure.com' });
    expect([forArm.status, forArm.body['errorCode']]).toEqual([401, 'InvalidToken']);
    const forged = await bench.fabric('GET', '/v1/workspaces', {
      as: null,
      headers: { authorization: 'Bearer a.b.c' },
    });
    expect([forged.status, forged.body['errorCode']]).toEqual([401, 'InvalidToken']);
    bench.simulator.conduct.entra.switches.checkAudience = false;
    expect((await bench.fabric('GET', '/v1/workspaces', { audience: 'https://management.azure.com' })).status).toBe(
      200,
    );
  });
});

test('published delays and quota windows shrink with the speed', async () => {
  const fast = await startFabric(({ fabric }) => {
    fabric.quotas.unifiedPerMinute = 2;
  }, 60);
  try {
    policySetByOthers(fast.simulator.cloud, fast.workspace.id, { inbound: 'Deny' });
    fast.clock.advance(29_000);
    expect((await fast.fabric('GET', fast.path())).status).toBe(200);
    fast.clock.advance(1000);
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await fast.fabric('GET', fast.path())).status);
    expect(statuses).toEqual([403, 403, 429]);
    fast.clock.advance(1000);
    expect((await fast.fabric('GET', fast.path())).status).toBe(403);
  } finally {
    await fast.close();
  }
});

describe('errors', () => {
  test('carry the code in body and header, and the request id in both too', async () => {
    const { status, body, headers } = await bench.fabric('GET', '/v1/workspaces/00000000-0000-4000-8000-00000000dead');
    expect(status).toBe(404);
    expect(body).toMatchObject({ errorCode: 'WorkspaceNotFound', message: expect.any(String) });
    expect(headers['x-ms-public-api-error-code']).toBe('WorkspaceNotFound');
    expect(body['requestId']).toBe(headers['requestid']);
  });

  test('nest the useful code in moreDetails when the clouds are told to', async () => {
    bench.simulator.conduct.fabric.choices.nestErrors = true;
    const { body } = await bench.fabric('GET', '/v1/workspaces?roles=Owner');
    expect(body).toMatchObject({ errorCode: 'BadRequest', moreDetails: [{ errorCode: 'InvalidParameter' }] });
  });

  test('tell a stranger 403, or hide the workspace by choice', async () => {
    const asked = () => bench.fabric('GET', bench.path(), { as: bench.stranger });
    expect((await asked()).status).toBe(403);
    bench.simulator.conduct.fabric.choices.hideForeignWorkspaces = true;
    expect((await asked()).body['errorCode']).toBe('WorkspaceNotFound');
  });
});

describe('paging', () => {
  beforeEach(() => {
    for (let item = 0; item < 7; item += 1) {
      addItem(bench.simulator.world, bench.workspace.id, { type: 'Notebook', displayName: `n${item}` });
    }
    bench.simulator.conduct.fabric.choices.pageSize = 3;
  });

  test.each(['token', 'uri'] as const)('by %s reaches every entry once', async (follow) => {
    const pages = await pagesOf(bench.path('/items?type=Notebook'), follow);
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(new Set(pages.flat().map((item) => (item as { id: string }).id)).size).toBe(7);
  });

  test('may send an empty page that still carries a token', async () => {
    bench.simulator.conduct.fabric.choices.emptyPage = true;
    const pages = await pagesOf(bench.path('/items'), 'token');
    expect(pages.map((page) => page.length)).toEqual([3, 0, 3, 1]);
  });

  test('gives a token that is encoded already, and refuses one that it never gave', async () => {
    const first = await bench.fabric('GET', bench.path('/items'));
    expect(first.body['continuationToken']).toMatch(/%3D/);
    const twice = encodeURIComponent(first.body['continuationToken'] as string);
    const refused = await bench.fabric('GET', bench.path(`/items?continuationToken=${twice}`));
    expect([refused.status, refused.body['errorCode']]).toEqual([400, 'InvalidContinuationToken']);
  });

  test('names the global host even when the caller came by the workspace host', async () => {
    const host = workspaceHost(bench.workspace.id, 'w.api');
    const reply = await bench.fabric('GET', bench.path('/items'), { host });
    expect(reply.body['continuationUri']).toMatch(new RegExp(`^${bench.simulator.urls.fabric}`));
  });
});

describe('workspaces', () => {
  test('show their own hosts only to those who ask for them, or once access is restricted', async () => {
    const plain = await bench.fabric('GET', bench.path());
    expect(plain.body).toMatchObject({
      id: bench.workspace.id,
      capacityRegion: 'West Europe',
      oneLakeEndpoints: { dfsEndpoint: 'https://westeurope-onelake.dfs.fabric.microsoft.com' },
    });
    expect(plain.body).not.toHaveProperty('apiEndpoint');
    const own = await bench.fabric('GET', bench.path('?preferWorkspaceSpecificEndpoints=true'));
    expect(own.body['apiEndpoint']).toContain(workspaceHost(bench.workspace.id, 'w.api'));
    policySetByOthers(bench.simulator.cloud, bench.workspace.id, { inbound: 'Deny' });
    const restricted = await bench.fabric('GET', bench.path());
    expect(JSON.stringify(restricted.body)).toContain(workspaceHost(bench.workspace.id, 'dfs'));
  });

  test('are listed by role, and without capacity show none', async () => {
    const { world } = bench.simulator;
    const viewed = addWorkspace(world, { tenantId: TENANT, roles: { [bench.admin.objectId]: 'Viewer' } });
    addWorkspace(world, { tenantId: TENANT });
    const all = valueOf(await bench.fabric('GET', '/v1/workspaces'));
    expect(all.map(({ id }) => id)).toEqual([bench.workspace.id, viewed.id]);
    expect(all[1]).not.toHaveProperty('capacityId');
    const owned = valueOf(await bench.fabric('GET', '/v1/workspaces?roles=Admin,Member'));
    expect(owned.map(({ id }) => id)).toEqual([bench.workspace.id]);
  });

  test('keep compatible what was created under the restriction, when they are opened and closed again', async () => {
    const { cloud, world } = bench.simulator;
    policySetByOthers(cloud, bench.workspace.id, { inbound: 'Deny' });
    addItem(world, bench.workspace.id, { type: 'SemanticModel' });
    const put = (inbound: string) =>
      bench.fabric('PUT', bench.path(POLICY), { body: { inbound: { publicAccessRules: { defaultAction: inbound } } } });
    expect((await put('Allow')).status).toBe(200);
    expect((await put('Deny')).status).toBe(200);
  });
});

describe('the policy', () => {
  test('answers a PUT without a body, and shows its ETag without quotes', async () => {
    const put = await bench.fabric('PUT', bench.path(POLICY), { body: {} });
    expect({ status: put.status, text: put.text }).toEqual({ status: 200, text: '' });
    expect(put.headers['etag']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['an unknown action', { inbound: { publicAccessRules: { defaultAction: 'Maybe' } } }, 'InvalidInput'],
    ['a direction that is no object', { outbound: 'Deny' }, 'InvalidInput'],
    ['no document at all', [], 'CorruptedPayload'],
  ])('refuses %s', async (_what, body, code) => {
    const put = await bench.fabric('PUT', bench.path(POLICY), { body });
    expect([put.status, put.body['errorCode']]).toEqual([400, code]);
  });

  test('leaves the documents below it alone', async () => {
    const rules = { rules: [{ displayName: 'office', value: '203.0.113.0/24' }] };
    expect((await bench.fabric('PUT', bench.path(`${POLICY}/inbound/firewall`), { body: rules })).status).toBe(200);
    await bench.fabric('PUT', bench.path(POLICY), { body: {} });
    expect((await bench.fabric('GET', bench.path(`${POLICY}/inbound/firewall`))).body).toEqual(rules);
  });

  test('may come without an ETag', async () => {
    bench.simulator.conduct.fabric.choices.sendEtag = false;
    expect((await bench.fabric('GET', bench.path(POLICY))).headers).not.toHaveProperty('etag');
  });

  test('opens the documents below it where a top-level action is omitted, and guards them by ETag', async () => {
    policySetByOthers(bench.simulator.cloud, bench.workspace.id, { outbound: 'Deny' });
    bench.clock.advance(15 * MINUTE_MS);
    const path = bench.path(`${POLICY}/outbound/connections`);
    const before = await bench.fabric('GET', path);
    expect(before.body).toEqual({ defaultAction: 'Deny', rules: [] });
    expect((await bench.fabric('PUT', path, { body: { rules: [] } })).status).toBe(200);
    expect((await bench.fabric('GET', path)).body).toEqual({ defaultAction: 'Allow', rules: [] });
    const stale = { 'if-match': `"${before.headers['etag']}"` };
    expect((await bench.fabric('PUT', path, { body: { rules: [] }, headers: stale })).status).toBe(412);
  });

  test('moves its ETag when somebody else writes', async () => {
    const before = (await bench.fabric('GET', bench.path(POLICY))).headers['etag'];
    policySetByOthers(bench.simulator.cloud, bench.workspace.id, { outbound: 'Deny' });
    expect((await bench.fabric('GET', bench.path(POLICY))).headers['etag']).not.toBe(before);
  });

  test('that is lifted before it acted leaves no trace', async () => {
    const put = (inbound: string) =>
      bench.fabric('PUT', bench.path(POLICY), { body: { inbound: { publicAccessRules: { defaultAction: inbound } } } });
    await put('Deny');
    bench.clock.advance(10 * MINUTE_MS);
    await put('Allow');
    expect((await bench.fabric('GET', bench.path())).status).toBe(200);
    expect((await bench.fabric('DELETE', bench.path())).status).toBe(200);
  });
});

describe('capacities, pipelines and gateways', () => {
  test('capacities are seen by their administrators, with sku and state', async () => {
    addCapacity(bench.simulator.world, { tenantId: TENANT, administrators: [bench.stranger.objectId], sku: 'F8' });
    const seen = valueOf(await bench.fabric('GET', '/v1/capacities'));
    expect(seen).toEqual([expect.objectContaining({ sku: 'F2', state: 'Active', region: 'West Europe' })]);
    const all = valueOf(await bench.fabric('GET', '/v1/capacities', { as: bench.stranger }));
    expect(all).toHaveLength(2);
    const hidden = all.find(({ sku }) => sku === 'F8')!['id'] as string;
    expect((await bench.fabric('GET', `/v1/capacities/${hidden}`)).body['errorCode']).toBe(
      'InsufficientPermissionsOverCapacity',
    );
    expect((await bench.fabric('GET', `/v1/capacities/${bench.workspace.id}`)).body['errorCode']).toBe(
      'CapacityNotFound',
    );
  });

  test('stages name the workspace that is assigned to them', async () => {
    const pipeline = addDeploymentPipeline(bench.simulator.world, {
      tenantId: TENANT,
      workspaceIds: [undefined, bench.workspace.id],
    });
    expect(valueOf(await bench.fabric('GET', '/v1/deploymentPipelines'))).toMatchObject([{ id: pipeline.id }]);
    const stages = valueOf(await bench.fabric('GET', `/v1/deploymentPipelines/${pipeline.id}/stages`));
    expect(stages.map((stage) => stage['workspaceId'])).toEqual([undefined, bench.workspace.id]);
  });

  test('gateways keep the shape of their type, unknown types included', async () => {
    const shown = {
      type: 'StreamingVirtualNetwork',
      displayName: 'g',
      virtualNetworkAzureResource: { subnetName: 's' },
    };
    const gateway = addGateway(bench.simulator.world, { tenantId: TENANT, shown });
    addGateway(bench.simulator.world, { tenantId: OTHER_TENANT, shown });
    const expected = { id: gateway.id, ...shown };
    expect(valueOf(await bench.fabric('GET', '/v1/gateways'))).toEqual([expected]);
    expect((await bench.fabric('GET', `/v1/gateways/${gateway.id}`)).body).toEqual(expected);
    expect((await bench.fabric('GET', `/v1/gateways/${bench.workspace.id}`)).status).toBe(404);
  });
});

describe('admin', () => {
  test('tenant settings show what is configured, paged, under either name of the collection', async () => {
    changeTenantSetting(bench.simulator.cloud, TENANT, 'WorkspaceBlockInboundAccess', false);
    bench.simulator.conduct.fabric.choices.pageSize = 4;
    const pages = await pagesOf('/v1/admin/tenantsettings', 'uri');
    expect(pages.map((page) => page.length)).toEqual([4, 3]);
    expect(pages.flat()).toContainEqual(
      expect.objectContaining({ settingName: 'WorkspaceBlockInboundAccess', enabled: false }),
    );
    bench.simulator.conduct.fabric.choices.tenantSettingsMember = 'tenantSettings';
    expect((await bench.fabric('GET', '/v1/admin/tenantsettings')).body).toHaveProperty('tenantSettings');
  });

  test('the admin right may be limited to some identities', async () => {
    declareTenantSetting(bench.simulator.world, TENANT, 'AllowServicePrincipalsUseReadAdminAPIs', true, [
      bench.viewer.objectId,
    ]);
    expect((await bench.fabric('GET', '/v1/admin/tenantsettings')).status).toBe(403);
    expect((await bench.fabric('GET', '/v1/admin/tenantsettings', { as: bench.viewer })).status).toBe(200);
  });

  test('the inventory lists protected workspaces only, restricted ones too, and filters by direction', async () => {
    const { cloud, world } = bench.simulator;
    const other = addWorkspace(world, { tenantId: TENANT, outbound: 'Deny' });
    addWorkspace(world, { tenantId: OTHER_TENANT, inbound: 'Deny' });
    addWorkspace(world, { tenantId: TENANT });
    policySetByOthers(cloud, bench.workspace.id, { inbound: 'Deny' });
    bench.clock.advance(30 * MINUTE_MS);
    const path = '/v1/admin/workspaces/networking/communicationpolicies';
    const idsOf = async (query = '') =>
      valueOf(await bench.fabric('GET', `${path}${query}`)).map(({ workspaceId }) => workspaceId);
    expect(await idsOf()).toEqual([bench.workspace.id, other.id]);
    const denies = (direction: string) => `${direction}/publicAccessRules/defaultAction eq 'deny'`;
    expect(await idsOf(`?filter=${encodeURIComponent(denies('inbound'))}`)).toEqual([bench.workspace.id]);
    const both = `${denies('inbound')} or ${denies('outbound')}`;
    expect(await idsOf(`?filter=${encodeURIComponent(both)}`)).toHaveLength(2);
    const bad = await bench.fabric('GET', `${path}?filter=everything`);
    expect([bad.status, bad.body['errorCode']]).toEqual([400, 'InvalidFilterExpression']);
  });
});
