import { addVirtualNetworkGateway } from '../../simulator/fabric/build.ts';
import type { World } from '../../simulator/world.ts';
import { loadWorld, type WorldFile } from '../../simulator/world-file.ts';

/** What the manifests to copy name: the same ids in all of them. */
export const TENANT = '11111111-1111-4111-8111-111111111111';
export const DATA = '22222222-2222-4222-8222-222222222222';
const NETWORKS = '33333333-3333-4333-8333-333333333333';
export const APP = {
  clientId: '12121212-1212-4212-8212-121212121212',
  objectId: '12121212-0000-4000-8000-000000000001',
};
const CAPACITY = '50000000-0000-4000-8000-000000000005';
const THEIRS = { name: 'ba5e0000000040008000000000000007.zba.w.api', addresses: ['127.65.9.4'] };
export const ZONE =
  `/subscriptions/${NETWORKS}/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.fabric.microsoft.com`.toLowerCase();

/** Where the examples put their networks; minimal.yaml and observe.yaml keep everything in one subscription each. */
const PLACES = [
  { subscriptionId: DATA, resourceGroup: 'rg-network', name: 'vnet-hub', location: 'westeurope' },
  { subscriptionId: NETWORKS, resourceGroup: 'rg-network', name: 'vnet-hub', location: 'westeurope' },
  { subscriptionId: NETWORKS, resourceGroup: 'rg-hub', name: 'vnet-hub', location: 'westeurope' },
  { subscriptionId: NETWORKS, resourceGroup: 'rg-spoke', name: 'vnet-spoke', location: 'northeurope' },
  { subscriptionId: NETWORKS, resourceGroup: 'rg-gateway', name: 'vnet-gateway', location: 'westeurope' },
];

export function examplesWorld(): World {
  const providers = { 'Microsoft.Fabric': 'Registered', 'Microsoft.Network': 'Registered' } as const;
  const groups = ['rg-network', 'rg-hub', 'rg-spoke', 'rg-gateway', 'rg-endpoints', 'rg-dns'];
  const world: WorldFile = {
    tenants: [{ id: TENANT }],
    apps: [{ tenantId: TENANT, ...APP, clientSecret: 'planted-not-a-real-secret' }],
    tenantSettings: [
      { tenantId: TENANT, enabled: ['ServicePrincipalAccessGlobalAPIs', 'WorkspaceBlockInboundAccess'] },
    ],
    subscriptions: [
      {
        id: DATA,
        tenantId: TENANT,
        providers,
        resourceGroups: ['rg-fabric', 'rg-network', 'rg-api'].map((name) => ({ name })),
      },
      { id: NETWORKS, tenantId: TENANT, providers, resourceGroups: groups.map((name) => ({ name })) },
    ],
    virtualNetworks: PLACES.map((place, index) => ({
      ...place,
      addressPrefix: `127.65.${10 + index}.0/24`,
      subnets: [
        { name: 'snet-endpoints', addressPrefix: `127.65.${10 + index}.128/26` },
        {
          name: 'snet-gateway',
          addressPrefix: `127.65.${10 + index}.64/27`,
          delegations: ['Microsoft.PowerPlatform/vnetaccesslinks'],
        },
      ],
    })),
    privateDnsZones: [
      { name: ZONE.split('/').at(-1)!, subscriptionId: NETWORKS, resourceGroup: 'rg-dns', records: [THEIRS] },
    ],
    azureRoles: [
      { objectId: APP.objectId, scopes: [`/subscriptions/${DATA}`, `/subscriptions/${NETWORKS}`], actions: ['*'] },
    ],
    capacities: [
      { id: CAPACITY, tenantId: TENANT, displayName: 'f8', sku: 'F8', region: 'West Europe', state: 'Active' },
    ],
    workspaces: ['1', '2', '3', '6', '7'].map((digit) => ({
      id: `cf1e0000-0000-4000-8000-00000000000${digit}`,
      tenantId: TENANT,
      displayName: `workspace ${digit}`,
      capacityId: CAPACITY,
      roles: [{ objectId: APP.objectId, role: 'Admin' }],
    })),
  };
  const loaded = loadWorld(world);
  addVirtualNetworkGateway(loaded, {
    id: '44444444-4444-4444-8444-444444444444',
    tenantId: TENANT,
    subnetId: `/subscriptions/${NETWORKS}/resourceGroups/rg-gateway/providers/Microsoft.Network/virtualNetworks/vnet-gateway/subnets/snet-gateway`,
  });
  return loaded;
}
