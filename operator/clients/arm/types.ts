import type { CallOptions, Read } from '../call.ts';

export type ArmId = string;
/** Open enum: the known values, and whatever comes later. */
export type Open<T extends string> = T | (string & {});

export type ConnectionStatus = Open<'Pending' | 'Approved' | 'Rejected' | 'Disconnected'>;
export type ProvisioningState = Open<'Succeeded' | 'Updating' | 'Creating' | 'Deleting' | 'Failed' | 'Canceled'>;

/** Microsoft.Fabric/privateLinkServicesForFabric, api-version 2024-06-01 (cloud-apis section 7). */
export type PrivateLinkService = {
  id: ArmId;
  name: string;
  tags: Readonly<Record<string, string>>;
  tenantId?: string;
  /** Read from `workspaceId` or `workspaceObjectId`. */
  workspaceId?: string;
  provisioningState: ProvisioningState;
  connections: readonly PrivateEndpointConnection[];
};

export type PrivateEndpointConnection = {
  id: ArmId;
  name: string;
  privateEndpointId?: ArmId;
  status: ConnectionStatus;
  description: string;
  provisioningState?: ProvisioningState;
  /** Known from the answer to our own decision alone: no list has shown it since. Nothing is approved by such a one. */
  isAnswered?: true;
};

export type ConnectionDecision = { status: 'Approved' | 'Rejected'; description: string };

export type ServiceScope = { subscriptionId: string; resourceGroup: string; name: string };

export interface ArmPrivateLinkServices {
  get(scope: ServiceScope, call: CallOptions): Promise<Read<PrivateLinkService | undefined>>;
  /** Served from one shared list per subscription. */
  list(subscriptionId: string, call: CallOptions): Promise<Read<readonly PrivateLinkService[]>>;
  /** Begins; never waits for the long-running operation. `creates`: a `conflict` when something is there by now. */
  put(
    scope: ServiceScope,
    body: { tenantId: string; workspaceId: string; tags: Record<string, string>; creates?: boolean },
    call: CallOptions,
  ): Promise<void>;
  patchTags(scope: ServiceScope, tags: Record<string, string>, call: CallOptions): Promise<void>;
  delete(scope: ServiceScope, call: CallOptions): Promise<void>;
  connections(scope: ServiceScope, call: CallOptions): Promise<Read<readonly PrivateEndpointConnection[]>>;
  /** Reads nothing: the caller has read the current state in the same pass (design section 7). */
  decideConnection(
    scope: ServiceScope,
    connectionName: string,
    decision: ConnectionDecision,
    call: CallOptions,
  ): Promise<void>;
  deleteConnection(scope: ServiceScope, connectionName: string, call: CallOptions): Promise<void>;
}

/** An Azure resource that takes private endpoints, and how its type is asked (controllers/…/targets.json). */
export type ApprovalTarget = {
  id: ArmId;
  /** For `privateEndpointConnections` of its type; without meaning for a workspace's private link service. */
  apiVersion: string;
  /** own: a list of their own (default) · resource: only as a property of the resource itself. */
  connectionsIn?: 'own' | 'resource';
};

/**
 * The owner's side of private endpoints for any type of Azure resource (cloud-apis section 8, transitions [G]). A
 * workspace's private link service goes by way of `ArmPrivateLinkServices`, with its caches.
 */
export interface ArmApprovals {
  /** Undefined: the resource does not exist. */
  connections(
    target: ApprovalTarget,
    call: CallOptions,
  ): Promise<Read<readonly PrivateEndpointConnection[] | undefined>>;
  /**
   * Begins; a type that takes its time (SQL: about two minutes) is `throttled` with `OperationInProgress` until its
   * decision is done. The connection is read just before, or, where `call.maxAgeMs` says so, was read a moment
   * ago: what it says already is not written; an approval needs Pending, else it is `transient` with `ConnectionChanged`. `privateEndpointId`: and it must be this endpoint's.
   */
  decide(
    target: ApprovalTarget,
    connectionName: string,
    decision: ConnectionDecision & { privateEndpointId?: ArmId },
    call: CallOptions,
  ): Promise<void>;
  /** The one way back from Approved where a type decides once. The consumer sees Disconnected. */
  remove(target: ApprovalTarget, connectionName: string, call: CallOptions): Promise<void>;
}

/** Microsoft.Network/privateEndpoints (cloud-apis section 9). */
export type PrivateEndpoint = {
  id: ArmId;
  name: string;
  location: string;
  tags: Readonly<Record<string, string>>;
  provisioningState: ProvisioningState;
  subnetId: ArmId;
  networkInterfaceIds: readonly ArmId[];
  customNetworkInterfaceName?: string;
  /** Why the last write failed, when provisioningState is Failed and the operation is still known. For messages only. */
  failure?: { code: string; message: string };
  /** The one connection, from whichever of the two arrays. */
  connection?: {
    mode: 'Manual' | 'Auto';
    targetId: ArmId;
    requestMessage?: string;
    status?: ConnectionStatus;
  };
};

/** member name → address → host names, from the network interface (works also when customDnsConfigs is empty). */
export type InterfaceAddress = { member: string; address: string; fqdns: readonly string[] };

/** Without the records that it reports: what the zone itself holds is read there. */
export type ZoneGroup = {
  name: string;
  provisioningState: ProvisioningState;
  /** Its configurations: one for each zone; the name is unique in the group. */
  zones: readonly { name: string; zoneId: ArmId }[];
};

export type EndpointScope = { subscriptionId: string; resourceGroup: string; name: string };

