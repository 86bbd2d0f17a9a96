import { describe, expect, test } from '@jest/globals';
import type { EndpointScope, PrivateEndpointBody } from '../../operator/clients/arm/types.ts';
import { scripted } from './clouds-on-script.ts';
import { aCall, json, rejection, SUBSCRIPTION } from './fakes.ts';

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-b`;
const SUBNET_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub/subnets/links`;
const at = (name: string): EndpointScope => ({ subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-b', name });
const body: PrivateEndpointBody = {
  location: 'eastus',
  subnetId: SUBNET_ID,
  targetId: '/target',
  mode: 'Manual',
  tags: {},
};
const shown = (name: string, provisioningState: string) => ({
  id: `${GROUP}/providers/Microsoft.Network/privateEndpoints/${name.toUpperCase()}`,
  name,
  location: 'eastus',
  properties: { provisioningState, subnet: { id: SUBNET_ID } },
});

describe('the subnet’s gate', () => {
  test('opens when the shared list shows the endpoint settled, for nobody reads it by itself then', async () => {
    let listed = [shown('pe-a', 'Updating')];
    const { clients, clock } = await scripted(({ method, url }) => {
      if (method === 'PUT') return json({}, 201);
      return new URL(url).pathname.endsWith('/privateEndpoints')
        ? json({ value: listed })
        : json({ error: { code: 'ResourceNotFound', message: 'no' } }, 404);
    });
    const { privateEndpoints } = clients.arm;
    const second = () => privateEndpoints.put(at('pe-b'), body, aCall({ key: 'team-a/b' }));
    await privateEndpoints.put(at('pe-a'), body, aCall());
    await clock.advance(1_000);
    await privateEndpoints.list(SUBSCRIPTION, aCall({ maxAgeMs: 0 }));
    expect(await rejection(second())).toMatchObject({ reason: 'WaitingForTurn' });
    await clock.advance(10_000);
    listed = [];
    await privateEndpoints.list(SUBSCRIPTION, aCall({ maxAgeMs: 0 }));
    // A list that lags behind a creation says nothing.
    expect(await rejection(second())).toMatchObject({ reason: 'WaitingForTurn' });
    await clock.advance(20_000);
    listed = [shown('pe-a', 'Succeeded')];
    await privateEndpoints.list(SUBSCRIPTION, aCall({ maxAgeMs: 0 }));
    await second();
  });

  test('opens when the list no longer shows an endpoint that was deleted', async () => {
    const { clients, clock } = await scripted(({ method }) =>
      method === 'GET' ? json({ value: [] }) : json({}, method === 'DELETE' ? 202 : 201),
    );
    const { privateEndpoints } = clients.arm;
    await privateEndpoints.delete(at('pe-a'), SUBNET_ID, aCall());
    await clock.advance(1_000);
    await privateEndpoints.list(SUBSCRIPTION, aCall({ maxAgeMs: 0 }));
    await expect(privateEndpoints.delete(at('pe-b'), SUBNET_ID, aCall({ key: 'team-a/b' }))).resolves.toBeUndefined();
  });
});

describe('a creation', () => {
  test('leaves alone what somebody else has made since it was decided', async () => {
    const { clients, requests } = await scripted(({ method }) =>
      method === 'GET'
        ? json({ ...shown('pe-a', 'Succeeded'), tags: { 'fabriclink-owner': 'other.ns.name.uid' } })
        : json({}),
    );
    const { privateEndpoints, privateLinkServices } = clients.arm;
    const service = { ...at('pls'), name: 'pls' };
    const wanted = { tenantId: 't', workspaceId: 'w', tags: { 'fabriclink-owner': 'ours' }, creates: true };
    const conflict = { disposition: 'conflict', reason: 'ChangedMeanwhile' };
    expect(await rejection(privateEndpoints.put(at('pe-a'), { ...body, creates: true }, aCall()))).toMatchObject(
      conflict,
    );
    expect(await rejection(privateLinkServices.put(service, wanted, aCall()))).toMatchObject(conflict);
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});
