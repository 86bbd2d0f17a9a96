import { randomUUID } from 'node:crypto';

import type { ArmId, DnsZone, RoleGrant, Subnet, Subscription, Tags, VirtualNetwork } from './arm/types.ts';
import type { App } from './entra/types.ts';
import type { World } from './world.ts';

/** Plain ways to fill a world, for tests and for world files. Each returns what it added. */

export function addTenant(world: World, tenantId: string, displayName = tenantId) {
  const tenant = { id: tenantId, displayName, missingResources: [] };
  world.entra.tenants[tenantId.toLowerCase()] = tenant;
  return tenant;
}

/** An app with one secret, unless told otherwise. */
export function addApp(world: World, app: Pick<App, 'tenantId'> & Partial<App> & { secret?: string }): App {
  const { secret, ...rest } = app;
  const clientId = app.clientId ?? randomUUID();
  const added: App = {
    clientId,
    objectId: randomUUID(),
    displayName: clientId,
    secrets: secret === undefined ? [] : [{ value: secret }],
    certificates: [],
    federated: [],
    ...rest,
  };
  world.entra.apps[`${added.tenantId}/${added.clientId}`.toLowerCase()] = added;
  return added;
}

/** A subscription in which the named providers are registered. */
export function addSubscription(
  world: World,
  subscription: {
    id: string;
    tenantId: string;
    displayName?: string;
    /** Names; their location is eastus. */
    resourceGroups?: readonly string[];
    /** Namespaces that are registered; absent: Microsoft.Network and Microsoft.Fabric. */
    providers?: readonly string[];
  },
) {
  const providers = subscription.providers ?? ['Microsoft.Network', 'Microsoft.Fabric'];
  const added: Subscription = {
    id: subscription.id,
    tenantId: subscription.tenantId,
    displayName: subscription.displayName ?? subscription.id,
    providers: Object.fromEntries(
      providers.map((namespace) => [namespace.toLowerCase(), { namespace, state: 'Registered', registrations: 1 }]),
    ),
    resourceGroups: Object.fromEntries(
      (subscription.resourceGroups ?? []).map((name) => [name.toLowerCase(), { name, location: 'eastus', tags: {} }]),
    ),
  };
  world.arm.subscriptions[subscription.id.toLowerCase()] = added;
  return added;
}

/** In force at once, unless `effectiveAtMs` says when. */
export function grantRole(
  world: World,
  grant: Omit<RoleGrant, 'effectiveAtMs'> & { effectiveAtMs?: number },
): RoleGrant {
  const added = { effectiveAtMs: 0, ...grant };
  world.arm.grants.push(added);
  return added;
}

/** A network with its subnets. Prefixes lie in 127.64.0.0/10, so that their addresses can be listened on. */
export function addVirtualNetwork(
  world: World,
  network: {
    id: string;
    location?: string;
    addressPrefixes?: readonly string[];
    nameserver?: VirtualNetwork['nameserver'];
    subnets: readonly (Pick<Subnet, 'name' | 'addressPrefix'> & Partial<Subnet>)[];
  },
): VirtualNetwork {
  const added: VirtualNetwork = {
    id: network.id,
    name: network.id.split('/').at(-1) ?? '',
    location: network.location ?? 'eastus',
    etag: randomUUID(),
    tags: {},
    addressPrefixes: [...(network.addressPrefixes ?? network.subnets.map(({ addressPrefix }) => addressPrefix))],
    subnets: network.subnets.map((subnet) => ({
      id: `${network.id}/subnets/${subnet.name}`,
      etag: randomUUID(),
      delegations: [],
      privateEndpointNetworkPolicies: 'Disabled',
      allocations: {},
      ...subnet,
    })),
    ...(network.nameserver && { nameserver: network.nameserver }),
  };
  world.arm.virtualNetworks[network.id.toLowerCase()] = added;
  return added;
}

/** A private DNS zone that others keep already: their records, and links that are complete. */
export function addDnsZone(
  world: World,
  zone: {
    id: ArmId;
    tags?: Tags;
    records?: readonly { name: string; addresses: readonly string[]; ttlSeconds?: number; metadata?: Tags }[];
    links?: readonly { name: string; virtualNetworkId: ArmId; resolutionPolicy?: 'Default' | 'NxDomainRedirect' }[];
  },
): DnsZone {
  const { id, tags = {}, records = [], links = [] } = zone;
  const added: DnsZone = {
    id,
    name: id.split('/').at(-1)?.toLowerCase() ?? '',
    etag: randomUUID(),
    tags,
    provisioningState: 'Succeeded',
    records: Object.fromEntries(
      records.map(({ addresses, ...record }) => [
        record.name.toLowerCase(),
        { etag: randomUUID(), ttlSeconds: 3600, metadata: {}, ...record, addresses: [...addresses] },
      ]),
    ),
    links: Object.fromEntries(
      links.map((link) => [
        link.name.toLowerCase(),
        {
          id: `${id}/virtualNetworkLinks/${link.name}`,
          etag: randomUUID(),
          tags: {},
          registrationEnabled: false,
          resolutionPolicy: 'Default',
          state: 'Completed',
          provisioningState: 'Succeeded',
          ...link,
        },
      ]),
    ),
  };
  world.arm.dnsZones[id.toLowerCase()] = added;
  return added;
}
