import { expect, test } from '@jest/globals';

import { addVirtualNetwork } from '../../../simulator/builders.ts';
import { settled } from '../../../simulator/fabric/effective.ts';
import { workspaceHost } from '../../../simulator/fabric/hosts.ts';
import { type Bench, GROUP, MINUTE_MS, startFabric, TENANT } from './fixture.ts';

const SERVICE = `${GROUP}/providers/Microsoft.Fabric/privateLinkServicesForFabric/pls-one`;
const ENDPOINT = `${GROUP}/providers/Microsoft.Network/privateEndpoints/pe-one`;
const NETWORK = `${GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-one`;

const ENDPOINT_BODY = {
  location: 'westeurope',
  properties: {
    subnet: { id: `${NETWORK}/subnets/snet-pe` },
    manualPrivateLinkServiceConnections: [
      {
        name: 'conn',
        properties: { privateLinkServiceId: SERVICE, groupIds: ['workspace'], requestMessage: 'uid-1' },
      },
    ],
  },
};

const NETWORK_VERSION = { apiVersion: '2024-10-01' };

const statusOf = ({ body }: { body: Record<string, unknown> }) =>
  (
    body as {
      properties: { manualPrivateLinkServiceConnections: { properties: Record<string, { status: string }> }[] };
    }
  ).properties.manualPrivateLinkServiceConnections[0]!.properties['privateLinkServiceConnectionState']!.status;

async function connectionPath(bench: Bench): Promise<string> {
  const { body } = await bench.arm('GET', `${SERVICE}/privateEndpointConnections`);
  const [connection] = body['value'] as { id: string; properties: { privateEndpoint: { id: string } } }[];
  expect(connection!.properties.privateEndpoint.id).toBe(ENDPOINT);
  return connection!.id;
}

const decision = (status: string) => ({
  body: { properties: { privateLinkServiceConnectionState: { status, description: 'ok', actionsRequired: 'None' } } },
});

test('a workspace is reached through an endpoint from its approval to its rejection, all by ARM', async () => {
  const bench = await startFabric();
  try {
    addVirtualNetwork(bench.simulator.world, {
      id: NETWORK,
      location: 'westeurope',
      subnets: [{ name: 'snet-pe', addressPrefix: '127.64.77.0/27' }],
    });
    const properties = { tenantId: TENANT, workspaceId: bench.workspace.id };
    const created = await bench.arm('PUT', SERVICE, { body: { location: 'global', properties } });
    expect(created.status).toBe(201);
    expect((await bench.arm('PUT', ENDPOINT, { body: ENDPOINT_BODY, ...NETWORK_VERSION })).status).toBe(201);
    bench.clock.advance(MINUTE_MS);
    bench.workspace.policy.inbound = settled<'Allow' | 'Deny'>('Deny');

    const { address } = bench.simulator.world.arm.privateEndpoints[ENDPOINT.toLowerCase()]!.members[0]!;
    const through = { address, host: workspaceHost(bench.workspace.id, 'w.api') };
    await bench.listening(address);
    await expect(bench.fabric('GET', bench.path(), through)).rejects.toMatchObject({ code: 'ECONNRESET' });

    expect((await bench.arm('PUT', await connectionPath(bench), decision('Approved'))).status).toBe(200);
    expect(statusOf(await bench.arm('GET', ENDPOINT, NETWORK_VERSION))).toBe('Pending');
    bench.clock.advance(MINUTE_MS);
    expect(statusOf(await bench.arm('GET', ENDPOINT, NETWORK_VERSION))).toBe('Approved');
    expect((await bench.fabric('GET', bench.path(), through)).status).toBe(200);
    expect((await bench.fabric('GET', bench.path())).status).toBe(403);

    expect((await bench.arm('PUT', await connectionPath(bench), decision('Rejected'))).status).toBe(200);
    bench.clock.advance(MINUTE_MS);
    expect(statusOf(await bench.arm('GET', ENDPOINT, NETWORK_VERSION))).toBe('Rejected');
    await expect(bench.fabric('GET', bench.path(), through)).rejects.toMatchObject({ code: 'ECONNRESET' });
  } finally {
    await bench.close();
  }
});
