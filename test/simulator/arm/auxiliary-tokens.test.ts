import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { addApp, grantRole } from '../../../simulator/builders.ts';
import { type Bench, FOREIGN_SERVICE_ID, OTHER_SUBSCRIPTION, OTHER_TENANT, tokenFor } from '../core/fixture.ts';
import { ENDPOINTS, endpointBody, expectCode, MINUTE_MS, startNetwork } from './network-fixture.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startNetwork();
});
afterEach(() => bench.close());

const foreign = endpointBody({ mode: 'auto', targetId: FOREIGN_SERVICE_ID });

function putWith(objectId: string) {
  const token = tokenFor({ tenantId: OTHER_TENANT, objectId });
  const headers = { 'x-ms-authorization-auxiliary': `Bearer ${token}` };
  return bench.arm('PUT', `${ENDPOINTS}/pe-a`, foreign, { headers });
}

test('a token of the target’s tenant beside the caller’s connects across tenants at once, if it has the right', async () => {
  const { objectId } = addApp(bench.simulator.world, { tenantId: OTHER_TENANT });
  expectCode(await putWith(objectId), 403, 'LinkedAuthorizationFailed');
  const scope = `/subscriptions/${OTHER_SUBSCRIPTION}`;
  grantRole(bench.simulator.world, { principalId: objectId, scope, actions: ['Microsoft.Fabric/*'] });
  expect((await putWith(objectId)).status).toBe(201);
  bench.clock.advance(MINUTE_MS);
  const reply = await bench.arm('GET', `${ENDPOINTS}/pe-a`);
  const state = 'properties.privateLinkServiceConnections.0.properties.privateLinkServiceConnectionState.status';
  expect(reply.at(state)).toBe('Approved');
});

test('without it, across tenants only a request can be made', async () => {
  const request = endpointBody({ mode: 'manual', targetId: FOREIGN_SERVICE_ID });
  expect((await bench.arm('PUT', `${ENDPOINTS}/pe-a`, request)).status).toBe(201);
});
