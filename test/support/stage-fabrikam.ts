import { addApp, addSubscription, addTenant, addVirtualNetwork, grantRole } from '../../simulator/builders.ts';
import type { World } from '../../simulator/world.ts';
import type { Stage } from './stage.ts';
import { type Call, isCloud } from './stage-calls.ts';
import { NAMESPACE, type NameServerAddress, stageWorld } from './stage-world.ts';

/**
 * A second tenant, whose network is to reach a workspace of the first: `startStage({ world: fabrikamWorld() })`, then
 * apply `fabrikamSecret()`. All ids are made up.
 */
export const FABRIKAM = 'fab10000-0000-4000-8000-000000000001';
export const FABRIKAM_SUBSCRIPTION = 'fab20000-0000-4000-8000-000000000001';
/** May read and write in Fabrikam's subscription, and nothing anywhere else. Its secret begins as the other's does, so that `secretsTold` finds both. */
export const FABRIKAM_APP = {
  clientId: 'fab30000-0000-4000-8000-000000000001',
  objectId: 'fab40000-0000-4000-8000-000000000001',
  clientSecret: 'planted-not-a-real-secret-of-fabrikam',
};
export const FABRIKAM_SECRET = 'fabrikam-credentials';

const GROUP = `/subscriptions/${FABRIKAM_SUBSCRIPTION}/resourceGroups/rg-partner`;
export const FABRIKAM_NETWORK = `${GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-partner`;
export const FABRIKAM_ZONE = `${GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.fabric.microsoft.com`;

/** `stageWorld()` and Fabrikam beside it; `providers` are registered in Fabrikam's subscription. */
export function fabrikamWorld(providers: readonly string[] = ['Microsoft.Fabric', 'Microsoft.Network']): World {
  const world = stageWorld();
  addTenant(world, FABRIKAM, 'Fabrikam');
  const { clientSecret, ...app } = FABRIKAM_APP;
  addApp(world, { tenantId: FABRIKAM, ...app, displayName: 'fabric-link-operator', secret: clientSecret });
  const subscription = addSubscription(world, { id: FABRIKAM_SUBSCRIPTION, tenantId: FABRIKAM, providers });
  subscription.resourceGroups['rg-partner'] = { name: 'rg-partner', location: 'germanywestcentral', tags: {} };
  addVirtualNetwork(world, {
    id: FABRIKAM_NETWORK,
    location: 'germanywestcentral',
    addressPrefixes: ['127.65.3.0/24'],
    subnets: [{ name: 'snet-endpoints', addressPrefix: '127.65.3.128/26' }],
  });
  grantRole(world, {
    principalId: FABRIKAM_APP.objectId,
    scope: `/subscriptions/${FABRIKAM_SUBSCRIPTION}`,
    actions: [
      '*/read',
      'Microsoft.Fabric/register/action',
      'Microsoft.Network/register/action',
      'Microsoft.Network/privateEndpoints/*',
      'Microsoft.Network/privateDnsZones/*',
      'Microsoft.Network/virtualNetworks/join/action',
      'Microsoft.Network/virtualNetworks/subnets/join/action',
    ],
  });
  return world;
}

export const fabrikamSecret = (stringData: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: FABRIKAM_SECRET, namespace: NAMESPACE },
  stringData: {
    AZURE_TENANT_ID: FABRIKAM,
    AZURE_CLIENT_ID: FABRIKAM_APP.clientId,
    AZURE_CLIENT_SECRET: FABRIKAM_APP.clientSecret,
    ...stringData,
  },
});

/** An entry of `spec.endpoints`: Fabrikam's network, its own DNS zone, and its own Secret. */
export function endpointInFabrikam(
  mode: 'ZoneGroup' | 'Records',
  nameserverOf: (networkId: string) => NameServerAddress,
) {
  return {
    name: 'partner',
    tenantId: FABRIKAM,
    credentialsRef: { name: FABRIKAM_SECRET },
    subscriptionId: FABRIKAM_SUBSCRIPTION,
    resourceGroup: 'rg-partner',
    location: 'germanywestcentral',
    subnetId: `${FABRIKAM_NETWORK}/subnets/snet-endpoints`,
    requestMessage: 'sales for the partner, contract 4711',
    dns: {
      mode,
      virtualNetworkLinks: [{ virtualNetworkId: FABRIKAM_NETWORK }],
      verify: { mode: 'Resolve', nameservers: [nameserverOf(FABRIKAM_NETWORK)] },
    },
  };
}

/** Calls to a cloud whose token is not of the tenant that they are about; empty, or two tenants were mixed up. */
export function strayTokens({ calls, simulator }: Stage): string[] {
  return calls
    .filter(isCloud)
    .filter((call) => call.tenantId === undefined || call.tenantId !== tenantAddressed(simulator.world, call))
    .map(({ method, path, tenantId }) => `${method} ${path} with a token of ${tenantId}`);
}

/** The tenant that a call is about: of the subscription that it addresses, or of the workspace, for Fabric. */
function tenantAddressed(world: World, call: Call): string | undefined {
  // Only one of the tenants has workspaces, and principals of guests.
  if (call.service === 'fabric' || call.service === 'graph') return Object.values(world.fabric.workspaces)[0]?.tenantId;
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(call.path)?.[1]?.toLowerCase();
  return subscriptionId === undefined ? undefined : world.arm.subscriptions[subscriptionId]?.tenantId;
}
