import type { ConnectionState } from '../connections.ts';

/** All ARM collections are keyed by the lower-case ARM id; objects keep the casing of their creator. */
export type ArmId = string;
export type Tags = Record<string, string>;

export type Subscription = {
  id: string;
  tenantId: string;
  displayName: string;
  /** By lower-case namespace. */
  providers: Record<
    string,
    {
      namespace: string;
      state: 'NotRegistered' | 'Registering' | 'Registered' | 'Unregistering';
      registrations: number;
    }
  >;
  /** By lower-case name. */
  resourceGroups: Record<string, { name: string; location: string; tags: Tags }>;
};

/** A role assignment, flattened to its actions. */
export type RoleGrant = {
  /** Object id of a principal. */
  principalId: string;
  /** `/subscriptions/…` or longer; inherited downwards. */
  scope: string;
  /** `*`, `Microsoft.Network/*`, `Microsoft.Network/privateEndpoints/read`, … */
  actions: string[];
  /** New assignments take up to ten minutes to work (cloud-apis section 4.1). */
  effectiveAtMs: number;
};

export type VirtualNetwork = {
  id: ArmId;
  name: string;
  location: string;
  etag: string;
  tags: Tags;
  addressPrefixes: string[];
  /** In creation order. */
  subnets: Subnet[];
  /** Where its resolver listens. Absent: 127.0.0.1 and a free port. */
  nameserver?: { address: string; port: number };
  /** Address of a tenant-level private link in this network, to which its tenant's workspace names lead (cloud-apis section 10.2). */
  tenantLinkAddress?: string;
};

export type Subnet = {
  id: ArmId;
  name: string;
  etag: string;
  /** CIDR inside 127.64.0.0/10, so that its addresses can be listened on. */
  addressPrefix: string;
  delegations: string[];
  privateEndpointNetworkPolicies: 'Enabled' | 'Disabled';
  /** Addresses in use: lower-case resource id of the holder by address. Besides, Azure keeps five for itself. */
  allocations: Record<string, ArmId>;
  /** Everything below this offset in the prefix is in use. Only spares the search. */
  searchFrom?: number;
};

export type ProvisioningState = 'Succeeded' | 'Updating' | 'Creating' | 'Deleting' | 'Failed';

export type PrivateEndpoint = {
  id: ArmId;
  name: string;
  location: string;
  etag: string;
  tags: Tags;
  tenantId: string;
  provisioningState: ProvisioningState;
  subnetId: ArmId;
  networkInterfaceId: ArmId;
  customNetworkInterfaceName?: string;
  connection: {
    name: string;
    mode: 'Manual' | 'Auto';
    targetId: ArmId;
    groupIds: string[];
    requestMessage: string;
    state: ConnectionState;
  };
  /** member ↔ address ↔ host name, in the order of allocation. */
  members: { groupId: string; member: string; address: string; fqdns: string[] }[];
  /** The private DNS zone group that hangs on it. */
  zoneGroupId?: ArmId;
};

export type NetworkInterface = {
  id: ArmId;
  name: string;
  location: string;
  etag: string;
  subnetId: ArmId;
  privateEndpointId: ArmId;
  members: PrivateEndpoint['members'];
};

export type ZoneGroup = {
  id: ArmId;
  name: string;
  etag: string;
  privateEndpointId: ArmId;
  provisioningState: ProvisioningState;
  configs: { name: string; zoneId: ArmId }[];
};

export type DnsZone = {
  id: ArmId;
  name: string;
  etag: string;
  tags: Tags;
  provisioningState: ProvisioningState;
  /** By lower-case relative name. */
  records: Record<string, ARecordSet>;
  /** By lower-case link name. */
  links: Record<string, VirtualNetworkLink>;
};

export type ARecordSet = {
  name: string;
  etag: string;
  ttlSeconds: number;
  addresses: string[];
  metadata: Tags;
  /** Zone group that wrote it last; absent for records put by hand. */
  writtenBy?: ArmId;
};

export type VirtualNetworkLink = {
  id: ArmId;
  name: string;
  etag: string;
  tags: Tags;
  virtualNetworkId: ArmId;
  registrationEnabled: boolean;
  resolutionPolicy: 'Default' | 'NxDomainRedirect';
  state: 'InProgress' | 'Completed';
  provisioningState: ProvisioningState;
};

/** A resource of another kind than Fabric's, as far as private endpoints see it. */
export type LinkTargetResource = {
  id: ArmId;
  name: string;
  tenantId: string;
  location: string;
  /** By lower-case name. */
  connections: Record<string, TargetConnection>;
};

export type TargetConnection = {
  /** Generated; not to be foreseen by the consumer. */
  name: string;
  privateEndpointId: ArmId;
  groupId: string;
  state: ConnectionState;
  provisioningState: 'Succeeded' | 'Updating';
};

/** What Azure-AsyncOperation and Location URLs look up. */
export type ArmOperation = {
  id: string;
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled';
  startedAtMs: number;
  endedAtMs?: number;
  error?: { code: string; message: string };
  resourceId: ArmId;
  method: string;
};

export type ArmWorld = {
  subscriptions: Record<string, Subscription>;
  grants: RoleGrant[];
  virtualNetworks: Record<string, VirtualNetwork>;
  privateEndpoints: Record<string, PrivateEndpoint>;
  networkInterfaces: Record<string, NetworkInterface>;
  zoneGroups: Record<string, ZoneGroup>;
  dnsZones: Record<string, DnsZone>;
  linkTargets: Record<string, LinkTargetResource>;
  operations: Record<string, ArmOperation>;
};

export function emptyArm(): ArmWorld {
  return {
    subscriptions: {},
    grants: [],
    virtualNetworks: {},
    privateEndpoints: {},
    networkInterfaces: {},
    zoneGroups: {},
    dnsZones: {},
    linkTargets: {},
    operations: {},
  };
}
