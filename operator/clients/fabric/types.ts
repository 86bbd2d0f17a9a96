import type { ArmId, Open } from '../arm/types.ts';
import type { Beforehand, CallOptions, Read } from '../call.ts';

export type Workspace = {
  id: string;
  displayName: string;
  type?: Open<'Personal' | 'Workspace' | 'AdminWorkspace'>;
  capacityId?: string;
  capacityAssignmentProgress?: Open<'Completed' | 'Failed' | 'InProgress'>;
};
export type Capacity = {
  id: string;
  displayName: string;
  sku: string;
  region: string;
  state: Open<'Active' | 'Inactive'>;
};
export type Item = { id: string; displayName: string; type: string };
export type TenantSetting = { settingName: string; enabled: boolean };
export type NetworkAction = Open<'Allow' | 'Deny'>;
/** As read: an absent half or action means Allow to the service; the client fills that in. */
export type CommunicationPolicy = { inbound: NetworkAction; outbound: NetworkAction; etag?: string };
/** What may be sent: everything explicit, never a partial document. */
export type CommunicationPolicyBody = { inbound: 'Allow' | 'Deny'; outbound: 'Allow' | 'Deny' };

/** A data gateway (cloud-apis section 13). Of a type that we do not know, id, name and type are all that is read. */
export type Gateway = {
  id: string;
  /** Personal gateways have none. */
  displayName: string | undefined;
  type: Open<'VirtualNetwork' | 'StreamingVirtualNetwork' | 'OnPremises' | 'OnPremisesPersonal'>;
  /** ARM id of the delegated subnet of a gateway that runs in a virtual network. An on-premises gateway tells nothing. */
  subnetId?: ArmId;
  virtualNetworkId?: ArmId;
};

/** As Fabric lists it (cloud-apis section 12). */
export type ManagedPrivateEndpoint = {
  id: string;
  name: string;
  targetId: ArmId;
  subresource?: string;
  /** `Succeeded` says nothing about approval. Anything unknown, such as `PendingApproval`, is not over yet. */
  provisioningState: Open<'Provisioning' | 'Succeeded' | 'Updating' | 'Deleting' | 'Failed'>;
  /** Absent while Fabric shows none, or one without a word in it: a fresh endpoint has null members. */
  connection?: {
    status?: Open<'Pending' | 'Approved' | 'Rejected' | 'Disconnected'>;
    /** The approver's text. */
    description?: string;
    actionsRequired?: string;
  };
  /** Known from the answer to its creation alone: no list has shown it yet, and one that lags may not for a while. */
  isUnlisted?: true;
};

/** What can be asked for; nothing of it can be changed later (section 12.2). */
export type ManagedPrivateEndpointBody = {
  /** At most 64 characters. */
  name: string;
  targetId: ArmId;
  /** `workspace` for a Fabric private link service; absent for a Microsoft.Network/privateLinkServices. */
  subresource?: string;
  /** At most 140 characters. */
  requestMessage?: string;
  /** At most 20, for targets of type Microsoft.Network/privateLinkServices. */
  fqdns?: readonly string[];
};

/** Somebody of another tenant, as that tenant knows them. */
export type GuestRef = { tenantId: string; objectId: string };

/**
 * One mapping, read for the guest that was asked about (cloud-apis section 15; U17, U18, U20). Nothing of a row's shape is
 * documented: what it did not tell is absent.
 */
export type Mapping = {
  /** What DELETE takes: the row's own id, or the guest's object id where the row has no other. */
  id: string;
  type?: Open<'User' | 'Group'>;
  /** The principal that Fabric created in our tenant, if the row names one. */
  principal?: { id: string; type?: Open<'ServicePrincipal' | 'Group'> };
  denyUserAccess?: boolean;
  /** True: the row says that it is over. False: it says that it lives. Absent: it does not say; a deleted one may look so. */
  deleted?: boolean;
  /** The service's own word for its state, if it has one. */
  state?: string;
  createdAtMs?: number;
  /** `answered`: told by the answer to our own POST, and newer than the last list. */
  seen: 'listed' | 'answered';
};

