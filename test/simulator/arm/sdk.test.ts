import { NetworkManagementClient } from '@azure/arm-network';
import { PrivateDnsManagementClient } from '@azure/arm-privatedns';
import { ClientSecretCredential } from '@azure/identity';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { approveConnection } from '../../../simulator/arm/fabric/out-of-band.ts';
import { realClock } from '../../../simulator/clock.ts';
import { type Simulator, startSimulator } from '../../../simulator/start.ts';
import { aWorld, CLIENT, NETWORK_ID, SERVICE_ID, SUBNET_ID, SUBSCRIPTION, TENANT } from '../core/fixture.ts';
import { API_RECORD, ENDPOINTS, ZONE_ID } from './network-fixture.ts';

let simulator: Simulator;
let network: NetworkManagementClient;
let dns: PrivateDnsManagementClient;

/** Real time, ten thousand times as fast: what the vendor's own clients make of the answers. */
beforeAll(async () => {
  simulator = await startSimulator({ clock: realClock(10_000), world: aWorld() });
  const tlsOptions = { ca: simulator.ca };
  const authority = { authorityHost: simulator.urls.login, disableInstanceDiscovery: true, tlsOptions };
  const credential = new ClientSecretCredential(TENANT, CLIENT, 'open-sesame', authority);
  const options = { endpoint: simulator.urls.arm, tlsOptions, retryOptions: { maxRetries: 0 } };
  network = new NetworkManagementClient(credential, SUBSCRIPTION, options);
  dns = new PrivateDnsManagementClient(credential, SUBSCRIPTION, options);
});
afterAll(() => simulator.close());

const ZONE = 'privatelink.fabric.microsoft.com';
const quickly = { updateIntervalInMs: 5 };

test('the vendor’s clients bring up a zone, a link and an endpoint with its zone group, and take them down', async () => {
  const zone = await dns.privateZones.createOrUpdate('rg-net', ZONE, { location: 'global' }, quickly);
  expect([zone.name, zone.provisioningState]).toEqual([ZONE, 'Succeeded']);
  const wanted = { location: 'global', virtualNetwork: { id: NETWORK_ID }, registrationEnabled: false };
  const link = await dns.virtualNetworkLinks.createOrUpdate('rg-net', ZONE, 'hub', wanted, quickly);
  expect(link.virtualNetworkLinkState).toBe('Completed');

  const connection = {
    name: 'conn',
    privateLinkServiceId: SERVICE_ID,
    groupIds: ['workspace'],
    requestMessage: 'please',
  };
  const body = { location: 'eastus', subnet: { id: SUBNET_ID }, manualPrivateLinkServiceConnections: [connection] };
  const endpoint = await network.privateEndpoints.createOrUpdate('rg-net', 'pe-a', body, quickly);
  expect(endpoint.manualPrivateLinkServiceConnections?.[0]?.privateLinkServiceConnectionState?.status).toBe('Pending');
  simulator.conduct.fabric.switches.delayDecision = false;
  approveConnection(simulator.cloud, SERVICE_ID, `${ENDPOINTS}/pe-a`);
  expect((await network.privateEndpoints.get('rg-net', 'pe-a')).customDnsConfigs).toHaveLength(5);

  const configs = { privateDnsZoneConfigs: [{ name: 'fabric', privateDnsZoneId: ZONE_ID }] };
  const group = await network.privateDnsZoneGroups.createOrUpdate('rg-net', 'pe-a', 'default', configs, quickly);
  expect(group.privateDnsZoneConfigs?.[0]?.recordSets).toHaveLength(5);
  const names = [];
  for await (const record of dns.recordSets.listByType('rg-net', ZONE, 'A')) names.push(record.name);
  expect(names).toHaveLength(5);
  expect(names).toContain(API_RECORD);

  await network.privateEndpoints.delete('rg-net', 'pe-a', quickly);
  await dns.virtualNetworkLinks.delete('rg-net', ZONE, 'hub', quickly);
  await dns.privateZones.delete('rg-net', ZONE, quickly);
  expect(simulator.world.arm.privateEndpoints).toEqual({});
  expect(simulator.world.arm.dnsZones).toEqual({});
}, 60_000);

test('the vendor’s clients see error codes and preconditions as they are', async () => {
  await expect(network.privateEndpoints.get('rg-net', 'none')).rejects.toMatchObject({
    statusCode: 404,
    code: 'ResourceNotFound',
  });
  const options = { ifNoneMatch: '*', ...quickly };
  await dns.privateZones.createOrUpdate('rg-net', ZONE, { location: 'global' }, options);
  await expect(dns.privateZones.createOrUpdate('rg-net', ZONE, { location: 'global' }, options)).rejects.toMatchObject({
    statusCode: 412,
    code: 'PreconditionFailed',
  });
});
