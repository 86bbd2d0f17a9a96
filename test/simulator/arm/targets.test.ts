import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { addLinkTarget, decideOnTarget, deleteLinkTarget } from '../../../simulator/arm/targets/out-of-band.ts';
import { virtualClock } from '../../../simulator/clock.ts';
import { createManagedEndpoint, deleteManagedEndpoint } from '../../../simulator/fabric/managed-out-of-band.ts';
import { startSimulator } from '../../../simulator/start.ts';
import { loadWorld } from '../../../simulator/world-file.ts';
import { type Bench, OTHER_TENANT, PRINCIPAL, SUBSCRIPTION, TENANT, WORKSPACE } from '../core/fixture.ts';
import { ENDPOINTS, expectCode, MINUTE_MS, putEndpoint, startNetwork } from './network-fixture.ts';
import { asked, decision, LINK_SERVICE_ID, SERVER_ID, STORAGE_ID, statusAt, VAULT_ID } from './target-cases.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startNetwork();
});

afterEach(() => bench.close());

const endpoint = () => Object.values(bench.simulator.world.fabric.managedEndpoints)[0];

describe('other targets of managed endpoints', () => {
  test.each([
    ['a storage account', STORAGE_ID, 'blob', 200],
    ['a key vault', VAULT_ID, 'vault', 200],
    ['an SQL server', SERVER_ID, 'sqlServer', 202],
    ['a private link service, which has no sub-resources', LINK_SERVICE_ID, '', 200],
  ])('%s shows who asks, and its owner decides', async (_name, targetId, subresource, status) => {
    const path = await asked(bench, targetId, subresource);
    const connection = await bench.arm('GET', path);
    expect(connection.at('properties')).toMatchObject({
      privateEndpoint: { id: expect.stringMatching(new RegExp(`/${WORKSPACE}\\.out$`)) },
      privateLinkServiceConnectionState: { status: 'Pending', description: 'hi' },
    });
    expect((await bench.arm('GET', targetId)).at('properties.privateEndpointConnections.0')).toEqual(connection.body);
    expect((await bench.arm('PUT', path, decision('Approved'))).status).toBe(status);
    bench.clock.advance(2 * MINUTE_MS);
    expect(await statusAt(bench, path)).toBe('Approved');
    bench.clock.advance(15 * MINUTE_MS);
    expect(endpoint()?.connectionState).toMatchObject({ status: 'Approved', description: 'by the owner' });
  });

  test('list their sub-resources, and take no other', async () => {
    addLinkTarget(bench.simulator.world, STORAGE_ID);
    const groups = (await bench.arm('GET', `${STORAGE_ID}/privateLinkResources`)).at('value') as { name: string }[];
    expect(groups.map(({ name }) => name)).toEqual(['blob', 'dfs', 'file', 'queue', 'table', 'web']);
    createManagedEndpoint(bench.simulator.cloud, WORKSPACE, {
      name: 'out',
      targetId: STORAGE_ID,
      subresource: 'vault',
    });
    bench.clock.advance(3 * MINUTE_MS);
    expect(endpoint()?.provisioningState).toBe('Failed');
  });

  test('answer to nobody without the right, and cannot be asked for by a PUT', async () => {
    const path = await asked(bench, STORAGE_ID, 'blob');
    const stranger = await bench.arm('PUT', path, decision('Approved'), {
      as: { tenantId: TENANT, objectId: 'somebody-else' },
    });
    expectCode(stranger, 403, 'AuthorizationFailed');
    const foreign = await bench.arm('GET', path, undefined, { as: { tenantId: OTHER_TENANT, objectId: PRINCIPAL } });
    expectCode(foreign, 401, 'InvalidAuthenticationTokenTenant');
    expectCode(await bench.arm('PUT', `${path}-other`, decision('Approved')), 404, 'ResourceNotFound');
    expectCode(await bench.arm('PUT', path, decision('Disconnected')), 400, 'InvalidRequestContent');
    expect(await statusAt(bench, path)).toBe('Pending');
  });

  test.each([
    [
      'removes the connection',
      async (path: string) => decideOnTarget(bench.simulator.cloud, STORAGE_ID, path.split('/').at(-1)!, 'Removed'),
    ],
    ['deletes the resource', async () => deleteLinkTarget(bench.simulator.cloud, STORAGE_ID)],
    ['deletes the connection over ARM', async (path: string) => void (await bench.arm('DELETE', path))],
  ])('disconnect when somebody %s', async (_name, act) => {
    await act(await asked(bench, STORAGE_ID, 'blob'));
    bench.clock.advance(16 * MINUTE_MS);
    expect(endpoint()?.connectionState?.status).toBe('Disconnected');
  });

  test('keep a mark of an endpoint that is gone', async () => {
    const path = await asked(bench, STORAGE_ID, 'blob');
    deleteManagedEndpoint(bench.simulator.cloud, WORKSPACE, 'out');
    bench.clock.advance(3 * MINUTE_MS);
    expect(await statusAt(bench, path)).toBe('Disconnected');
  });

  test('take ordinary private endpoints too', async () => {
    const provider = { namespace: 'Microsoft.Storage', state: 'Registered' as const, registrations: 1 };
    bench.simulator.world.arm.subscriptions[SUBSCRIPTION]!.providers['microsoft.storage'] = provider;
    addLinkTarget(bench.simulator.world, STORAGE_ID);
    expect((await putEndpoint(bench, 'pe-a', { targetId: STORAGE_ID, groupIds: ['blob'] })).status).toBe(201);
    bench.clock.advance(2 * MINUTE_MS);
    decideOnTarget(bench.simulator.cloud, STORAGE_ID, `${ENDPOINTS}/pe-a`, 'Rejected', 'no');
    const state = 'properties.manualPrivateLinkServiceConnections.0.properties.privateLinkServiceConnectionState';
    expect((await bench.arm('GET', `${ENDPOINTS}/pe-a`)).at(state)).toMatchObject({ status: 'Rejected' });
    expect((await bench.arm('DELETE', `${ENDPOINTS}/pe-a`)).status).toBe(202);
    bench.clock.advance(2 * MINUTE_MS);
    expect((await bench.arm('GET', STORAGE_ID)).at('properties.privateEndpointConnections')).toEqual([]);
  });
});

