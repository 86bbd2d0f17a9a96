import { describe, expect, test } from '@jest/globals';

import { connectionIn, injectConnection, rejectConnection } from '../../../simulator/arm/fabric/out-of-band.ts';
import type { LinkServiceBehaviour } from '../../../simulator/fabric/behaviours.ts';
import { addWorkspace } from '../../../simulator/fabric/build.ts';
import { type Bench, GROUP, judge, MINUTE_MS, OTHER_TENANT, type Reply, TENANT } from '../fabric/fixture.ts';

type Case = { keeps: string; check: (bench: Bench) => Promise<void> };

const idOf = (name: string) => `${GROUP}/providers/Microsoft.Fabric/privateLinkServicesForFabric/${name}`;
const bodyFor = (workspaceId: string, tenantId = TENANT) => ({
  location: 'global',
  properties: { tenantId, workspaceId },
});
const create = (bench: Bench, name: string, workspaceId = bench.workspace.id) =>
  bench.arm('PUT', idOf(name), { body: bodyFor(workspaceId) });
const another = (bench: Bench) =>
  addWorkspace(bench.simulator.world, {
    tenantId: TENANT,
    capacityId: bench.workspace.capacityId!,
    roles: { [bench.admin.objectId]: 'Admin' },
  });
const endpointId = (name: string) => `${GROUP}/providers/Microsoft.Network/privateEndpoints/${name}`;
const decision = (status: string) => ({
  properties: { privateLinkServiceConnectionState: { status, description: 'by the owner', actionsRequired: 'None' } },
});
const expectCode = ({ status, body }: Reply, expected: number, code: string) =>
  expect({ status, code: (body['error'] as { code?: string } | undefined)?.code }).toEqual({ status: expected, code });

/** Creates the service and asks for a connection; returns the connection's own path. */
async function connected(bench: Bench): Promise<string> {
  expect((await create(bench, 'pls-one')).status).toBe(201);
  const { name } = injectConnection(bench.simulator.cloud, idOf('pls-one'), endpointId('pe-one'), 'please');
  return `${idOf('pls-one')}/privateEndpointConnections/${name}`;
}

