import { describe, expect, test } from '@jest/globals';

import type { FabricRestBehaviour } from '../../../simulator/fabric/behaviours.ts';
import {
  addDeploymentPipeline,
  addItem,
  addVirtualNetworkGateway,
  addWorkspace,
  declareTenantSetting,
} from '../../../simulator/fabric/build.ts';
import { settled } from '../../../simulator/fabric/effective.ts';
import { workspaceHost } from '../../../simulator/fabric/hosts.ts';
import { changeTenantSetting, setCapacityState } from '../../../simulator/fabric/out-of-band.ts';
import { type Bench, GROUP, judge, MINUTE_MS, startFabric, TENANT } from './fixture.ts';

type Case = { keeps: string; check: (bench: Bench) => Promise<void> };

const POLICY = '/networking/communicationPolicy';
const policyOf = (inbound: string, outbound: string) => ({
  inbound: { publicAccessRules: { defaultAction: inbound } },
  outbound: { publicAccessRules: { defaultAction: outbound } },
});
const putPolicy = (bench: Bench, inbound: string, outbound = 'Allow', headers: Record<string, string> = {}) =>
  bench.fabric('PUT', bench.path(POLICY), { body: policyOf(inbound, outbound), headers });
const setting = (bench: Bench, name: string, enabled: boolean) =>
  declareTenantSetting(bench.simulator.world, TENANT, name, enabled);