export type PrivateEndpointBody = {
  location: string;
  subnetId: ArmId;
  targetId: ArmId;
  mode: 'Manual' | 'Auto';
  requestMessage?: string;
  networkInterfaceName?: string;
  tags: Record<string, string>;
  /** Nothing was there when this was decided: what somebody else has made since is a `conflict`, and is not touched. */
  creates?: boolean;
};

export interface ArmPrivateEndpoints {
  /** Served from one shared list per subscription unless `call.maxAgeMs` asks for fresher. */
  get(scope: EndpointScope, call: CallOptions): Promise<Read<PrivateEndpoint | undefined>>;
  list(subscriptionId: string, call: CallOptions): Promise<Read<readonly PrivateEndpoint[]>>;
  /** PUT; one mutation in flight per subnet (a gate refuses the second as `throttled`). */
  put(scope: EndpointScope, body: PrivateEndpointBody, call: CallOptions): Promise<void>;
  delete(scope: EndpointScope, subnetId: ArmId, call: CallOptions): Promise<void>;
  addresses(networkInterfaceId: ArmId, call: CallOptions): Promise<Read<readonly InterfaceAddress[] | undefined>>;
  zoneGroup(scope: EndpointScope, call: CallOptions): Promise<Read<ZoneGroup | undefined>>;
  putZoneGroup(scope: EndpointScope, zoneId: ArmId, call: CallOptions): Promise<void>;
  deleteZoneGroup(scope: EndpointScope, call: CallOptions): Promise<void>;
}

export type DnsZone = {
  id: ArmId;
  tags: Readonly<Record<string, string>>;
  etag?: string;
  numberOfVirtualNetworkLinks: number;
  numberOfRecordSets: number;
};
export type VirtualNetworkLink = {
  id: ArmId;
  name: string;
  virtualNetworkId: ArmId;
  registrationEnabled: boolean;
  /** resolutionPolicy NxDomainRedirect; undefined for a policy that this version does not know. */
  fallbackToInternet: boolean | undefined;
  state: Open<'InProgress' | 'Completed'>;
  provisioningState?: ProvisioningState;
  tags: Readonly<Record<string, string>>;
  etag?: string;
};
/** As little as there is to decide on: a zone of a large tenant has thousands. A write reads the record set itself first. */
export type ARecord = {
  name: string;
  addresses: readonly string[];
  etag?: string;
  /** Only what operators like us have put there (`fabriclink-…`): whose the record is. Others' metadata is kept in the cloud. */
  metadata: Readonly<Record<string, string>>;
};

/** Microsoft.Network/privateDnsZones, api-version 2024-06-01 (cloud-apis section 10.5). Zones are addressed by ARM id. */
export interface ArmPrivateDns {
  zone(zoneId: ArmId, call: CallOptions): Promise<Read<DnsZone | undefined>>;
  /** All zones of a subscription: to tell where a virtual network is already linked. */
  zones(subscriptionId: string, call: CallOptions): Promise<Read<readonly DnsZone[]>>;
  /** `If-None-Match: *`: creates, never overwrites. */
  createZone(zoneId: ArmId, tags: Record<string, string>, call: CallOptions): Promise<void>;
  deleteZone(zoneId: ArmId, etag: string | undefined, call: CallOptions): Promise<void>;
  links(zoneId: ArmId, call: CallOptions): Promise<Read<readonly VirtualNetworkLink[]>>;
  putLink(
    zoneId: ArmId,
    name: string,
    body: { virtualNetworkId: ArmId; fallbackToInternet: boolean; tags: Record<string, string>; etag?: string },
    call: CallOptions,
  ): Promise<void>;
  deleteLink(zoneId: ArmId, name: string, etag: string | undefined, call: CallOptions): Promise<void>;
  records(zoneId: ArmId, call: CallOptions): Promise<Read<readonly ARecord[]>>;
  /** `etag` undefined: `If-None-Match: *`. One record write in flight per zone. */
  putRecord(
    zoneId: ArmId,
    name: string,
    body: { ttlSeconds: number; addresses: readonly string[]; metadata: Record<string, string>; etag?: string },
    call: CallOptions,
  ): Promise<void>;
  deleteRecord(zoneId: ArmId, name: string, etag: string | undefined, call: CallOptions): Promise<void>;
}

export type Subnet = {
  id: ArmId;
  addressPrefixes: readonly string[];
  delegations: readonly string[];
  privateEndpointNetworkPolicies?: string;
  provisioningState: ProvisioningState;
};

export interface ArmVirtualNetworks {
  /** Region of the network that owns the subnet, and the subnet itself; undefined when either does not exist. */
  subnet(subnetId: ArmId, call: CallOptions): Promise<Read<{ location: string; subnet: Subnet } | undefined>>;
  /** Free addresses = limit − currentValue of the subnet's usage. */
  freeAddresses(subnetId: ArmId, call: CallOptions): Promise<Read<number | undefined>>;
}

export interface ArmProviders {
  /** registrationState of a resource provider in a subscription (cloud-apis section 4.4). */
  state(
    subscriptionId: string,
    namespace: 'Microsoft.Fabric' | 'Microsoft.Network',
    call: CallOptions,
  ): Promise<Read<Open<'NotRegistered' | 'Registering' | 'Registered' | 'Unregistering'>>>;
  register(
    subscriptionId: string,
    namespace: 'Microsoft.Fabric' | 'Microsoft.Network',
    call: CallOptions,
  ): Promise<void>;
}
