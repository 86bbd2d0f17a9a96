import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { type Bench, MINUTE_MS, startFabric, TENANT } from './fixture.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startFabric();
});

afterEach(() => bench.close());

test('a person opens and closes a workspace, and the delays hold', async () => {
  const path = `/_sim/fabric/workspaces/${bench.workspace.id}/policy`;
  expect((await bench.control('PUT', path, { inbound: 'Deny' })).status).toBe(204);
  expect((await bench.fabric('GET', bench.path())).status).toBe(200);
  bench.clock.advance(30 * MINUTE_MS);
  expect((await bench.fabric('GET', bench.path())).status).toBe(403);
});

test('a person adds an item, pauses the capacity and switches a setting', async () => {
  const item = await bench.control('POST', `/_sim/fabric/workspaces/${bench.workspace.id}/items`, { type: 'Report' });
  expect(item.status).toBe(201);
  const items = await bench.fabric('GET', bench.path('/items'));
  expect(items.body['value']).toMatchObject([{ id: item.body['id'], type: 'Report' }]);
  const { capacityId } = bench.workspace;
  expect((await bench.control('PUT', `/_sim/fabric/capacities/${capacityId}`, { state: 'Inactive' })).status).toBe(204);
  expect((await bench.fabric('GET', `/v1/capacities/${capacityId}`)).body['state']).toBe('Inactive');
  const setting = `/_sim/fabric/tenants/${TENANT}/settings/ServicePrincipalAccessGlobalAPIs`;
  expect((await bench.control('PUT', setting, { enabled: false })).status).toBe(204);
  bench.clock.advance(15 * MINUTE_MS);
  expect((await bench.fabric('GET', '/v1/capacities')).status).toBe(403);
});

test('a stranger and Fabric itself ask for connections, and a person decides', async () => {
  const { id } = bench.linkService();
  const service = `service=${encodeURIComponent(id)}`;
  const origin = { workspaceId: bench.workspace.id, name: 'to-sales' };
  const ask = (kind: string) => bench.control('POST', `/_sim/fabric/connections?${service}`, { kind, ...origin });
  const genuine = await ask('managed');
  expect((await ask('impostor')).status).toBe(201);
  const decide = (status: string) =>
    bench.control('PUT', `/_sim/fabric/connections?${service}&connection=${genuine.body['name'] as string}`, {
      status,
    });
  expect((await decide('Approved')).status).toBe(204);
  const connections = async () => (await bench.arm('GET', `${id}/privateEndpointConnections`)).body['value'];
  expect(await connections()).toMatchObject([
    { name: genuine.body['name'], properties: { privateLinkServiceConnectionState: { status: 'Approved' } } },
    { properties: { privateLinkServiceConnectionState: { status: 'Pending' } } },
  ]);
  expect((await decide('Removed')).status).toBe(204);
  expect(await connections()).toHaveLength(1);
});

test('nonsense is refused: a word nobody knows, a thing that is not there', async () => {
  const path = `/_sim/fabric/workspaces/${bench.workspace.id}/policy`;
  expect((await bench.control('PUT', path, { inbound: 'Maybe' })).status).toBe(400);
  expect((await bench.control('PUT', `/_sim/fabric/capacities/${TENANT}`, { state: 'Active' })).status).toBe(404);
  expect((await bench.control('POST', '/_sim/fabric/connections?service=x', { kind: 'managed' })).status).toBe(400);
});
