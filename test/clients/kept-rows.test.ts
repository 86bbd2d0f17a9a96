// Shared lists hold thousands of rows: they keep what somebody reads and nothing else, and no row is ever written back.
import { describe, expect, test } from '@jest/globals';
import type { TenantClients } from '../../operator/clients/clouds.ts';
import type { HttpRequest } from '../../operator/clients/http.ts';
import { scripted } from './clouds-on-script.ts';
import { aCall, json, SUBSCRIPTION, TENANT, WORKSPACE } from './fakes.ts';

type Arm = TenantClients['arm'];

const UNREAD = 'nobody reads this';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-b`;
const SERVICE_ID = `${GROUP}/providers/Microsoft.Fabric/privateLinkServicesForFabric/pls-a`;
const ENDPOINT_ID = `${GROUP}/providers/Microsoft.Network/privateEndpoints/pe-a`;
const ZONE_ID = `${GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.fabric.microsoft.com`;
const NIC_ID = `${GROUP}/providers/Microsoft.Network/networkInterfaces/nic-0`;
const SUBNET_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub/subnets/links`;
const scopeOf = (name: string) => ({ subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-b', name });

const more = { systemData: { createdBy: UNREAD }, novelty: UNREAD };
const state = { status: 'Approved', description: 'ok', actionsRequired: UNREAD };

const connection = {
  id: `${SERVICE_ID}/privateEndpointConnections/c1`,
  name: 'c1',
  ...more,
  properties: { ...more, privateEndpoint: { id: ENDPOINT_ID, ...more }, privateLinkServiceConnectionState: state },
};

const service = {
  id: SERVICE_ID,
  name: 'pls-a',
  etag: UNREAD,
  location: UNREAD,
  tags: { theirs: '2' },
  ...more,
  properties: {
    tenantId: TENANT,
    workspaceId: WORKSPACE,
    provisioningState: 'Succeeded',
    privateEndpointConnections: [connection],
    ...more,
  },
};

const endpoint = {
  id: ENDPOINT_ID,
  name: 'pe-a',
  etag: UNREAD,
  location: 'eastus',
  tags: { theirs: '2' },
  properties: {
    provisioningState: 'Succeeded',
    subnet: { id: SUBNET_ID },
    networkInterfaces: [{ id: NIC_ID, location: UNREAD }],
    customDnsConfigs: [{ fqdn: UNREAD, ipAddresses: [UNREAD] }],
    applicationSecurityGroups: [{ id: UNREAD }],
    privateLinkServiceConnections: [],
    manualPrivateLinkServiceConnections: [
      {
        name: UNREAD,
        properties: {
          privateLinkServiceId: SERVICE_ID,
          groupIds: [UNREAD],
          requestMessage: 'please',
          privateLinkServiceConnectionState: { ...state, description: UNREAD },
        },
      },
    ],
  },
};

const nic = (index: number) => ({
  id: NIC_ID.replace('nic-0', `nic-${index}`),
  name: UNREAD,
  tags: { [UNREAD]: UNREAD },
  properties: {
    macAddress: UNREAD,
    privateEndpoint: { id: ENDPOINT_ID },
    ipConfigurations: ['a', 'b', 'c', 'd', 'e'].map((name) => ({
      name: UNREAD,
      etag: UNREAD,
      properties: {
        privateIPAddress: `10.0.0.${name}`,
        subnet: { id: UNREAD },
        privateLinkConnectionProperties: { groupId: UNREAD, requiredMemberName: name, fqdns: [`${name}.host`] },
      },
    })),
  },
});

const zoneGroup = {
  name: 'default',
  etag: UNREAD,
  properties: {
    provisioningState: 'Succeeded',
    privateDnsZoneConfigs: [
      {
        name: 'fabric',
        properties: { privateDnsZoneId: ZONE_ID, recordSets: [{ fqdn: UNREAD, ipAddresses: [UNREAD] }] },
      },
    ],
  },
};

const link = {
  id: `${ZONE_ID}/virtualNetworkLinks/hub`,
  name: 'hub',
  etag: 'e1',
  tags: { theirs: '2' },
  ...more,
  properties: {
    virtualNetwork: { id: '/hub', novelty: UNREAD },
    registrationEnabled: false,
    resolutionPolicy: 'Default',
    virtualNetworkLinkState: 'Completed',
    provisioningState: 'Succeeded',
    ...more,
  },
};

const record = {
  id: `${ZONE_ID}/A/r`,
  name: 'r',
  type: UNREAD,
  etag: 'e1',
  ...more,
  properties: {
    ttl: 3600,
    fqdn: UNREAD,
    metadata: { creator: `${UNREAD}: created by private endpoint pe-a`, 'fabriclink-owner': 'us' },
    aRecords: [{ ipv4Address: '10.0.0.4', weight: UNREAD }],
    ...more,
  },
};

const AZURE: Readonly<Record<string, object>> = {
  privateLinkServicesForFabric: { value: [service] },
  privateEndpoints: { value: [endpoint] },
  privateEndpointConnections: { value: [connection] },
  networkInterfaces: { value: [0, 1, 2, 3].map(nic) },
  privateDnsZoneGroups: { value: [zoneGroup] },
  virtualNetworkLinks: { value: [link] },
  A: { value: [record] },
  'pls-a': service,
  'pe-a': endpoint,
  hub: link,
  r: record,
};

const answer = ({ method, url }: HttpRequest) => {
  const last = new URL(url).pathname.split('/').at(-1)!;
  if (method !== 'GET') return json({}, 200);
  return json(AZURE[last] ?? nic(Number(last.split('-')[1])));
};

const CONNECTION = {
  id: connection.id,
  name: 'c1',
  privateEndpointId: ENDPOINT_ID,
  status: 'Approved',
  description: 'ok',
};

describe('what is kept of thousands of resources', () => {
  const cases: Record<string, { read: (arm: Arm) => Promise<{ value: unknown }>; keeps: unknown }> = {
    'private link services': {
      read: (arm) => arm.privateLinkServices.list(SUBSCRIPTION, aCall()),
      keeps: [
        {
          id: SERVICE_ID,
          name: 'pls-a',
          tags: { theirs: '2' },
          tenantId: TENANT,
          workspaceId: WORKSPACE,
          provisioningState: 'Succeeded',
          connections: [CONNECTION],
        },
      ],
    },
    'connections of a service': {
      read: (arm) => arm.privateLinkServices.connections(scopeOf('pls-a'), aCall()),
      keeps: [CONNECTION],
    },
    'private endpoints': {
      read: (arm) => arm.privateEndpoints.list(SUBSCRIPTION, aCall()),
      keeps: [
        {
          id: ENDPOINT_ID,
          name: 'pe-a',
          location: 'eastus',
          tags: { theirs: '2' },
          provisioningState: 'Succeeded',
          subnetId: SUBNET_ID,
          networkInterfaceIds: [NIC_ID],
          connection: { mode: 'Manual', targetId: SERVICE_ID, requestMessage: 'please', status: 'Approved' },
        },
      ],
    },
    'interfaces, by their list': {
      async read(arm) {
        for (const index of [1, 2, 3]) await arm.privateEndpoints.addresses(nic(index).id, aCall());
        return arm.privateEndpoints.addresses(NIC_ID, aCall());
      },
      keeps: ['a', 'b', 'c', 'd', 'e'].map((name) => ({
        member: name,
        address: `10.0.0.${name}`,
        fqdns: [`${name}.host`],
      })),
    },
    'zone groups': {
      read: (arm) => arm.privateEndpoints.zoneGroup(scopeOf('pe-a'), aCall()),
      keeps: { name: 'default', provisioningState: 'Succeeded', zones: [{ name: 'fabric', zoneId: ZONE_ID }] },
    },
    'links of a zone': {
      read: (arm) => arm.privateDns.links(ZONE_ID, aCall()),
      keeps: [
        {
          id: link.id,
          name: 'hub',
          virtualNetworkId: '/hub',
          registrationEnabled: false,
          fallbackToInternet: false,
          state: 'Completed',
          provisioningState: 'Succeeded',
          tags: { theirs: '2' },
          etag: 'e1',
        },
      ],
    },
    'records of a zone': {
      read: (arm) => arm.privateDns.records(ZONE_ID, aCall()),
      keeps: [{ name: 'r', addresses: ['10.0.0.4'], etag: 'e1', metadata: { 'fabriclink-owner': 'us' } }],
    },
  };

  test.each(Object.entries(cases))('%s: what is decided on, said or written by, and no more', async (_, one) => {
    const { clients } = await scripted(answer);
    const { value } = await one.read(clients.arm);
    expect(value).toEqual(one.keeps);
    expect(JSON.stringify(value)).not.toContain(UNREAD);
  });
});

describe('what is written over a resource that a list has shown', () => {
  type Write = { list: (arm: Arm) => Promise<unknown>; write: (arm: Arm) => Promise<void>; keeps: object };
  const writes: Record<string, Write> = {
    'a private link service': {
      list: (arm) => arm.privateLinkServices.list(SUBSCRIPTION, aCall()),
      write: (arm) =>
        arm.privateLinkServices.put(
          scopeOf('pls-a'),
          { tenantId: TENANT, workspaceId: WORKSPACE, tags: { ours: '1' } },
          aCall(),
        ),
      keeps: { novelty: UNREAD, tags: { theirs: '2', ours: '1' }, properties: { novelty: UNREAD } },
    },
    'the tags of one': {
      list: (arm) => arm.privateLinkServices.list(SUBSCRIPTION, aCall()),
      write: (arm) => arm.privateLinkServices.patchTags(scopeOf('pls-a'), { ours: '1' }, aCall()),
      keeps: { tags: { theirs: '2', ours: '1' } },
    },
    'a private endpoint': {
      list: (arm) => arm.privateEndpoints.list(SUBSCRIPTION, aCall()),
      write: (arm) =>
        arm.privateEndpoints.put(
          scopeOf('pe-a'),
          { location: 'eastus', subnetId: SUBNET_ID, targetId: SERVICE_ID, mode: 'Manual', tags: { ours: '1' } },
          aCall(),
        ),
      keeps: {
        tags: { theirs: '2', ours: '1' },
        properties: {
          applicationSecurityGroups: [{ id: UNREAD }],
          manualPrivateLinkServiceConnections: [{ name: UNREAD, properties: { groupIds: [UNREAD] } }],
        },
      },
    },
    'a link of a zone': {
      list: (arm) => arm.privateDns.links(ZONE_ID, aCall()),
      write: (arm) =>
        arm.privateDns.putLink(
          ZONE_ID,
          'hub',
          { virtualNetworkId: '/hub', fallbackToInternet: true, tags: { ours: '1' }, etag: 'e1' },
          aCall(),
        ),
      keeps: { novelty: UNREAD, tags: { theirs: '2', ours: '1' }, properties: { novelty: UNREAD } },
    },
    'a record set': {
      list: (arm) => arm.privateDns.records(ZONE_ID, aCall()),
      write: (arm) =>
        arm.privateDns.putRecord(
          ZONE_ID,
          'r',
          { ttlSeconds: 10, addresses: ['10.0.0.4'], metadata: { ours: '1' }, etag: 'e1' },
          aCall(),
        ),
      keeps: {
        novelty: UNREAD,
        properties: {
          novelty: UNREAD,
          metadata: { ...record.properties.metadata, ours: '1' },
          aRecords: [{ ipv4Address: '10.0.0.4', weight: UNREAD }],
        },
      },
    },
  };

  test.each(Object.entries(writes))('%s: is read by itself first, and goes back whole', async (_, one) => {
    const { clients, requests } = await scripted(answer);
    await one.list(clients.arm);
    const before = requests.length;
    await one.write(clients.arm);
    const [read, written] = requests.slice(before);
    expect(read?.method).toBe('GET');
    expect(written?.url).toBe(read?.url);
    expect(JSON.parse(written!.body!)).toMatchObject(one.keeps);
  });
});
