import type { Change, NetworkAction } from './effective.ts';

/** Fabric collections are keyed by lower-case GUID; objects keep the casing of their creator. */
export type Guid = string;

export type WorkspaceRole = 'Admin' | 'Member' | 'Contributor' | 'Viewer';

export type Capacity = {
  id: Guid;
  tenantId: Guid;
  displayName: string;
  /** `F2`…`F2048`, `P1`…, `FT1` (trial). */
  sku: string;
  /** Display name with spaces, such as `West Europe`. */
  region: string;
  state: 'Active' | 'Inactive';
  /** Object ids of those who see it in the list; absent: every principal of the tenant. */
  administrators?: Guid[];
};

export type Item = {
  id: Guid;
  displayName: string;
  description: string;
  /** One of some fifty strings (section 5.4). */
  type: string;
  folderId?: Guid;
  /** Created while inbound Deny was configured: compatible, whatever its type (section 5.4, seed 002). */
  createdRestricted: boolean;
};

export type Workspace = {
  id: Guid;
  tenantId: Guid;
  displayName: string;
  description: string;
  type: 'Personal' | 'Workspace' | 'AdminWorkspace';
  capacityId?: Guid;
  /** By lower-case object id of the principal. */
  roles: Record<Guid, WorkspaceRole>;
  /** By lower-case item id. */
  items: Record<Guid, Item>;
  policy: { etag: string; inbound: Change<NetworkAction>; outbound: Change<NetworkAction> };
  /** The documents below the policy, as they were put: outbound/connections, inbound/firewall, … (sections 11.2, 11.3). */
  subPolicies: Record<string, { etag: string; document: unknown }>;
  /** Calls that met the flapping window since the last change: the position in `choices.flapping`. */
  flaps: number;
};

export type TenantSetting = {
  settingName: string;
  title: string;
  tenantSettingGroup: string;
  canSpecifySecurityGroups: boolean;
  enabled: Change<boolean>;
  /** Object ids of the only principals that it holds for, standing for members of `enabledSecurityGroups`. */
  appliesTo?: Guid[];
};

export type DeploymentPipeline = {
  id: Guid;
  tenantId: Guid;
  displayName: string;
  description: string;
  /** Object ids of those who see it; absent: every principal of the tenant. */
  administrators?: Guid[];
  stages: {
    id: Guid;
    order: number;
    displayName: string;
    description: string;
    isPublic: boolean;
    workspaceId?: Guid;
  }[];
};

/** Shown as it is (section 13): the discriminator `type` decides the other members. */
export type Gateway = {
  id: Guid;
  tenantId: Guid;
  /** Object ids of those with a permission on it, whatever role; absent: every principal of the tenant. */
  administrators?: Guid[];
  /** Its machines do not answer, or it sleeps. */
  offline?: true;
  shown: { type: string; displayName?: string } & Record<string, unknown>;
};

/** Section 12. Its private endpoint lies in a subscription of Microsoft's: nobody can look at it there. */
export type ManagedEndpoint = {
  id: Guid;
  workspaceId: Guid;
  name: string;
  targetId: string;
  subresource?: string;
  requestMessage: string;
  fqdns: string[];
  provisioningState: 'Provisioning' | 'Succeeded' | 'Deleting' | 'Failed';
  /** Absent: Fabric does not know yet. */
  connectionState?: LinkConnection['state'];
  privateEndpointId: string;
  /** Its request stands on the target. */
  arrived: boolean;
  /** Something about it makes it end as Failed. */
  doomed: boolean;
};

/** A long-running operation (section 3.3). */
export type FabricOperation = {
  id: Guid;
  tenantId: Guid;
  /** Who may look: the same as for the call that began it. */
  administrators?: Guid[];
  status: 'Running' | 'Succeeded' | 'Failed';
  createdAtMs: number;
  lastUpdatedAtMs: number;
  result?: Record<string, unknown>;
  error?: { errorCode: string; message: string };
};

/** Section 15: somebody of another tenant, and the principal that Fabric made for them. */
export type CrossTenantMapping = {
  id: Guid;
  providerTenantId: Guid;
  guestTenantId: Guid;
  guestObjectId: Guid;
  /** As sent: applications are users. */
  type: 'User' | 'Group';
  userPrincipalName?: string;
  email?: string;
  denyUserAccess?: boolean;
  /** Lower case; absent: deleted or recycled. */
  principalId?: Guid;
  createdAtMs: number;
  /** Listed for a while still. */
  deletedAtMs?: number;
  lastLoginAtMs: number;
  /** Groups: when Fabric last looked who is in it. */
  expandedAtMs?: number;
};

export type LinkConnection = {
  /** Generated; not to be foreseen by the consumer (section 8). */
  name: string;
  privateEndpointId: string;
  state: { status: 'Pending' | 'Approved' | 'Rejected' | 'Disconnected'; description: string; actionsRequired: string };
  /** Vendor examples of pending connections have none. */
  provisioningState?: 'Succeeded' | 'Deleting';
  createdAtMs: number;
};

/** Microsoft.Fabric/privateLinkServicesForFabric (section 7). */
export type LinkService = {
  id: string;
  name: string;
  subscriptionId: Guid;
  tags: Record<string, string>;
  tenantId: Guid;
  workspaceId: Guid;
  provisioningState: 'Provisioning' | 'Succeeded' | 'Failed' | 'Canceled' | 'Deleting';
  createdAtMs: number;
  /** By lower-case name. */
  connections: Record<string, LinkConnection>;
};