test('a world file may have gateways, targets, and managed endpoints that have just been asked for', async () => {
  const capacityId = '99990000-0000-4000-8000-000000000001';
  const service = { tenantId: TENANT, workspaceId: WORKSPACE, subscriptionId: SUBSCRIPTION, resourceGroup: 'rg' };
  const serviceId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Fabric/privateLinkServicesForFabric/pls`;
  const sourceId = '77770000-0000-4000-8000-000000000001';
  const world = loadWorld({
    tenants: [{ id: TENANT }],
    subscriptions: [{ id: SUBSCRIPTION, tenantId: TENANT, resourceGroups: [{ name: 'rg' }] }],
    capacities: [{ id: capacityId, tenantId: TENANT }],
    workspaces: [
      { id: WORKSPACE, tenantId: TENANT, displayName: 'sales', capacityId },
      { id: sourceId, tenantId: TENANT, displayName: 'reports', capacityId },
    ],
    gateways: [{ id: sourceId, tenantId: TENANT, shown: { type: 'OnPremises', displayName: 'rack 7' } }],
    privateLinkServices: [{ ...service, name: 'pls' }],
    linkTargets: [{ id: STORAGE_ID }],
    managedPrivateEndpoints: [
      { workspaceId: sourceId, name: 'to-sales', targetId: serviceId, subresource: 'workspace' },
      { workspaceId: sourceId, name: 'to-lake', targetId: STORAGE_ID, subresource: 'blob' },
    ],
  });
  const clock = virtualClock();
  const simulator = await startSimulator({ clock, world });
  try {
    clock.advance(MINUTE_MS);
    const states = Object.values(simulator.world.fabric.managedEndpoints).map((entry) => entry.connectionState?.status);
    expect(states).toEqual(['Pending', 'Pending']);
    const [pls] = Object.values(simulator.world.fabric.linkServices);
    expect(Object.values(pls!.connections)).toHaveLength(1);
    expect(Object.values(simulator.world.fabric.gateways)).toHaveLength(1);
  } finally {
    await simulator.close();
  }
  expect(() => addLinkTarget(world, STORAGE_ID.replace('storageAccounts', 'teapots'))).toThrow('no kind');
});
