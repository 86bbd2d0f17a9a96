import {
  approveConnection,
  linkServiceIn,
  rejectConnection,
  removeConnection,
} from '../../../simulator/arm/fabric/out-of-band.ts';
import { deleteOutOfBand } from '../../../simulator/arm/out-of-band.ts';
import { grantRole } from '../../../simulator/builders.ts';
import { expect } from '../core/expectations.ts';
import { type Bench, FOREIGN_SERVICE_ID, NETWORK_ID, SERVICE_ID, SUBSCRIPTION, TENANT } from '../core/fixture.ts';
import type { SwitchCase } from '../core/switches.ts';
import {
  API_RECORD,
  anEndpoint,
  aZone,
  ENDPOINTS,
  endpointBody,
  expectCode,
  MINUTE_MS,
  putEndpoint,
  putZoneGroup,
  ZONE_ID,
} from './network-fixture.ts';

const get = (bench: Bench, name: string) => bench.arm('GET', `${ENDPOINTS}/${name}`);
const stateOf = async (bench: Bench, name: string) => (await get(bench, name)).at('properties.provisioningState');
const statusOf = async (bench: Bench, name: string) =>
  (await get(bench, name)).at(
    'properties.manualPrivateLinkServiceConnections.0.properties.privateLinkServiceConnectionState.status',
  );
const usageOf = async ({ arm }: Bench, subnet: number) =>
  (await arm('GET', `${NETWORK_ID}/usages`)).at(`value.${subnet}.currentValue`);
const interfaceOf = async (bench: Bench, name: string) =>
  String((await get(bench, name)).at('properties.networkInterfaces.0.id'));

