import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import {
  approveConnection,
  deleteLinkService,
  injectConnection,
  injectImpostor,
  injectManagedConnection,
  removeConnection,
} from '../../../simulator/arm/fabric/out-of-band.ts';
import { addWorkspace } from '../../../simulator/fabric/build.ts';
import { type Bench, GROUP, MINUTE_MS, SUBSCRIPTION, startFabric, TENANT } from '../fabric/fixture.ts';

const TYPE = 'Microsoft.Fabric/privateLinkServicesForFabric';
const ID = `${GROUP}/providers/${TYPE}/pls-one`;
const ENDPOINT = `${GROUP}/providers/Microsoft.Network/privateEndpoints/pe-one`;

let bench: Bench;

beforeEach(async () => {
  bench = await startFabric();
});

afterEach(() => bench.close());

const bodyOf = (property = 'workspaceId') => ({
  location: 'global',
  tags: { owner: 'team-a' },
  properties: { tenantId: TENANT, [property]: bench.workspace.id },
});
const codeOf = ({ body }: { body: Record<string, unknown> }) => (body['error'] as { code: string }).code;
const propertiesOf = ({ body }: { body: Record<string, unknown> }) => body['properties'] as Record<string, unknown>;

describe('a private link service', () => {
  test('is created once, and a repeated PUT changes nothing but tags', async () => {
    const created = await bench.arm('PUT', ID, { body: bodyOf() });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      id: ID,
      name: 'pls-one',
      location: 'global',
      tags: { owner: 'team-a' },
      properties: { workspaceId: bench.workspace.id, provisioningState: 'Succeeded', privateEndpointConnections: [] },
    });
    expect((await bench.arm('PUT', ID.toUpperCase().replace('GLOBAL', 'global'), { body: bodyOf() })).status).toBe(200);
    const patched = await bench.arm('PATCH', ID, { body: { tags: { owner: 'team-b' } } });
    expect([patched.status, patched.body['tags']]).toEqual([200, { owner: 'team-b' }]);
  });

  test('takes the workspace under either name, and shows it under the chosen ones', async () => {
    expect((await bench.arm('PUT', ID, { body: bodyOf('workspaceObjectId') })).status).toBe(201);
    bench.simulator.conduct.fabric.choices.workspaceProperty = 'both';
    const both = propertiesOf(await bench.arm('GET', ID));
    expect([both['workspaceId'], both['workspaceObjectId']]).toEqual([bench.workspace.id, bench.workspace.id]);
    bench.simulator.conduct.fabric.choices.workspaceProperty = 'workspaceObjectId';
    expect(propertiesOf(await bench.arm('GET', ID))).not.toHaveProperty('workspaceId');
  });

  test('may take its time, with a status URL in the singular that both spellings answer', async () => {
    bench.simulator.conduct.fabric.choices.servicePut = 'asynchronous';
    const accepted = await bench.arm('PUT', ID, { body: bodyOf() });
    expect(accepted.status).toBe(202);
    expect(propertiesOf(accepted)['provisioningState']).toBe('Provisioning');
    const path = (header: string) => accepted.headers[header]!.replace(/^https:\/\/[^/]+|\?.*$/g, '');
    const status = path('azure-asyncoperation');
    const result = path('location');
    expect(status).toContain('/privateLinkServiceForFabric/');
    expect((await bench.arm('GET', status)).body['status']).toBe('InProgress');
    expect((await bench.arm('GET', result)).status).toBe(202);
    bench.clock.advance(24_000);
    for (const url of [status, result]) {
      const plural = url.replace('privateLinkServiceForFabric', 'privateLinkServicesForFabric');
      expect((await bench.arm('GET', url)).body['status']).toBe('Succeeded');
      expect((await bench.arm('GET', plural)).body['status']).toBe('Succeeded');
    }
    expect(propertiesOf(await bench.arm('GET', ID))['provisioningState']).toBe('Succeeded');
  });

  test('is listed in its group and subscription, by pages', async () => {
    for (const name of ['pls-a-1', 'pls-b-2', 'pls-c-3']) {
      const workspace = addWorkspace(bench.simulator.world, {
        tenantId: TENANT,
        capacityId: bench.workspace.capacityId!,
        roles: { [bench.admin.objectId]: 'Admin' },
      });
      const body = { location: 'global', properties: { tenantId: TENANT, workspaceId: workspace.id } };
      expect((await bench.arm('PUT', `${GROUP}/providers/${TYPE}/${name}`, { body })).status).toBe(201);
    }
    bench.simulator.conduct.arm.choices.pageSize = 2;
    for (const scope of [GROUP, `/subscriptions/${SUBSCRIPTION}`]) {
      const page = await bench.arm('GET', `${scope}/providers/${TYPE}`);
      expect(page.body['value']).toHaveLength(2);
      expect(page.body['nextLink']).toContain(scope);
    }
  });

  test('needs Microsoft.Fabric registered in its subscription', async () => {
    bench.simulator.world.arm.subscriptions[SUBSCRIPTION]!.providers['microsoft.fabric']!.state = 'NotRegistered';
    const refused = await bench.arm('PUT', ID, { body: bodyOf() });
    expect([refused.status, codeOf(refused)]).toEqual([409, 'MissingSubscriptionRegistration']);
    bench.simulator.conduct.arm.switches.requireProviderRegistration = false;
    expect((await bench.arm('PUT', ID, { body: bodyOf() })).status).toBe(201);
  });

  test('refuses an unknown workspace, a body without one, and an older api-version', async () => {
    const unknown = { location: 'global', properties: { tenantId: TENANT, workspaceId: SUBSCRIPTION } };
    expect(codeOf(await bench.arm('PUT', ID, { body: unknown }))).toBe('WorkspaceNotFound');
    const without = { location: 'global', properties: { tenantId: TENANT } };
    expect(codeOf(await bench.arm('PUT', ID, { body: without }))).toBe('InvalidRequestContent');
    const old = await bench.arm('GET', ID, { apiVersion: '2023-01-01' });
    expect(codeOf(old)).toBe('NoRegisteredProviderFound');
  });

  test('answers 204 to the second DELETE, and lets its workspace go', async () => {
    await bench.arm('PUT', ID, { body: bodyOf() });
    expect((await bench.fabric('DELETE', bench.path())).status).toBe(400);
    expect((await bench.arm('DELETE', ID)).status).toBe(200);
    expect((await bench.arm('DELETE', ID)).status).toBe(204);
    expect((await bench.fabric('DELETE', bench.path())).status).toBe(200);
  });

  test('has one group of five members', async () => {
    await bench.arm('PUT', ID, { body: bodyOf() });
    const list = await bench.arm('GET', `${ID}/privateLinkResources`);
    const one = await bench.arm('GET', `${ID}/privateLinkResources/workspace`);
    expect(list.body['value']).toEqual([one.body]);
    expect(propertiesOf(one)).toMatchObject({ groupId: 'workspace', requiredMembers: expect.any(Array) });
    expect(propertiesOf(one)['requiredMembers']).toHaveLength(5);
    expect((await bench.arm('GET', `${ID}/privateLinkResources/tenant`)).status).toBe(404);
  });
});

