import type { ArmId, Open } from '../arm/types.ts';
import type { CallOptions, Read } from '../call.ts';

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
  /**
   * Begins. Not safe to repeat blindly: list first and match by name and target, since Fabric picks the id. One at a time
   * in a workspace: others are `throttled` with reason WaitingForTurn.
   */
  createManagedPrivateEndpoint(workspaceId: string, body: ManagedPrivateEndpointBody, call: CallOptions): Promise<void>;
  /** Begins; the row stays listed as `Deleting` for a while. An endpoint that is gone is deleted. */
  deleteManagedPrivateEndpoint(workspaceId: string, endpointId: string, call: CallOptions): Promise<void>;
}