/** One case per published refusal and delay. Each must fail when its behaviour is switched off. */
const cases: Record<LinkServiceBehaviour, Case> = {
  checkServiceName: {
    keeps: 'names to letters, digits and single dashes',
    async check(bench) {
      expectCode(await create(bench, 'pls--one'), 400, 'InvalidResourceName');
      expectCode(await create(bench, '-pls'), 400, 'InvalidResourceName');
      expectCode(await create(bench, 'ab'), 400, 'InvalidResourceName');
    },
  },
  requireGlobalLocation: {
    keeps: 'services out of every region',
    async check(bench) {
      const body = { ...bodyFor(bench.workspace.id), location: 'westeurope' };
      expectCode(await bench.arm('PUT', idOf('pls-one'), { body }), 400, 'LocationNotAvailableForResourceType');
    },
  },
  oneServicePerWorkspace: {
    keeps: 'one service for each workspace',
    async check(bench) {
      expect((await create(bench, 'pls-one')).status).toBe(201);
      expectCode(await create(bench, 'pls-two', bench.workspace.id.toUpperCase()), 409, 'Conflict');
    },
  },
  limitServicesPerTenant: {
    keeps: 'the number of services in a tenant',
    async check(bench) {
      expect(bench.simulator.conduct.fabric.quotas.servicesPerTenant).toBe(500);
      bench.simulator.conduct.fabric.quotas.servicesPerTenant = 1;
      expect((await create(bench, 'pls-one')).status).toBe(201);
      expectCode(await create(bench, 'pls-two', another(bench).id), 409, 'QuotaExceeded');
    },
  },
  limitServiceCreations: {
    keeps: 'creations to ten in any minute, and existing services out of the count',
    async check(bench) {
      for (let made = 0; made < 10; made += 1) {
        expect((await create(bench, `pls-${made}-of-ten`, another(bench).id)).status).toBe(201);
      }
      bench.clock.advance(30_000);
      const refused = await create(bench, 'pls-one');
      expectCode(refused, 429, 'TooManyRequests');
      expect(refused.headers['retry-after']).toBe('30');
      const [existing] = Object.values(bench.simulator.world.fabric.linkServices);
      expect((await create(bench, existing!.name, existing!.workspaceId)).status).toBe(200);
      bench.clock.advance(30_000);
      expect((await create(bench, 'pls-one')).status).toBe(201);
    },
  },
  requireServiceFabricSku: {
    keeps: 'services from workspaces that are on no F capacity',
    async check(bench) {
      const [capacity] = Object.values(bench.simulator.world.fabric.capacities);
      capacity!.sku = 'FT1';
      expectCode(await create(bench, 'pls-one'), 400, 'UnsupportedCapacitySKU');
    },
  },
  requireServiceWorkspaceAdmin: {
    keeps: 'Azure rights from standing in for the workspace’s administrator',
    async check(bench) {
      bench.workspace.roles[bench.admin.objectId] = 'Member';
      expectCode(await create(bench, 'pls-one'), 403, 'InsufficientWorkspaceRole');
    },
  },
  requireServiceTenant: {
    keeps: 'the tenant in the body to that of caller and workspace',
    async check(bench) {
      const body = bodyFor(bench.workspace.id, OTHER_TENANT);
      expectCode(await bench.arm('PUT', idOf('pls-one'), { body }), 400, 'InvalidTenantId');
    },
  },
  keepServiceIdentity: {
    keeps: 'the workspace of a service for life',
    async check(bench) {
      expect((await create(bench, 'pls-one')).status).toBe(201);
      expectCode(await create(bench, 'pls-one', another(bench).id), 409, 'PropertyChangeNotAllowed');
    },
  },
  refuseDeleteWithConnections: {
    keeps: 'a service with live connections from being deleted',
    async check(bench) {
      await connected(bench);
      expectCode(await bench.arm('DELETE', idOf('pls-one')), 409, 'Conflict');
      rejectConnection(bench.simulator.cloud, idOf('pls-one'), endpointId('pe-one'));
      expect((await bench.arm('DELETE', idOf('pls-one'))).status).toBe(200);
    },
  },
  refuseUnknownConnection: {
    keeps: 'a decision from making the connection that it decides on',
    async check(bench) {
      await connected(bench);
      const unknown = `${idOf('pls-one')}/privateEndpointConnections/pe-one`;
      expectCode(await bench.arm('PUT', unknown, { body: decision('Approved') }), 404, 'ResourceNotFound');
    },
  },
  requireActionsRequired: {
    keeps: 'actionsRequired in every decision, as the schema has it',
    async check(bench) {
      const path = await connected(bench);
      const body = { properties: { privateLinkServiceConnectionState: { status: 'Approved', description: '' } } };
      expectCode(await bench.arm('PUT', path, { body }), 400, 'InvalidRequestContent');
    },
  },
  refuseRevivedConnection: {
    keeps: 'a rejected connection rejected',
    async check(bench) {
      const path = await connected(bench);
      expect((await bench.arm('PUT', path, { body: decision('Rejected') })).status).toBe(200);
      const revived = await bench.arm('PUT', path, { body: decision('Approved') });
      expectCode(revived, 400, 'PrivateEndpointConnectionStatusNotPending');
    },
  },
  delayConnectionDelete: {
    keeps: 'a removed connection for some seconds, while its status URL says so',
    async check(bench) {
      const path = await connected(bench);
      const removed = await bench.arm('DELETE', path);
      expect([removed.status, removed.headers['retry-after']]).toEqual([202, '10']);
      const status = removed.headers['azure-asyncoperation']!.replace(/^https:\/\/[^/]+|\?.*$/g, '');
      expect((await bench.arm('GET', status)).body['status']).toBe('InProgress');
      expect((await bench.arm('GET', path)).body).toMatchObject({ properties: { provisioningState: 'Deleting' } });
      bench.clock.advance(10_000);
      expect((await bench.arm('GET', status)).body['status']).toBe('Succeeded');
      expectCode(await bench.arm('GET', path), 404, 'ResourceNotFound');
      expect((await bench.arm('DELETE', path)).status).toBe(204);
    },
  },
  delayDecision: {
    keeps: 'the consumer in the dark for some seconds after a decision',
    async check(bench) {
      const told: string[] = [];
      bench.simulator.cloud.connections.onDecision((_cloud, { state }) => told.push(state.status));
      const path = await connected(bench);
      expect((await bench.arm('PUT', path, { body: decision('Approved') })).status).toBe(200);
      expect(told).toEqual([]);
      bench.clock.advance(MINUTE_MS);
      expect(told).toEqual(['Approved']);
    },
  },
  limitEndpointsPerWorkspace: {
    keeps: 'private endpoints to the published number for each workspace',
    async check(bench) {
      const { cloud, conduct } = bench.simulator;
      expect(conduct.fabric.quotas.endpointsPerWorkspace).toBe(100);
      conduct.fabric.quotas.endpointsPerWorkspace = 1;
      await connected(bench);
      expect(() => injectConnection(cloud, idOf('pls-one'), endpointId('pe-two'))).toThrow(/1 private endpoints/);
      // The same endpoint, made anew, takes its own place.
      injectConnection(cloud, idOf('pls-one'), endpointId('PE-ONE'));
      const service = bench.simulator.world.fabric.linkServices[idOf('pls-one').toLowerCase()]!;
      expect(connectionIn(service, endpointId('pe-one')).state.status).toBe('Pending');
    },
  },
};

describe('simulated private link services, one published fact at a time', () => {
  for (const [behaviour, { keeps, check }] of Object.entries(cases) as [LinkServiceBehaviour, Case][]) {
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