const subnetId = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub/subnets/snet-gateway`;
const restrict = (bench: Bench) => {
  bench.workspace.policy.inbound = settled<'Allow' | 'Deny'>('Deny');
};
const expectCode = (reply: { status: number; body: Record<string, unknown> }, status: number, code: string) =>
  expect({ status: reply.status, code: reply.body['errorCode'] }).toEqual({ status, code });

/** One case per published refusal and delay. Each must fail when its behaviour is switched off. */
const cases: Record<FabricRestBehaviour, Case> = {
  keepTenantsApart: {
    keeps: 'a workspace of another tenant unknown, whatever role the caller seems to have',
    async check(bench) {
      expectCode(await bench.fabric('GET', bench.path(), { as: bench.foreigner }), 404, 'WorkspaceNotFound');
    },
  },
  requireServicePrincipalAccess: {
    keeps: 'service principals out until the tenant lets them call public APIs',
    async check(bench) {
      setting(bench, 'ServicePrincipalAccessGlobalAPIs', false);
      expectCode(await bench.fabric('GET', '/v1/workspaces'), 403, 'TenantSwitchDisabled');
    },
  },
  requireAdminReadAccess: {
    keeps: 'admin reads from identities without the admin setting',
    async check(bench) {
      setting(bench, 'AllowServicePrincipalsUseReadAdminAPIs', false);
      expectCode(await bench.fabric('GET', '/v1/admin/tenantsettings'), 403, 'InsufficientPrivileges');
    },
  },
  requireWorkspaceRole: {
    keeps: 'a viewer from writing the policy',
    async check(bench) {
      const put = bench.fabric('PUT', bench.path(POLICY), { as: bench.viewer, body: policyOf('Allow', 'Allow') });
      expectCode(await put, 403, 'InsufficientWorkspaceRole');
    },
  },
  countUnifiedQuota: {
    keeps: 'each identity to its calls per minute, and lets it go on when the window ends',
    async check(bench) {
      bench.simulator.conduct.fabric.quotas.unifiedPerMinute = 3;
      for (let call = 0; call < 3; call += 1) expect((await bench.fabric('GET', bench.path())).status).toBe(200);
      const refused = await bench.fabric('GET', bench.path());
      expectCode(refused, 429, 'RequestBlocked');
      expect(refused.body).toMatchObject({ isRetriable: true });
      expect(Number(refused.headers['retry-after'])).toBe(60);
      expect((await bench.fabric('GET', bench.path(), { as: bench.viewer })).status).toBe(200);
      bench.clock.advance(MINUTE_MS);
      expect((await bench.fabric('GET', bench.path())).status).toBe(200);
    },
  },
  countTenantSettingsQuota: {
    keeps: 'the stricter limit of the tenant settings list',
    async check(bench) {
      for (let call = 0; call < 25; call += 1) {
        expect((await bench.fabric('GET', '/v1/admin/tenantsettings')).status).toBe(200);
      }
      expectCode(await bench.fabric('GET', '/v1/admin/tenantsettings'), 429, 'RequestBlocked');
    },
  },
  keepPolicyOffWorkspaceHost: {
    keeps: 'the policy off the workspace host',
    async check(bench) {
      const host = workspaceHost(bench.workspace.id, 'w.api');
      expectCode(await bench.fabric('GET', bench.path(POLICY), { host }), 403, 'RequestDeniedByInboundPolicy');
    },
  },
  keepGlobalPathsOffWorkspaceHost: {
    keeps: 'capacities, gateways and admin paths on the global host',
    async check(bench) {
      const host = workspaceHost(bench.workspace.id, 'w.api');
      for (const path of ['/v1/capacities', '/v1/gateways', '/v1/admin/tenantsettings', '/v1/workspaces']) {
        expectCode(await bench.fabric('GET', path, { host }), 404, 'EndpointNotFound');
      }
    },
  },
  enforceInboundDeny: {
    keeps: 'public callers out of a restricted workspace',
    async check(bench) {
      restrict(bench);
      for (const path of ['', '/items']) {
        expectCode(await bench.fabric('GET', bench.path(path)), 403, 'RequestDeniedByInboundPolicy');
      }
    },
  },
  liftWithInboundSetting: {
    keeps: 'the way in for a Fabric administrator who switches the tenant setting off',
    async check(bench) {
      restrict(bench);
      setting(bench, 'WorkspaceBlockInboundAccess', false);
      expect((await bench.fabric('GET', bench.path())).status).toBe(200);
    },
  },
  delayInboundDeny: {
    keeps: 'a fresh Deny from acting for half an hour, though GET shows it at once',
    async check(bench) {
      expect((await putPolicy(bench, 'Deny')).status).toBe(200);
      expect((await bench.fabric('GET', bench.path(POLICY))).body).toEqual(policyOf('Deny', 'Allow'));
      bench.clock.advance(29 * MINUTE_MS);
      expect((await bench.fabric('GET', bench.path())).status).toBe(200);
      bench.clock.advance(MINUTE_MS);
      expect((await bench.fabric('GET', bench.path())).status).toBe(403);
    },
  },
  delayInboundAllow: {
    keeps: 'a lifted Deny in force for five minutes and flapping until eight, though GET shows Allow',
    async check(bench) {
      restrict(bench);
      expect((await putPolicy(bench, 'Allow')).status).toBe(200);
      expect((await bench.fabric('GET', bench.path(POLICY))).body).toEqual(policyOf('Allow', 'Allow'));
      bench.clock.advance(4 * MINUTE_MS);
      expect((await bench.fabric('GET', bench.path())).status).toBe(403);
      bench.clock.advance(2 * MINUTE_MS);
      const flapping = [];
      for (let call = 0; call < 5; call += 1) flapping.push((await bench.fabric('GET', bench.path())).status);
      expect(flapping).toEqual([200, 403, 200, 200, 403]);
      bench.clock.advance(2 * MINUTE_MS);
      for (let call = 0; call < 5; call += 1) expect((await bench.fabric('GET', bench.path())).status).toBe(200);
    },
  },
  delayOutboundDeny: {
    keeps: 'outbound protection out of force for a quarter of an hour',
    async check(bench) {
      expect((await putPolicy(bench, 'Allow', 'Deny')).status).toBe(200);
      expect((await bench.fabric('GET', bench.path(`${POLICY}/outbound/gateways`))).status).toBe(400);
      bench.clock.advance(15 * MINUTE_MS);
      expect((await bench.fabric('GET', bench.path(`${POLICY}/outbound/gateways`))).status).toBe(200);
    },
  },
  delayTenantSettings: {
    keeps: 'a changed tenant setting from acting for a quarter of an hour',
    async check(bench) {
      setting(bench, 'WorkspaceBlockInboundAccess', false);
      changeTenantSetting(bench.simulator.cloud, TENANT, 'WorkspaceBlockInboundAccess', true);
      expectCode(await putPolicy(bench, 'Deny'), 403, 'InboundRestrictionNotEligible');
      bench.clock.advance(15 * MINUTE_MS);
      expect((await putPolicy(bench, 'Deny')).status).toBe(200);
    },
  },
  enforceTenantBlock: {
    keeps: 'the public internet out of the whole tenant, the policy included',
    async check(bench) {
      setting(bench, 'BlockAccessFromPublicNetworks', true);
      expect((await bench.fabric('GET', bench.path(POLICY))).status).toBe(403);
      expect((await bench.fabric('GET', '/v1/workspaces')).status).toBe(403);
    },
  },
  fillMissingHalves: {
    keeps: 'the trap that an omitted half opens the network',
    async check(bench) {
      bench.workspace.policy.outbound = settled<'Allow' | 'Deny'>('Deny');
      const body = { inbound: { publicAccessRules: { defaultAction: 'Allow' } } };
      expect((await bench.fabric('PUT', bench.path(POLICY), { body })).status).toBe(200);
      expect((await bench.fabric('GET', bench.path(POLICY))).body).toEqual(policyOf('Allow', 'Allow'));
    },
  },
  changeEtag: {
    keeps: 'a new ETag for every write, also for one that changes nothing',
    async check(bench) {
      const before = (await bench.fabric('GET', bench.path(POLICY))).headers['etag'];
      const after = (await putPolicy(bench, 'Allow')).headers['etag'];
      expect(after).not.toBe(before);
      expect((await bench.fabric('GET', bench.path(POLICY))).headers['etag']).toBe(after);
    },
  },
  checkIfMatch: {
    keeps: 'a writer with a stale ETag, or one without quotes, from overwriting',
    async check(bench) {
      const etag = (await bench.fabric('GET', bench.path(POLICY))).headers['etag']!;
      expectCode(await putPolicy(bench, 'Deny', 'Allow', { 'if-match': etag }), 412, 'PreconditionFailed');
      expect((await putPolicy(bench, 'Deny', 'Allow', { 'if-match': `"${etag}"` })).status).toBe(200);
      expectCode(await putPolicy(bench, 'Allow', 'Allow', { 'if-match': `"${etag}"` }), 412, 'PreconditionFailed');
    },
  },
  requireInboundSetting: {
    keeps: 'Deny from tenants that have not switched inbound rules on',
    async check(bench) {
      setting(bench, 'WorkspaceBlockInboundAccess', false);
      expectCode(await putPolicy(bench, 'Deny'), 403, 'InboundRestrictionNotEligible');
    },
  },
  requireOutboundSetting: {
    keeps: 'outbound Deny from tenants that have not switched outbound rules on',
    async check(bench) {
      setting(bench, 'WorkspaceBlockOutboundAccess', false);
      expect((await putPolicy(bench, 'Allow', 'Deny')).status).toBe(403);
    },
  },
  requireOutboundProtection: {
    keeps: 'outbound documents out of reach while nothing is protected',
    async check(bench) {
      expect((await bench.fabric('GET', bench.path(`${POLICY}/outbound/git`))).status).toBe(400);
    },
  },
  requireFirewallSetting: {
    keeps: 'firewall rules from tenants that have not switched them on',
    async check(bench) {
      setting(bench, 'ConfigureWorkspaceLevelIPFirewallRules', false);
      const put = bench.fabric('PUT', bench.path(`${POLICY}/inbound/firewall`), { body: { rules: [] } });
      expect((await put).status).toBe(403);
    },
  },
  requireFabricSku: {
    keeps: 'trial and premium capacities from restricting',
    async check(bench) {
      const [capacity] = Object.values(bench.simulator.world.fabric.capacities);
      for (const sku of ['FT1', 'P1']) {
        capacity!.sku = sku;
        expectCode(await putPolicy(bench, 'Deny'), 403, 'InboundRestrictionNotEligible');
      }
    },
  },
  refuseDeploymentPipeline: {
    keeps: 'a workspace in a deployment pipeline from restricting',
    async check(bench) {
      const workspaceIds = [undefined, bench.workspace.id];
      addDeploymentPipeline(bench.simulator.world, { tenantId: TENANT, workspaceIds });
      expectCode(await putPolicy(bench, 'Deny'), 403, 'InboundRestrictionNotEligible');
    },
  },
  refuseUnsupportedItems: {
    keeps: 'a workspace with a semantic model of before the restriction open',
    async check(bench) {
      addItem(bench.simulator.world, bench.workspace.id, { type: 'Lakehouse', displayName: 'sales' });
      addItem(bench.simulator.world, bench.workspace.id, { type: 'SemanticModel', displayName: 'sales' });
      expectCode(await putPolicy(bench, 'Deny'), 403, 'InboundRestrictionNotEligible');
    },
  },
  requireActiveCapacity: {
    keeps: 'the items of a paused capacity out of reach',
    async check(bench) {
      setCapacityState(bench.simulator.cloud, bench.workspace.capacityId!, 'Inactive');
      expectCode(await bench.fabric('GET', bench.path('/items')), 403, 'CapacityNotInActiveState');
    },
  },
  keepLinkedWorkspace: {
    keeps: 'a workspace with a private link service from being deleted',
    async check(bench) {
      bench.linkService();
      expectCode(await bench.fabric('DELETE', bench.path()), 400, 'DeleteWorkspaceNotAllowed');
    },
  },
  delayWorkspaceDeleteAfterAllow: {
    keeps: 'DELETE refused longer than other calls after Allow',
    async check(bench) {
      restrict(bench);
      expect((await putPolicy(bench, 'Allow')).status).toBe(200);
      bench.clock.advance(10 * MINUTE_MS);
      expect((await bench.fabric('GET', bench.path())).status).toBe(200);
      expectCode(await bench.fabric('DELETE', bench.path()), 403, 'RequestDeniedByInboundPolicy');
      bench.clock.advance(5 * MINUTE_MS);
      expect((await bench.fabric('DELETE', bench.path())).status).toBe(200);
      expectCode(await bench.fabric('GET', bench.path()), 404, 'WorkspaceNotFound');
    },
  },
  hideForeignGateways: {
    keeps: 'gateways from callers without a permission on them',
    async check(bench) {
      const administrators = [bench.admin.objectId];
      const { id } = addVirtualNetworkGateway(bench.simulator.world, { tenantId: TENANT, subnetId, administrators });
      expect((await bench.fabric('GET', `/v1/gateways/${id}`)).status).toBe(200);
      expectCode(await bench.fabric('GET', `/v1/gateways/${id}`, { as: bench.viewer }), 404, 'EntityNotFound');
      const check = bench.fabric('POST', `/v1/gateways/${id}/checkStatus`, { as: bench.viewer });
      expectCode(await check, 404, 'EntityNotFound');
      expect((await bench.fabric('GET', '/v1/gateways', { as: bench.viewer })).body['value']).toEqual([]);
    },
  },
  delayGatewayCheck: {
    keeps: 'an operation running while Fabric asks a gateway',
    async check(bench) {
      bench.simulator.conduct.fabric.choices.gatewayCheck = 'operation';
      const { id } = addVirtualNetworkGateway(bench.simulator.world, { tenantId: TENANT, subnetId });
      const { status, headers } = await bench.fabric('POST', `/v1/gateways/${id}/checkStatus`);
      expect(status).toBe(202);
      const path = new URL(headers['location']!).pathname;
      expect((await bench.fabric('GET', path)).body).toMatchObject({ status: 'Running' });
      bench.clock.advance(30_000);
      expect((await bench.fabric('GET', path)).body).toMatchObject({ status: 'Succeeded', percentComplete: 100 });
    },
  },
};

describe('simulated Fabric, one published fact at a time', () => {
  for (const [behaviour, { keeps, check }] of Object.entries(cases) as [FabricRestBehaviour, Case][]) {
    test(`keeps ${keeps}`, async () => {
      await expect(judge(check)).resolves.toBeUndefined();
    });

    test(`does not without ${behaviour}`, async () => {
      const without = judge(check, ({ fabric }) => {
        fabric.switches[behaviour] = false;
      });
      await expect(without).rejects.toHaveProperty('matcherResult');
    });
  }
});

test('a second workspace of the same tenant is no party to the first one’s policy', async () => {
  const bench = await startFabric();
  try {
    restrict(bench);
    const { world } = bench.simulator;
    const open = addWorkspace(world, { tenantId: TENANT, roles: { [bench.admin.objectId]: 'Viewer' } });
    expect((await bench.fabric('GET', `/v1/workspaces/${open.id}`)).status).toBe(200);
  } finally {
    await bench.close();
  }
});
