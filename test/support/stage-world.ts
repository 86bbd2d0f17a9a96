import type { WorkspacePrivateLink, WorkspacePrivateLinkSpec } from '../../crds/workspace-private-link.ts';
import type { World } from '../../simulator/world.ts';
import { loadWorld } from '../../simulator/world-file.ts';

/** What exists before the curtain rises, and the manifests that are played. All ids are made up. */
export const TENANT = '10000000-0000-4000-8000-000000000001';
export const CONNECTIVITY = '20000000-0000-4000-8000-000000000001';
export const DATA_PLATFORM = '20000000-0000-4000-8000-000000000002';
export const SALES = '5a1e0000-0000-4000-8000-000000000001';
export const FINANCE = 'f1a40000-0000-4000-8000-000000000002';
export const CAPACITY = '50000000-0000-4000-8000-000000000001';
export const OPERATOR_APP = {
  clientId: '30000000-0000-4000-8000-000000000001',
  objectId: '40000000-0000-4000-8000-000000000001',
  clientSecret: 'planted-not-a-real-secret',
};
export const NAMESPACE = 'stage';

const groupOf = (place: 'hub' | 'spoke') => `/subscriptions/${CONNECTIVITY}/resourceGroups/rg-network-${place}`;
const inGroup = (place: 'hub' | 'spoke', rest: string) => `${groupOf(place)}/providers/Microsoft.Network/${rest}`;

export const HUB = inGroup('hub', 'virtualNetworks/vnet-hub');
export const SPOKE = inGroup('spoke', 'virtualNetworks/vnet-spoke');
export const HUB_ZONE = inGroup('hub', 'privateDnsZones/privatelink.fabric.microsoft.com');
export const SPOKE_ZONE = inGroup('spoke', 'privateDnsZones/privatelink.fabric.microsoft.com');
export const SALES_SERVICE = `/subscriptions/${DATA_PLATFORM}/resourceGroups/rg-fabric/providers/Microsoft.Fabric/privateLinkServicesForFabric/pls-sales`;

/** Two networks, two workspaces on an F8, and the operator's app with the rights that the documentation asks for. */
export function stageWorld(): World {
  return loadWorld({
    tenants: [{ id: TENANT, displayName: 'Contoso' }],
    apps: [{ tenantId: TENANT, ...OPERATOR_APP, displayName: 'fabric-link-operator' }],
    tenantSettings: [
      {
        tenantId: TENANT,
        enabled: [
          'ServicePrincipalAccessGlobalAPIs',
          'AllowServicePrincipalsUseReadAdminAPIs',
          'WorkspaceBlockInboundAccess',
          'WorkspaceBlockOutboundAccess',
        ],
      },
    ],
    subscriptions: [
      {
        id: CONNECTIVITY,
        tenantId: TENANT,
        providers: { 'Microsoft.Fabric': 'Registered', 'Microsoft.Network': 'Registered' },
        resourceGroups: [
          { name: 'rg-network-hub', location: 'westeurope' },
          { name: 'rg-network-spoke', location: 'northeurope' },
        ],
      },
      {
        id: DATA_PLATFORM,
        tenantId: TENANT,
        providers: { 'Microsoft.Fabric': 'Registered', 'Microsoft.Network': 'Registered' },
        resourceGroups: [{ name: 'rg-fabric', location: 'westeurope' }],
      },
    ],
    virtualNetworks: [
      {
        name: 'vnet-hub',
        subscriptionId: CONNECTIVITY,
        resourceGroup: 'rg-network-hub',
        location: 'westeurope',
        addressPrefix: '127.65.1.0/24',
        subnets: [{ name: 'snet-endpoints', addressPrefix: '127.65.1.128/26' }],
      },
      {
        name: 'vnet-spoke',
        subscriptionId: CONNECTIVITY,
        resourceGroup: 'rg-network-spoke',
        location: 'northeurope',
        addressPrefix: '127.65.2.0/24',
        subnets: [{ name: 'snet-endpoints', addressPrefix: '127.65.2.128/26' }],
      },
    ],
    azureRoles: [
      {
        objectId: OPERATOR_APP.objectId,
        scopes: [`/subscriptions/${CONNECTIVITY}`, `/subscriptions/${DATA_PLATFORM}`],
        actions: [
          '*/read',
          'Microsoft.Fabric/privateLinkServicesForFabric/*',
          'Microsoft.Network/privateEndpoints/*',
          'Microsoft.Network/privateDnsZones/*',
          'Microsoft.Network/virtualNetworks/join/action',
          'Microsoft.Network/virtualNetworks/subnets/join/action',
        ],
      },
    ],
    capacities: [
      { id: CAPACITY, tenantId: TENANT, displayName: 'contosof8', sku: 'F8', region: 'West Europe', state: 'Active' },
    ],
    workspaces: [
      { ...workspaceOf(SALES, 'sales'), items: [{ displayName: 'load', type: 'Notebook' }] },
      workspaceOf(FINANCE, 'finance'),
    ],
  });
}

function workspaceOf(id: string, displayName: string) {
  const roles = [{ objectId: OPERATOR_APP.objectId, role: 'Admin' as const }];
  return { id, tenantId: TENANT, displayName, capacityId: CAPACITY, roles };
}

export const credentialsSecret = () => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'fabriclink-credentials', namespace: NAMESPACE },
  stringData: {
    AZURE_TENANT_ID: TENANT,
    AZURE_CLIENT_ID: OPERATOR_APP.clientId,
    AZURE_CLIENT_SECRET: OPERATOR_APP.clientSecret,
  },
});

export type NameServerAddress = { address: string; port: number };

type Manifest = Pick<WorkspacePrivateLink, 'apiVersion' | 'kind'> & {
  metadata: { name: string; namespace: string };
  spec: Record<string, unknown>;
};

/**
 * As `examples/demo/sales.yaml`: a zone group in one network, explicit records in the other, both proven by asking the
 * networks' own name servers, then no public access in either direction.
 */
export function salesLink(
  nameserverOf: (networkId: string) => NameServerAddress,
  spec: Partial<WorkspacePrivateLinkSpec> | Record<string, unknown> = {},
): Manifest {
  return {
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'WorkspacePrivateLink',
    metadata: { name: 'sales', namespace: NAMESPACE },
    spec: {
      tenantId: TENANT,
      workspaceId: SALES,
      service: {
        subscriptionId: DATA_PLATFORM,
        resourceGroup: 'rg-fabric',
        name: 'pls-sales',
        tags: { 'cost-centre': '4711' },
      },
      endpoints: [endpointIn('hub', 'ZoneGroup', nameserverOf), endpointIn('spoke', 'Records', nameserverOf)],
      inbound: { publicAccess: 'Deny', requires: 'Resolve', onDelete: 'Restore' },
      outbound: { publicAccess: 'Deny' },
      ...spec,
    },
  };
}

export function endpointIn(
  place: 'hub' | 'spoke',
  mode: 'ZoneGroup' | 'Records',
  nameserverOf: (networkId: string) => NameServerAddress,
) {
  const networkId = place === 'hub' ? HUB : SPOKE;
  return {
    name: place,
    subscriptionId: CONNECTIVITY,
    resourceGroup: `rg-network-${place}`,
    location: place === 'hub' ? 'westeurope' : 'northeurope',
    subnetId: `${networkId}/subnets/snet-endpoints`,
    dns: {
      mode,
      virtualNetworkLinks: [{ virtualNetworkId: networkId }],
      verify: { mode: 'Resolve', nameservers: [nameserverOf(networkId)] },
    },
  };
}
