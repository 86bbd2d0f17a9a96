/** One object of a tenant's directory, beside the service principals of `world.entra.apps`. */
export type DirectoryObject = {
  id: string;
  tenantId: string;
  kind: 'User' | 'Group' | 'ServicePrincipal';
  displayName: string;
  appId?: string;
  userPrincipalName?: string;
  mail?: string;
  /** Groups: object ids. */
  members: string[];
  createdAtMs: number;
  /** New objects take time to replicate (section 6 [D]). */
  visibleAtMs: number;
  /** Created by Fabric for this guest (section 15.4). */
  guestObjectId?: string;
};

export type GraphWorld = {
  /** By lower-case object id. */
  objects: Record<string, DirectoryObject>;
  /** Object id of the Fabric application's service principal, by lower-case tenant id. */
  fabricApplications: Record<string, string>;
  /** Application permissions that were granted, such as Application.Read.All, by `tenant id/object id`, lower case. */
  permissions: Record<string, string[]>;
  /** Requests in the current window, by tenant and caller. */
  callsInWindow: Record<string, { windowStartMs: number; calls: number }>;
};

export function emptyGraph(): GraphWorld {
  return { objects: {}, fabricApplications: {}, permissions: {}, callsInWindow: {} };
}
