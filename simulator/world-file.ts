import { addLinkService } from './arm/fabric/out-of-band.ts';
import { addLinkTarget } from './arm/targets/out-of-band.ts';
import { addApp, addDnsZone, addSubscription, addTenant, addVirtualNetwork, grantRole } from './builders.ts';
import type { Guest } from './entra/types.ts';
import { addCapacity, addGateway, addItem, addTenantLink, addWorkspace, declareTenantSetting } from './fabric/build.ts';
import { addManagedEndpoint } from './fabric/managed-life.ts';
import { consent, enrolProvider } from './fabric/mapping-out-of-band.ts';
import type { Capacity, Gateway, WorkspaceRole } from './fabric/types.ts';
import { fabricApplicationIn, grantPermissions } from './graph/directory.ts';
import { emptyWorld, type World } from './world.ts';

/** What exists before anybody asks: the shape of `examples/demo-world.json`. */
export type WorldFile = {
  tenants: { id: string; displayName?: string }[];
  apps?: { tenantId: string; clientId: string; objectId: string; displayName?: string; clientSecret?: string }[];
  tenantSettings?: { tenantId: string; enabled: string[] }[];
  subscriptions?: {
    id: string;
    tenantId: string;
    displayName?: string;
    providers?: Record<string, 'Registered' | 'NotRegistered'>;
    resourceGroups?: { name: string; location?: string }[];
  }[];
  virtualNetworks?: {
    name: string;
    subscriptionId: string;
    resourceGroup: string;
    location: string;
    addressPrefix: string;
    nameserver?: { address: string; port: number };
    subnets: { name: string; addressPrefix: string; delegations?: string[] }[];
  }[];
  /** Private DNS zones that exist already, with other people's records and links. */
  privateDnsZones?: {
    name: string;
    subscriptionId: string;
    resourceGroup: string;
    tags?: Record<string, string>;
    records?: { name: string; addresses: string[]; ttlSeconds?: number; metadata?: Record<string, string> }[];
    links?: { name: string; virtualNetworkId: string; resolutionPolicy?: 'Default' | 'NxDomainRedirect' }[];
  }[];
  azureRoles?: { objectId: string; scopes: string[]; actions: string[] }[];
  capacities?: (Partial<Capacity> & { id: string; tenantId: string })[];
  workspaces?: {
    id: string;
    tenantId: string;
    displayName: string;
    capacityId?: string;
    roles?: { objectId: string; role: WorkspaceRole }[];
    items?: { id?: string; displayName?: string; type: string }[];
  }[];
  /** `shown` is what the API shows of it, as it is: the type decides what belongs there. */
  gateways?: Gateway[];
  /** Endpoints of tenant-level private links, by the network in which they are. */
  tenantLinks?: { tenantId: string; virtualNetworkId: string; address: string }[];
  /** Private link services that exist already. */
  privateLinkServices?: {
    tenantId: string;
    workspaceId: string;
    subscriptionId: string;
    resourceGroup: string;
    name?: string;
    tags?: Record<string, string>;
    /** Private endpoints that have asked already, and that nobody has answered. */
    requests?: { privateEndpointId: string; message?: string }[];
  }[];
  /** Resources that managed endpoints may lead to: storage accounts, key vaults, SQL servers, private link services. */
  linkTargets?: { id: string; location?: string }[];
  /** Asked for just before the start; what becomes of them is up to their target's owner. */
  managedPrivateEndpoints?: {
    workspaceId: string;
    name: string;
    targetId: string;
    subresource?: string;
    requestMessage?: string;
  }[];
  /** Tenants that are enrolled as providers of cross-tenant access. */
  providers?: string[];
  /** `consentedTo`: provider tenants; consent holds for everybody of the guest's tenant. */
  guests?: (Guest & { consentedTo?: string[] })[];
  /** Application permissions in Microsoft Graph, such as Application.Read.All; without an object id they are the Fabric application's. */
  graphPermissions?: { tenantId: string; objectId?: string; permissions: string[] }[];
};

