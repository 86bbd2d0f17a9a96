// Names of a tenant and of a link. All of a kind have one length and appear nowhere inside another name, so that a
// template turns into a fleet by replacing text.

export type Shape = {
  /** Of each link's one endpoint. */
  dns: 'ZoneGroup' | 'Records' | 'none';
  /** Whether each link denies inbound access. */
  policy: boolean;
};

export type FleetSize = { tenants: number; linksPerTenant: number };

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export function tenantNames(tenant: number) {
  const guid = (kind: string) => `${kind}00000-0000-4000-8000-${hex(tenant, 12)}`;
  const subscriptionId = guid('b22');
  const resourceGroup = 'rg-links';
  return {
    tenantId: guid('a11'),
    subscriptionId,
    clientId: guid('c33'),
    objectId: guid('d44'),
    capacityId: guid('e55'),
    namespace: `tenant-${String(tenant).padStart(3, '0')}`,
    resourceGroup,
    networkId: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/virtualNetworks/vnet-hub`,
    /** 4,096 addresses: five for each of at most 800 links. */
    addressPrefix: `127.${64 + tenant}.16.0/20`,
  };
}

export function linkNames(link: number, tenant = 0) {
  // The first two digits make the zone letter of the host names, and are the same for all.
  const workspaceId = `f6600000-${hex(tenant, 4)}-4000-8000-${hex(link, 12)}`;
  return {
    workspaceId,
    bareWorkspaceId: workspaceId.replaceAll('-', ''),
    name: `link-${String(link).padStart(5, '0')}`,
  };
}
