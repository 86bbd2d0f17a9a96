// Generated from crds/crosstenantmappings.yaml by `npm run generate`. Change that file instead.
import type { Condition, ObjectMeta, ResourceType } from '../operator/clients/kube/types.ts';

/** Where the API server serves CrossTenantMapping objects. */
export const crossTenantMappings: ResourceType = {
  group: 'fabriclink.dev',
  version: 'v1alpha1',
  plural: 'crosstenantmappings',
  kind: 'CrossTenantMapping',
  namespaced: true,
};

/**
 * Enables one user, service principal or group of another tenant for access to our Fabric warehouses and SQL
 * analytics endpoints, grants workspace roles to the principal that Fabric creates for it, and delivers the
 * guest's SQL connection strings. A limited preview for providers: Microsoft enrols the tenant.
 */
export type CrossTenantMapping = {
  apiVersion: 'fabriclink.dev/v1alpha1';
  kind: 'CrossTenantMapping';
  metadata: ObjectMeta;
  spec: CrossTenantMappingSpec;
  status?: CrossTenantMappingStatus;
};

/** The state to keep true. */
export type CrossTenantMappingSpec = {
  /** Entra tenant (directory) id of the provider, the tenant that owns the warehouses, a GUID. Immutable. */
  tenantId: string;
  /**
   * Who gets access. Immutable, because the mapping API has no update. The guest tenant must have consented first;
   * the status carries the steps for its administrator.
   */
  guest: CrossTenantMappingGuest;
  /**
   * Object id, in our tenant, of the principal that Fabric created for the guest, a GUID: needed for grants when
   * the mapping API does not say it and principalLookup does not find it.
   */
  principalId?: string;
  /**
   * None: the principal comes from the mapping API or from principalId. Graph: it is searched by name in Microsoft
   * Graph, which needs Application.Read.All or Group.Read.All, and must be found exactly once. Default: "None".
   */
  principalLookup: 'None' | 'Graph';
  /**
   * Passed to the mapping API as it is. A newer field of that API, which not every tenant may know yet. Absent:
   * not sent.
   */
  denyUserAccess?: boolean;
  /**
   * Workspace roles for the guest's principal, keyed by workspaceId. The mapping itself grants nothing. Empty: the
   * status then gives the T-SQL to grant rights inside a warehouse instead. Default: [].
   */
  grants: CrossTenantMappingGrant[];
  /** SQL connection strings for the guest, keyed by name. They hold a host name and no secret. Default: []. */
  connectionStrings: CrossTenantMappingConnectionString[];
  /**
   * Delivers the connection strings: exactly one of secretName and configMapName. Only what the operator created,
   * or what carries the label fabriclink.dev/published-by with this object's uid, is written.
   */
  publishTo?: CrossTenantMappingPublishTo;
  /**
   * Secret in this namespace with credentials for spec.tenantId. Absent: the namespace's Secret
   * fabriclink-credentials, then the operator's own identity where the namespace is allowed to use it.
   */
  credentialsRef?: CrossTenantMappingCredentialsRef;
  /**
   * Manage: make it so. Observe: never write to a cloud; status.plan lists what would be done. Default: "Manage".
   */
  managementPolicy: 'Manage' | 'Observe';
  /**
   * What to do with things that exist already and that the operator did not make. IfIdentical: take them over if
   * nothing would change, else stall with the difference. Always: take them over and change them. Never: stall.
   * Default: "IfIdentical".
   */
  adoptionPolicy: 'IfIdentical' | 'Always' | 'Never';
  /**
   * What the deletion of this object removes from the cloud. DeleteCreated: what the operator made; what it
   * adopted stays. DeleteAll: adopted things as well. Retain: nothing. Default: "DeleteCreated".
   */
  deletionPolicy: 'DeleteCreated' | 'DeleteAll' | 'Retain';
};

/**
 * Who gets access. Immutable, because the mapping API has no update. The guest tenant must have consented first;
 * the status carries the steps for its administrator.
 */
export type CrossTenantMappingGuest = {
  /** Entra tenant id of the guest, a GUID. */
  tenantId: string;
  /**
   * User: one person. ServicePrincipal: an application. Group: its members, whom the guest tenant manages; Fabric
   * expands groups every hour. Principals of users that do not log in for five days are removed by Fabric, so
   * groups are the steadier choice.
   */
  type: 'User' | 'ServicePrincipal' | 'Group';
  /**
   * Object id in the guest tenant, a GUID: of the user, the group, or the enterprise application (not its
   * application id).
   */
  objectId: string;
  /** The user's sign-in name in the guest tenant. Required for, and only for, type User. */
  userPrincipalName?: string;
  /** The group's mail address, where it has one. Only for type Group. */
  email?: string;
};

/** One role in one workspace. */
export type CrossTenantMappingGrant = {
  /** Fabric workspace id, a GUID. */
  workspaceId: string;
  /** Workspace role. Viewer is enough to read a warehouse. */
  role: 'Admin' | 'Member' | 'Contributor' | 'Viewer';
};