describe('its connections', () => {
  beforeEach(async () => {
    await bench.arm('PUT', ID, { body: bodyOf() });
  });

  const decision = (status: string) => ({
    properties: { privateLinkServiceConnectionState: { status, description: 'uid-1', actionsRequired: 'None' } },
  });

  test('have generated names, and are embedded as they are listed', async () => {
    const { name } = injectConnection(bench.simulator.cloud, ID, ENDPOINT, 'uid-1');
    expect(name).toMatch(/^pe-one\.[0-9a-f-]{36}$/);
    const list = await bench.arm('GET', `${ID}/privateEndpointConnections`);
    expect(list.body['value']).toEqual([
      expect.objectContaining({
        name,
        properties: {
          privateEndpoint: { id: ENDPOINT },
          privateLinkServiceConnectionState: { status: 'Pending', description: 'uid-1', actionsRequired: 'None' },
        },
      }),
    ]);
    expect(propertiesOf(await bench.arm('GET', ID))['privateEndpointConnections']).toEqual(list.body['value']);
  });

  test('are approved, revoked, and told to the consumer with the owner’s words', async () => {
    const told: string[] = [];
    bench.simulator.cloud.connections.onDecision((_cloud, { privateEndpointId, state }) =>
      told.push(`${privateEndpointId} ${state.status} ${state.description}`),
    );
    const { name } = injectConnection(bench.simulator.cloud, ID, ENDPOINT);
    const path = `${ID}/privateEndpointConnections/${name}`;
    for (const status of ['Approved', 'Approved', 'Rejected']) {
      expect((await bench.arm('PUT', path, { body: decision(status) })).status).toBe(200);
      bench.clock.advance(MINUTE_MS);
    }
    expect(told).toEqual([`${ENDPOINT} Approved uid-1`, `${ENDPOINT} Approved uid-1`, `${ENDPOINT} Rejected uid-1`]);
  });

  test('may be decided once only, as with some other providers', async () => {
    bench.simulator.conduct.fabric.choices.decideOnlyPending = true;
    const { name } = injectConnection(bench.simulator.cloud, ID, ENDPOINT);
    const path = `${ID}/privateEndpointConnections/${name}`;
    expect((await bench.arm('PUT', path, { body: decision('Approved') })).status).toBe(200);
    expect(codeOf(await bench.arm('PUT', path, { body: decision('Approved') }))).toBe(
      'PrivateEndpointConnectionStatusNotPending',
    );
  });

  test('cannot be decided to Pending, nor by a reader', async () => {
    const { name } = injectConnection(bench.simulator.cloud, ID, ENDPOINT);
    const path = `${ID}/privateEndpointConnections/${name}`;
    expect((await bench.arm('PUT', path, { body: decision('Pending') })).status).toBe(400);
    const byViewer = await bench.arm('PUT', path, { body: decision('Approved'), as: bench.viewer });
    expect([byViewer.status, codeOf(byViewer)]).toEqual([403, 'AuthorizationFailed']);
  });

  test('of managed endpoints come from a foreign subscription, and can be imitated', () => {
    const origin = { workspaceId: bench.workspace.id, name: 'to-sales' };
    const genuine = injectManagedConnection(bench.simulator.cloud, ID, { ...origin, subscriptionId: TENANT });
    const impostor = injectImpostor(bench.simulator.cloud, ID, origin);
    expect(genuine.privateEndpointId).toMatch(
      new RegExp(
        `^/subscriptions/${TENANT}/resourceGroups/vnet-aaaaaaaa-WestEurope-1-rg/.*/${origin.workspaceId}.to-sales$`,
      ),
    );
    expect(genuine.name).toMatch(new RegExp(`^${origin.workspaceId}.to-sales-[0-9a-f-]{36}$`));
    const last = (id: string) => id.split('/').at(-1);
    expect(last(impostor.privateEndpointId)).toBe(last(genuine.privateEndpointId));
  });

  test('turn Disconnected for the consumer when they are removed, or the whole service is', () => {
    const { cloud } = bench.simulator;
    const told: string[] = [];
    cloud.connections.onDecision((_cloud, { state }) => told.push(state.status));
    injectConnection(cloud, ID, ENDPOINT);
    approveConnection(cloud, ID, ENDPOINT);
    removeConnection(cloud, ID, ENDPOINT);
    injectConnection(cloud, ID, `${ENDPOINT}-two`);
    deleteLinkService(cloud, ID);
    bench.clock.advance(MINUTE_MS);
    expect(told).toEqual(['Approved', 'Disconnected', 'Disconnected']);
  });

  test('tell a new endpoint nothing about the former one of its name', () => {
    const { cloud } = bench.simulator;
    const told: string[] = [];
    cloud.connections.onDecision((_cloud, { state }) => told.push(state.status));
    injectConnection(cloud, ID, ENDPOINT);
    removeConnection(cloud, ID, ENDPOINT);
    injectConnection(cloud, ID, ENDPOINT);
    bench.clock.advance(MINUTE_MS);
    expect(told).toEqual([]);
  });

  test('by choice do not hold up the deletion of their service', async () => {
    bench.simulator.conduct.fabric.choices.deleteWithConnections = 'disconnect';
    const told: string[] = [];
    bench.simulator.cloud.connections.onDecision((_cloud, { state }) => told.push(state.status));
    injectConnection(bench.simulator.cloud, ID, ENDPOINT);
    expect((await bench.arm('DELETE', ID)).status).toBe(200);
    bench.clock.advance(MINUTE_MS);
    expect(told).toEqual(['Disconnected']);
  });

  test('go with the endpoint that asked for them', async () => {
    const { cloud } = bench.simulator;
    injectConnection(cloud, ID, ENDPOINT);
    cloud.connections.withdraw(cloud, { privateEndpointId: ENDPOINT.toUpperCase(), targetId: ID });
    expect((await bench.arm('GET', `${ID}/privateEndpointConnections`)).body['value']).toEqual([]);
  });
});

test('what is under way survives a restored world', async () => {
  await bench.arm('PUT', ID, { body: bodyOf() });
  const { simulator } = bench;
  injectConnection(simulator.cloud, ID, ENDPOINT);
  approveConnection(simulator.cloud, ID, ENDPOINT);
  const told: string[] = [];
  simulator.cloud.connections.onDecision((_cloud, { state }) => told.push(state.status));
  simulator.restore(simulator.snapshot());
  bench.clock.advance(MINUTE_MS);
  expect(told).toEqual(['Approved']);
});
