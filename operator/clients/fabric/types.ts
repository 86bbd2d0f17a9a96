import type { Open } from '../arm/types.ts';
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
}