const SECTIONS = new Set<string>([
  'tenants',
  'apps',
  'tenantSettings',
  'subscriptions',
  'virtualNetworks',
  'privateDnsZones',
  'azureRoles',
  'capacities',
  'workspaces',
  'gateways',
  'privateLinkServices',
  'linkTargets',
  'managedPrivateEndpoints',
  'tenantLinks',
  'providers',
  'guests',
  'graphPermissions',
] satisfies (keyof WorldFile)[]);

/** A world as the file describes it. Throws for sections that nobody would read: a typo must not go unseen. */
export function loadWorld(file: WorldFile): World {
  const unknown = Object.keys(file).filter((section) => !SECTIONS.has(section));
  if (unknown.length > 0) throw new Error(`unknown sections in the world file: ${unknown.join(', ')}`);
  const world = emptyWorld();
  for (const { id, displayName } of file.tenants) addTenant(world, id, displayName);
  for (const { clientSecret, ...app } of file.apps ?? []) {
    addApp(world, { ...app, ...(clientSecret !== undefined && { secret: clientSecret }) });
  }
  loadGuests(world, file);
  loadAzure(world, file);
  loadFabric(world, file);
  return world;
}

function loadGuests(world: World, file: WorldFile): void {
  for (const tenantId of file.providers ?? []) enrolProvider(world, tenantId);
  for (const { consentedTo = [], ...guest } of file.guests ?? []) {
    world.entra.guests.push(guest);
    for (const provider of consentedTo) consent(world, guest.tenantId, provider);
  }
  for (const { tenantId, objectId, permissions } of file.graphPermissions ?? []) {
    grantPermissions(world, tenantId, objectId ?? fabricApplicationIn(world, tenantId).id, permissions);
  }
}

function loadAzure(world: World, file: WorldFile): void {
  for (const { providers = {}, resourceGroups = [], ...subscription } of file.subscriptions ?? []) {
    const added = addSubscription(world, { ...subscription, providers: Object.keys(providers) });
    for (const [namespace, state] of Object.entries(providers)) {
      added.providers[namespace.toLowerCase()] = { namespace, state, registrations: state === 'Registered' ? 1 : 0 };
    }
    for (const { name, location = 'eastus' } of resourceGroups) {
      added.resourceGroups[name.toLowerCase()] = { name, location, tags: {} };
    }
  }
  for (const { name, subscriptionId, resourceGroup, addressPrefix, ...network } of file.virtualNetworks ?? []) {
    const id = networkThing(subscriptionId, resourceGroup, `virtualNetworks/${name}`);
    addVirtualNetwork(world, { id, addressPrefixes: [addressPrefix], ...network });
  }
  for (const { name, subscriptionId, resourceGroup, ...zone } of file.privateDnsZones ?? []) {
    addDnsZone(world, { id: networkThing(subscriptionId, resourceGroup, `privateDnsZones/${name}`), ...zone });
  }
  for (const { objectId, scopes, actions } of file.azureRoles ?? []) {
    for (const scope of scopes) grantRole(world, { principalId: objectId, scope, actions });
  }
}

const networkThing = (subscriptionId: string, resourceGroup: string, rest: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/${rest}`;

function loadFabric(world: World, file: WorldFile): void {
  for (const { tenantId, enabled } of file.tenantSettings ?? []) {
    for (const settingName of enabled) declareTenantSetting(world, tenantId, settingName, true);
  }
  for (const { tenantId, virtualNetworkId, address } of file.tenantLinks ?? []) {
    addTenantLink(world, tenantId, virtualNetworkId, address);
  }
  for (const capacity of file.capacities ?? []) addCapacity(world, capacity);
  for (const { roles = [], items = [], ...workspace } of file.workspaces ?? []) {
    const byObjectId = Object.fromEntries(roles.map(({ objectId, role }) => [objectId, role]));
    addWorkspace(world, { ...workspace, roles: byObjectId });
    for (const item of items) addItem(world, workspace.id, item);
  }
  for (const gateway of file.gateways ?? []) addGateway(world, gateway);
  for (const service of file.privateLinkServices ?? []) addLinkService(world, service);
  for (const { id, location } of file.linkTargets ?? []) addLinkTarget(world, id, location);
  for (const endpoint of file.managedPrivateEndpoints ?? []) addManagedEndpoint(world, endpoint);
}
