import { untouchedSettings } from './tenant-settings.ts';
import type {
  Capacity,
  CrossTenantMapping,
  DeploymentPipeline,
  FabricOperation,
  Gateway,
  Guid,
  LinkService,
  ManagedEndpoint,
  TenantSetting,
  Workspace,
  WorkspaceRole,
} from './types.ts';

/** What Fabric knows of all tenants: plain data. */
export type FabricWorld = {
  capacities: Record<Guid, Capacity>;
  workspaces: Record<Guid, Workspace>;
  pipelines: Record<Guid, DeploymentPipeline>;
  gateways: Record<Guid, Gateway>;
  operations: Record<Guid, FabricOperation>;
  /** By lower-case tenant id, then by setting name. */
  settings: Record<Guid, Record<string, TenantSetting>>;
  /** Loopback addresses at which a client sits behind a tenant-level private link, with the tenant's id. */
  tenantLinkAddresses: Record<string, Guid>;
  /** By lower-case ARM id. */
  linkServices: Record<string, LinkService>;
  managedEndpoints: Record<Guid, ManagedEndpoint>;
  /** The Microsoft-owned subscription that holds a workspace's managed endpoints, by lower-case workspace id. */
  managedSubscriptions: Record<Guid, Guid>;
  /** When a workspace's last managed endpoint was created, by lower-case workspace id. */
  managedCreations: Record<Guid, number>;
  /** Deletions of the last while, for the cool-down. */
  managedDeletions: { workspaceId: Guid; target: string; atMs: number }[];
  /** Calls in the current fixed window, by identity and bucket (section 3.4). */
  callsInWindow: Record<string, { windowStartMs: number; calls: number }>;
  /** Tenants that Microsoft has enrolled as providers of cross-tenant access, by lower-case id. */
  providers: Record<Guid, true>;
  /** Guest tenants that have consented, by `guest tenant id/provider tenant id`, lower case. */
  consents: Record<string, true>;
  mappings: Record<Guid, CrossTenantMapping>;
  /** Their ids, also of some that are gone, by `guest tenant id/provider tenant id/guest object id`, lower case. */
  mappingsByGuest: Record<string, Guid[]>;
  /** Times of the calls about mappings in the last minute, by lower-case tenant id. */
  mappingCalls: Record<Guid, number[]>;
  /** The last change of each role, and what it was before, by `workspace id/principal id`, lower case. */
  roleChanges: Record<string, { atMs: number; before?: WorkspaceRole }>;
  /** Times of successful creations of services in the last minute, by lower-case tenant id. */
  serviceCreations: Record<Guid, number[]>;
};

export function emptyFabric(): FabricWorld {
  return {
    capacities: {},
    workspaces: {},
    pipelines: {},
    gateways: {},
    operations: {},
    settings: {},
    tenantLinkAddresses: {},
    linkServices: {},
    managedEndpoints: {},
    managedSubscriptions: {},
    managedCreations: {},
    managedDeletions: [],
    callsInWindow: {},
    providers: {},
    consents: {},
    mappings: {},
    mappingsByGuest: {},
    mappingCalls: {},
    roleChanges: {},
    serviceCreations: {},
  };
}

/** The settings of a tenant; a tenant that nobody has touched has the published defaults. */
export function settingsOf(fabric: FabricWorld, tenantId: Guid): Record<string, TenantSetting> {
  return (fabric.settings[tenantId.toLowerCase()] ??= untouchedSettings());
}
