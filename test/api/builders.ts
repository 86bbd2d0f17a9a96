import type { Manifest } from './manifests.ts';

export const subscriptionId = '22222222-2222-4222-8222-222222222222';
export const workspaceId = 'cf1e0000-0000-4000-8000-0000000000ab';
export const tenantId = '11111111-1111-4111-8111-1111111111ab';

const group = (name: string) => `/subscriptions/${subscriptionId}/resourceGroups/${name}/providers`;
const network = `${group('rg-network')}/Microsoft.Network`;

const object = (kind: string, name: string, spec: Record<string, unknown>): Manifest => ({
  apiVersion: 'fabriclink.dev/v1alpha1',
  kind,
  metadata: { name },
  spec: { tenantId, ...spec },
});

export function aWorkspacePrivateLink(name: string, spec: Record<string, unknown> = {}): Manifest {
  return object('WorkspacePrivateLink', name, { workspaceId, service: aService(), ...spec });
}

export const aService = (more: Record<string, unknown> = {}) => ({
  subscriptionId,
  resourceGroup: 'rg-fabric',
  ...more,
});

export function anEndpoint(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const subnetId = `${network}/virtualNetworks/vnet-hub/subnets/snet-endpoints`;
  return { name, subscriptionId, resourceGroup: 'rg-network', location: 'westeurope', subnetId, ...more };
}

export const fabricService = `${group('rg-fabric')}/Microsoft.Fabric/privateLinkServicesForFabric/pls-sales`;
export const storageAccount = `${group('rg-data')}/Microsoft.Storage/storageAccounts/lake`;
export const privateEndpointId = (name: string) => `${network}/privateEndpoints/${name}`;
export const virtualNetworkId = (name: string) => `${network}/virtualNetworks/${name}`;

export function aManagedPrivateEndpoint(name: string, spec: Record<string, unknown> = {}): Manifest {
  return object('ManagedPrivateEndpoint', name, {
    workspaceId,
    target: { workspacePrivateLinkRef: { name: 'sales' } },
    ...spec,
  });
}

export function aCrossTenantMapping(name: string, spec: Record<string, unknown> = {}): Manifest {
  const guest = {
    tenantId: '77777777-7777-4777-8777-777777777777',
    type: 'Group',
    objectId: '88888888-8888-4888-8888-888888888888',
  };
  return object('CrossTenantMapping', name, { guest, ...spec });
}