/** A row as it is, so far as one can read it without knowing which guest it is about. */
export type MappingRow = {
  mappingId?: string;
  guestTenantId?: string;
  /** The guest, where the row names it by a word that means nothing else. */
  guestObjectId?: string;
  /** Every other id by which the row may mean the guest: `objectId`, `principalId`, `id`. */
  otherIds: readonly string[];
  /** The row itself, where it names no tenant or nobody: without names and addresses of people. */
  raw?: Readonly<Record<string, unknown>>;
};

export type Mappings = {
  rows: readonly MappingRow[];
  /** How much of the time that the quota gives for everything one reading of the list takes. Published. */
  costMs: number;
  /** All that concerns one guest: live, deleted, or both. Several of them are several rows. */
  of(guest: GuestRef): readonly Mapping[];
};

export type MappingBody = GuestRef & {
  /** Applications are sent as users without a name (section 15.1). */
  type: 'User' | 'ServicePrincipal' | 'Group';
  userPrincipalName?: string;
  email?: string;
  denyUserAccess?: boolean;
};

export type WorkspaceRole = 'Admin' | 'Member' | 'Contributor' | 'Viewer';
export type RolePrincipal = {
  id: string;
  type: Open<'User' | 'Group' | 'ServicePrincipal' | 'ServicePrincipalProfile' | 'EntireTenant'>;
};
/** Section 6. The id equals the principal's in samples; nobody promises it. */
export type RoleAssignment = {
  id: string;
  principal: RolePrincipal & { displayName?: string };
  role: Open<WorkspaceRole>;
};

/** Of which warehouse or SQL analytics endpoint, and for whom (section 14). */
export type ConnectionStringQuery = {
  workspaceId: string;
  item: { warehouseId: string } | { sqlEndpointId: string };
  guestTenantId?: string;
  privateLinkType: 'None' | 'Workspace';
};

/** Whether a workspace-scoped call is let in: an answer, or `RequestDeniedByInboundPolicy`, which is a fact and not an error. */
export type PathProbe =
  /** `resolvedAddresses`: every IPv4 address that the operator's resolver gave for the host; none were asked for on the global host. */
  | { kind: 'answered'; remoteAddress: string | undefined; resolvedAddresses: readonly string[] }
  | { kind: 'restricted' }
  | { kind: 'unreachable'; reason: string };