/** One connection string: of exactly one of warehouseId and sqlEndpointId. */
export type CrossTenantMappingConnectionString = {
  /** Key under which it is published: lower-case letters, digits and dashes, up to 63. */
  name: string;
  /** Fabric workspace id, a GUID. */
  workspaceId: string;
  /** Fabric id of the warehouse, a GUID. */
  warehouseId?: string;
  /** Fabric id of the SQL analytics endpoint, a GUID. */
  sqlEndpointId?: string;
  /**
   * None: the host for the public internet or a tenant-level private link. Workspace: the host for the workspace's
   * own private link. Default: "None".
   */
  privateLinkType: 'None' | 'Workspace';
};

/**
 * Delivers the connection strings: exactly one of secretName and configMapName. Only what the operator created,
 * or what carries the label fabriclink.dev/published-by with this object's uid, is written.
 */
export type CrossTenantMappingPublishTo = {
  /** Name of the Secret in this namespace. */
  secretName?: string;
  /** Name of the ConfigMap in this namespace. */
  configMapName?: string;
};

/**
 * Secret in this namespace with credentials for spec.tenantId. Absent: the namespace's Secret
 * fabriclink-credentials, then the operator's own identity where the namespace is allowed to use it.
 */
export type CrossTenantMappingCredentialsRef = {
  /**
   * Name of the Secret. Keys: AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET,
   * AZURE_CLIENT_CERTIFICATE (with AZURE_CLIENT_CERTIFICATE_PASSWORD) or USE_WORKLOAD_IDENTITY_AUTH "true".
   */
  name: string;
};

/** What is true. Written by the operator for people; no decision is taken from it. */
export type CrossTenantMappingStatus = {
  /** Generation of the spec that this status is about. */
  observedGeneration?: number;
  /** Where the least advanced part of the object rests, such as Grants.Waiting. */
  phase?: string;
  /** One sentence: what happens next, and who must act. */
  nextStep?: string;
  /**
   * Ready, Reconciling and Stalled, then GuestConsented, Mapped, PrincipalResolved, GroupExpanded, Granted and
   * Published. True is good, except for Reconciling and Stalled.
   */
  conditions?: Condition[];
  /** With managementPolicy Observe, what the operator would do, in order. At most 50; planTotal counts all. */
  plan?: CrossTenantMappingPlanStatus[];
  /** How many things would be done, also beyond those listed in plan. */
  planTotal?: number;
  /** The guest's user principal name or e-mail address, else its object id. */
  guest?: string;
  /**
   * Workspace roles that the guest's principal has by this object, such as Viewer in 2 workspaces; or which other
   * object maps the guest.
   */
  access?: string;
  /** Id of the mapping in Fabric. */
  mappingId?: string;
  /** When the operator asked for the mapping. */
  requestedAt?: string;
  /** The principal that Fabric created for the guest in our tenant. */
  principal?: CrossTenantMappingPrincipalStatus;
  /** Whether Fabric has expanded the guest's group, which it does every hour. Only for type Group. */
  expansion?: CrossTenantMappingExpansionStatus;
  /** State of each workspace role. */
  grants?: CrossTenantMappingGrantStatus[];
  /** The guest's connection strings. */
  connectionStrings?: CrossTenantMappingConnectionStringStatus[];
};

/** One thing that would be done. */
export type CrossTenantMappingPlanStatus = {
  /** Which part of the object, such as mapping. */
  ladder: string;
  /** Name of the step, such as postMapping. */
  action: string;
  /** What the step would do, in words. */
  description?: string;
};

/** The principal that Fabric created for the guest in our tenant. */
export type CrossTenantMappingPrincipalStatus = {
  /** Object id in our tenant. */
  id?: string;
  /** ServicePrincipal, or Group for a mapped group. */
  type?: string;
};

/** Whether Fabric has expanded the guest's group, which it does every hour. Only for type Group. */
export type CrossTenantMappingExpansionStatus = {
  /** Such as Expanding or Expanded. */
  state?: string;
  /**
   * When members have access at the latest, one hour after the mapping or a change of the roles that are there.
   * Absent while none of them is.
   */
  expectedBy?: string;
};

/** One role in one workspace. */
export type CrossTenantMappingGrantStatus = {
  /** Fabric workspace id. */
  workspaceId: string;
  /** Role that the principal has. */
  role?: string;
  /** Such as Granted, Waiting or Unobservable. */
  state?: string;
  /** What is the case, in words; without grants, the T-SQL to run. */
  message?: string;
};

/** One connection string. */
export type CrossTenantMappingConnectionStringStatus = {
  /** Name of the entry in spec.connectionStrings. */
  name: string;
  /** Host name to connect to with TDS on port 1433. */
  host?: string;
  /** What is the case, in words, while there is none. */
  message?: string;
};