export const endpointCases = {
  checkEndpointRegion: {
    keeps: 'an endpoint in the region of its network',
    check: async (bench) =>
      expectCode(await putEndpoint(bench, 'pe-a', { location: 'westeurope' }), 400, 'InvalidResourceReference'),
  },
  subnetAccounting: {
    keeps: 'count of addresses: five for each endpoint, none when they do not suffice',
    async check(bench) {
      const small = `${NETWORK_ID}/subnets/snet-small`;
      // A /29 has eight addresses; Azure keeps five.
      expectCode(await putEndpoint(bench, 'pe-a', { subnetId: small }), 400, 'SubnetIsFull');
      expect(await usageOf(bench, 0)).toBe(0);
      await anEndpoint(bench, 'pe-b');
      expect(await usageOf(bench, 0)).toBe(5);
      expect((await bench.arm('GET', `${NETWORK_ID}/usages`)).at('value.0.limit')).toBe(27);
    },
  },
  refuseDelegatedSubnet: {
    keeps: 'endpoints out of delegated subnets',
    async check(bench) {
      const subnetId = `${NETWORK_ID}/subnets/snet-gateway`;
      const reply = await putEndpoint(bench, 'pe-a', { subnetId });
      expectCode(reply, 400, 'PrivateEndpointCreationNotAllowedAsSubnetIsDelegated');
    },
  },
  refuseNetworkPolicies: {
    keeps: 'endpoints out of subnets with network policies',
    async check(bench) {
      const [network] = Object.values(bench.simulator.world.arm.virtualNetworks);
      network!.subnets[0]!.privateEndpointNetworkPolicies = 'Enabled';
      const code = 'PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled';
      expectCode(await putEndpoint(bench, 'pe-a'), 400, code);
    },
  },
  limitEndpoints: {
    keeps: 'networks and subscriptions within their number of endpoints',
    async check(bench) {
      const { quotas } = bench.simulator.conduct.arm;
      await anEndpoint(bench, 'pe-a');
      quotas.endpointsPerNetwork = 1;
      expectCode(await putEndpoint(bench, 'pe-b'), 400, 'PrivateEndpointsPerVnetLimitReached');
      quotas.endpointsPerNetwork = 2;
      quotas.endpointsPerSubscription = 1;
      expectCode(await putEndpoint(bench, 'pe-b'), 400, 'PrivateEndpointsPerSubscriptionLimitReached');
      expect((await putEndpoint(bench, 'pe-a')).status).toBe(200);
    },
  },
  oneMutationPerSubnet: {
    keeps: 'a second endpoint waiting while one is made or removed in the same subnet',
    async check(bench) {
      await putEndpoint(bench, 'pe-a');
      expectCode(await putEndpoint(bench, 'pe-b'), 409, 'AnotherOperationInProgress');
      bench.simulator.conduct.arm.choices.busySubnet = 'RetryableError';
      expectCode(await putEndpoint(bench, 'pe-b'), 429, 'RetryableError');
      bench.clock.advance(MINUTE_MS);
      expect((await putEndpoint(bench, 'pe-b')).status).toBe(201);
    },
  },
  delayEndpointCreate: {
    keeps: 'a new endpoint Updating for 56 s, with an operation to follow',
    async check(bench) {
      const reply = await putEndpoint(bench, 'pe-a');
      expect([reply.status, reply.at('properties.provisioningState')]).toEqual([201, 'Updating']);
      expect(reply.headers['retry-after']).toBe('10');
      const poll = () => bench.arm('GET', reply.headers['azure-asyncoperation'] ?? '');
      expect([(await poll()).status, (await poll()).at('status')]).toEqual([200, 'InProgress']);
      bench.clock.advance(55_000);
      expect(await stateOf(bench, 'pe-a')).toBe('Updating');
      bench.clock.advance(1_000);
      expect(await stateOf(bench, 'pe-a')).toBe('Succeeded');
      expect((await poll()).at('status')).toBe('Succeeded');
      expect(await statusOf(bench, 'pe-a')).toBe('Pending');
    },
  },
  delayEndpointDelete: {
    keeps: 'a removed endpoint Deleting for a while, and its removal quiet the second time',
    async check(bench) {
      await anEndpoint(bench, 'pe-a');
      const reply = await bench.arm('DELETE', `${ENDPOINTS}/pe-a`);
      expect(reply.status).toBe(202);
      expect(await stateOf(bench, 'pe-a')).toBe('Deleting');
      const poll = () => bench.arm('GET', reply.headers['location'] ?? '');
      expect((await poll()).status).toBe(202);
      bench.clock.advance(MINUTE_MS);
      expect([(await poll()).status, (await get(bench, 'pe-a')).status]).toEqual([204, 404]);
      expect((await bench.arm('DELETE', `${ENDPOINTS}/pe-a`)).status).toBe(204);
    },
  },
  keepEndpointIdentity: {
    keeps: 'target, subnet and mode of an endpoint as they are; the same PUT again is welcome',
    async check(bench) {
      await anEndpoint(bench, 'pe-a');
      expect((await putEndpoint(bench, 'pe-a')).status).toBe(200);
      expectCode(await putEndpoint(bench, 'pe-a', { mode: 'auto' }), 400, 'PropertyChangeNotAllowed');
      const targetId = FOREIGN_SERVICE_ID;
      expectCode(await putEndpoint(bench, 'pe-a', { targetId }), 400, 'PropertyChangeNotAllowed');
    },
  },
  requireOneConnection: {
    keeps: 'exactly one connection in exactly one of the two lists',
    async check(bench) {
      const manual = endpointBody();
      const both = { ...manual, properties: { ...endpointBody({ mode: 'auto' }).properties, ...manual.properties } };
      expectCode(await bench.arm('PUT', `${ENDPOINTS}/pe-a`, both), 400, 'InvalidRequestFormat');
    },
  },
  limitRequestMessage: {
    keeps: 'request messages within 140 characters',
    async check(bench) {
      const tooLong = 'x'.repeat(141);
      expectCode(await putEndpoint(bench, 'pe-a', { requestMessage: tooLong }), 400, 'InvalidRequestFormat');
      expect((await putEndpoint(bench, 'pe-a', { requestMessage: 'x'.repeat(140) })).status).toBe(201);
    },
  },
  checkLinkedAuthorization: {
    keeps: 'automatic approval to those with rights on the target in their own tenant',
    async check(bench) {
      const foreign = { mode: 'auto' as const, targetId: FOREIGN_SERVICE_ID };
      expectCode(await putEndpoint(bench, 'pe-a', foreign), 403, 'LinkedAuthorizationFailed');
      const as = { tenantId: TENANT, objectId: 'eeeeeeee-0000-4000-8000-00000000000e' };
      const actions = ['Microsoft.Network/privateEndpoints/*', 'Microsoft.Network/virtualNetworks/subnets/join/action'];
      grantRole(bench.simulator.world, {
        principalId: as.objectId,
        scope: `/subscriptions/${SUBSCRIPTION}`,
        actions,
      });
      const put = (mode: 'auto' | 'manual') => bench.arm('PUT', `${ENDPOINTS}/pe-a`, endpointBody({ mode }), { as });
      expectCode(await put('auto'), 403, 'LinkedAuthorizationFailed');
      expect((await put('manual')).status).toBe(201);
    },
  },
  addressesAfterApproval: {
    keeps: 'the names of the addresses to itself before approval',
    async check(bench) {
      await anEndpoint(bench, 'pe-a', { approve: false });
      const configs = async () => (await get(bench, 'pe-a')).at('properties.customDnsConfigs');
      expect(await configs()).toEqual([]);
      approveConnection(bench.simulator.cloud, SERVICE_ID, `${ENDPOINTS}/pe-a`);
      expect(await configs()).toHaveLength(5);
      expect(await configs()).toContainEqual({
        fqdn: `${API_RECORD}.fabric.microsoft.com`,
        ipAddresses: ['127.64.1.4'],
      });
    },
  },
  emptyDnsConfigsUnderZoneGroup: {
    keeps: 'customDnsConfigs empty while a zone group does the work; the interface still tells',
    async check(bench) {
      await anEndpoint(bench, 'pe-a');
      await aZone(bench);
      await putZoneGroup(bench, 'pe-a');
      bench.clock.advance(MINUTE_MS);
      expect((await get(bench, 'pe-a')).at('properties.customDnsConfigs')).toEqual([]);
      const nic = await bench.arm('GET', await interfaceOf(bench, 'pe-a'));
      const first = 'properties.ipConfigurations.0.properties';
      expect(nic.at(`${first}.privateIPAddress`)).toBe('127.64.1.4');
      expect(nic.at(`${first}.privateLinkConnectionProperties`)).toEqual({
        groupId: 'workspace',
        requiredMemberName: 'workspace-api',
        fqdns: [`${API_RECORD}.fabric.microsoft.com`],
      });
      await bench.arm('DELETE', `${ENDPOINTS}/pe-a/privateDnsZoneGroups/default`);
      bench.clock.advance(MINUTE_MS);
      expect((await get(bench, 'pe-a')).at('properties.customDnsConfigs')).toHaveLength(5);
    },
  },
  keepRejected: {
    keeps: 'a refused or removed connection refused, whatever is put again',
    async check(bench) {
      await anEndpoint(bench, 'pe-a');
      rejectConnection(bench.simulator.cloud, SERVICE_ID, `${ENDPOINTS}/pe-a`, 'no');
      expect(await statusOf(bench, 'pe-a')).toBe('Rejected');
      await putEndpoint(bench, 'pe-a');
      bench.clock.advance(2 * MINUTE_MS);
      expect(await statusOf(bench, 'pe-a')).toBe('Rejected');
      await anEndpoint(bench, 'pe-b');
      removeConnection(bench.simulator.cloud, SERVICE_ID, `${ENDPOINTS}/pe-b`);
      expect(await statusOf(bench, 'pe-b')).toBe('Disconnected');
    },
  },
  lingerNetworkInterface: {
    keeps: 'interface and addresses of a removed endpoint for another minute',
    async check(bench) {
      await anEndpoint(bench, 'pe-a');
      const nic = await interfaceOf(bench, 'pe-a');
      await bench.arm('DELETE', `${ENDPOINTS}/pe-a`);
      bench.clock.advance(30_000);
      expect((await get(bench, 'pe-a')).status).toBe(404);
      expect([(await bench.arm('GET', nic)).status, await usageOf(bench, 0)]).toEqual([200, 5]);
      bench.clock.advance(MINUTE_MS);
      expect([(await bench.arm('GET', nic)).status, await usageOf(bench, 0)]).toEqual([404, 0]);
      expect(Object.keys(linkServiceIn(bench.simulator.world, SERVICE_ID).connections)).toEqual([]);
    },
  },
  delayZoneGroup: {
    keeps: 'records of a zone group away until it is done, and takes them with it',
    async check(bench) {
      await anEndpoint(bench, 'pe-a');
      await aZone(bench);
      expect((await putZoneGroup(bench, 'pe-a')).status).toBe(201);
      const records = async () => (await bench.arm('GET', `${ZONE_ID}/A`)).at('value');
      expect(await records()).toEqual([]);
      bench.clock.advance(10_000);
      expect(await records()).toHaveLength(5);
      const record = await bench.arm('GET', `${ZONE_ID}/A/${API_RECORD}`);
      expect([record.at('properties.ttl'), record.at('properties.aRecords.0.ipv4Address')]).toEqual([10, '127.64.1.4']);
      const group = await bench.arm('GET', `${ENDPOINTS}/pe-a/privateDnsZoneGroups/default`);
      expect(group.at('properties.privateDnsZoneConfigs.0.properties.recordSets')).toHaveLength(5);
      expect((await putZoneGroup(bench, 'pe-a')).status).toBe(200);
      expect(await records()).toHaveLength(5);
      bench.clock.advance(10_000);
      deleteOutOfBand(bench.simulator.cloud, `${ENDPOINTS}/pe-a`);
      expect(await records()).toEqual([]);
    },
  },
  oneZoneGroupPerEndpoint: {
    keeps: 'an endpoint to one zone group',
    async check(bench) {
      await anEndpoint(bench, 'pe-a');
      await aZone(bench);
      await putZoneGroup(bench, 'pe-a');
      bench.clock.advance(MINUTE_MS);
      expectCode(await putZoneGroup(bench, 'pe-a', 'second'), 400, 'PrivateDnsZoneGroupLimitReached');
    },
  },
  keepZoneGroupInTenant: {
    keeps: 'zones without join right, as those of another tenant, out of zone groups',
    async check(bench) {
      await anEndpoint(bench, 'pe-a');
      const foreign = ZONE_ID.replace(SUBSCRIPTION, '22222222-0000-4000-8000-000000000002');
      expectCode(await putZoneGroup(bench, 'pe-a', 'default', foreign), 403, 'LinkedAuthorizationFailed');
    },
  },
  lastZoneGroupWins: {
    keeps: 'to the last of two endpoints that write one record, and loses it with either',
    async check(bench) {
      await aZone(bench);
      for (const name of ['pe-a', 'pe-b']) {
        await anEndpoint(bench, name);
        await putZoneGroup(bench, name);
        bench.clock.advance(MINUTE_MS);
      }
      const record = () => bench.arm('GET', `${ZONE_ID}/A/${API_RECORD}`);
      expect((await record()).at('properties.aRecords')).toEqual([{ ipv4Address: '127.64.1.9' }]);
      await bench.arm('DELETE', `${ENDPOINTS}/pe-a/privateDnsZoneGroups/default`);
      bench.clock.advance(MINUTE_MS);
      expect((await record()).status).toBe(404);
    },
  },
} satisfies Record<string, SwitchCase>;