export interface FabricClient {
  /** The tenant's workspaces that this identity sees: one shared list. Restricted workspaces stay in it. */
  workspaces(call: CallOptions): Promise<Read<readonly Workspace[]>>;
  capacities(call: CallOptions): Promise<Read<readonly Capacity[]>>;
  tenantSettings(call: CallOptions): Promise<Read<readonly TenantSetting[]>>;
  /** Workspace-scoped: refused with code RequestDeniedByInboundPolicy on a restricted workspace without private path. */
  items(workspaceId: string, call: CallOptions): Promise<Read<readonly Item[]>>;
  /** Ids of workspaces that are assigned to a stage of a deployment pipeline. */
  deploymentPipelineWorkspaces(call: CallOptions): Promise<Read<readonly string[]>>;
  /** Always the global host. */
  communicationPolicy(workspaceId: string, call: CallOptions): Promise<Read<CommunicationPolicy>>;
  /** `If-Match` with the quoted ETag when there is one; 412 is a `conflict`. Always the global host. */
  putCommunicationPolicy(
    workspaceId: string,
    body: CommunicationPolicyBody,
    etag: string | undefined,
    call: CallOptions,
  ): Promise<void>;
  /**
   * Policies from the admin inventory, by lower-case workspace id. The inventory lists workspaces that restrict
   * something: one that is absent is open. The admin right to read it may be missing (`blocked`).
   */
  communicationPolicies(call: CallOptions): Promise<Read<ReadonlyMap<string, CommunicationPolicy>>>;
  /** GET workspace through the global host: tells whether the restriction is in effect for us. */
  probeGlobal(workspaceId: string, call: CallOptions): Promise<Read<PathProbe>>;
  /** GET workspace through the workspace's own host, resolved by the operator's resolver; reports the socket's peer address. */
  probeWorkspaceHost(workspaceId: string, call: CallOptions): Promise<Read<PathProbe>>;
  /** The tenant's data gateways that this identity has a permission on: one shared list. Others do not exist to it. */
  gateways(call: CallOptions): Promise<Read<readonly Gateway[]>>;
  /**
   * Whether a gateway answers; `undefined` while Fabric is still asking it. A gateway of a virtual network that sleeps
   * may be Offline. A read, although the request is a POST: it goes out as `safe`.
   */
  gatewayStatus(gatewayId: string, call: CallOptions): Promise<Read<Open<'Online' | 'Offline'> | undefined>>;
  /**
   * All of a workspace: one shared list. Workspace-scoped: refused with code RequestDeniedByInboundPolicy on a restricted
   * workspace without private path, and with code UnsupportedSku on a workspace without capacity.
   */
  managedPrivateEndpoints(workspaceId: string, call: CallOptions): Promise<Read<readonly ManagedPrivateEndpoint[]>>;
  /** One by its id, asked for anew each time: a list may lag. Undefined: there is none of that id (cloud-apis 12.2). */
  managedPrivateEndpoint(
    workspaceId: string,
    endpointId: string,
    call: CallOptions,
  ): Promise<ManagedPrivateEndpoint | undefined>;
  /**
   * Begins. Not safe to repeat blindly: list first and match by name and target, since Fabric picks the id. One at a time
   * in a workspace: others are `throttled` with reason WaitingForTurn.
   */
  createManagedPrivateEndpoint(workspaceId: string, body: ManagedPrivateEndpointBody, call: CallOptions): Promise<void>;
  /** Begins; the row stays listed as `Deleting` for a while. An endpoint that is gone is deleted. */
  deleteManagedPrivateEndpoint(workspaceId: string, endpointId: string, call: CallOptions): Promise<void>;
  /**
   * The tenant's mappings: one shared list, read page by page within 50 calls a minute, together with what our own POSTs
   * have answered since. While the budget is spent, callers that name no age are given the last list.
   */
  mappings(call: CallOptions): Promise<Read<Mappings>>;
  /**
   * Maps a guest. Safe to repeat: the service takes it for the same mapping (U19), and what it calls a duplicate is
   * `transient` with reason MappingExists, after which the list is read anew. The answer may tell nothing: `undefined`.
   *
   * 401 that is not the token's: `blocked`, GuestConsentMissing. 400: `blocked`, GuestUnresolvable.
   */
  createMapping(body: MappingBody, call: CallOptions, beforehand?: Beforehand): Promise<Mapping | undefined>;
  /** The row stays listed for more than a day. A mapping that is gone is deleted. */
  deleteMapping(mappingId: string, call: CallOptions, beforehand?: Beforehand): Promise<void>;
  /** All of a workspace: one shared list. Workspace-scoped, as everything below. */
  roleAssignments(workspaceId: string, call: CallOptions): Promise<Read<readonly RoleAssignment[]>>;
  /** A principal that has a role already is `transient` with reason RoleAlreadyAssigned; the list is read anew. */
  addRoleAssignment(
    workspaceId: string,
    principal: RolePrincipal,
    role: WorkspaceRole,
    call: CallOptions,
    beforehand?: Beforehand,
  ): Promise<void>;
  /** The last Admin's role stays as it is: `blocked`, LastAdmin. */
  updateRoleAssignment(
    workspaceId: string,
    assignmentId: string,
    role: WorkspaceRole,
    call: CallOptions,
    beforehand?: Beforehand,
  ): Promise<void>;
  /** An assignment that is gone is deleted. */
  deleteRoleAssignment(workspaceId: string, assignmentId: string, call: CallOptions): Promise<void>;
  /** A host name for TDS on port 1433, without port and database. */
  connectionString(query: ConnectionStringQuery, call: CallOptions): Promise<Read<string>>;
}
