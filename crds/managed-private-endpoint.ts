// Generated from crds/managedprivateendpoints.yaml by `npm run generate`. Change that file instead.
import type { Condition, ObjectMeta, ResourceType } from '../operator/clients/kube/types.ts';

/** Where the API server serves ManagedPrivateEndpoint objects. */
export const managedPrivateEndpoints: ResourceType = {
  group: 'fabriclink.dev',
  version: 'v1alpha1',
  plural: 'managedprivateendpoints',
  kind: 'ManagedPrivateEndpoint',
  namespaced: true,
};

/**
 * Lets a Fabric workspace reach another workspace's private link service, or any other Azure resource, through a
 * managed private endpoint, and gets that endpoint approved.
 */
export type ManagedPrivateEndpoint = {
  apiVersion: 'fabriclink.dev/v1alpha1';
  kind: 'ManagedPrivateEndpoint';
  metadata: ObjectMeta;
  spec: ManagedPrivateEndpointSpec;
  status?: ManagedPrivateEndpointStatus;
};

/** The state to keep true. */
export type ManagedPrivateEndpointSpec = {
  /** Entra tenant (directory) id of the source workspace, a GUID. Immutable. */
  tenantId: string;
  /**
   * Fabric id of the source workspace, the one that connects, a GUID with dashes. Immutable. What its first
   * managed private endpoint changes: the source workspace gets a managed network: Spark starter pools are no
   * longer used there, and a session takes three to five minutes to start; and the source workspace can no longer
   * move to a capacity in another region.
   */
  workspaceId: string;
  /**
   * Name of the managed private endpoint in Fabric, up to 64 characters, unique in the workspace. Absent:
   * metadata.name. Immutable.
   */
  endpointName?: string;
  /**
 * What the workspace shall reach: exactly one of workspacePrivateLinkRef and privateLinkResourceId. Immutable,
 * because Fabric cannot update a managed private endpoint.
Between workspaces Fabric supports a shortcut in the
 * source workspace to data of the target workspace; a notebook that reads or writes a lakehouse of the target
 * workspace, which it must name by that workspace's own host name; a pipeline that runs a notebook of the target
 * workspace; an eventstream that writes to a lakehouse of the target workspace; an eventstream that writes to an
 * eventhouse of the target workspace, with event processing before ingestion; anything else that shall cross
 * workspaces needs a data gateway with a private endpoint of the target workspace in its network.
 */
  target: ManagedPrivateEndpointTarget;
  /**
   * What the approver reads, up to 140 characters (Fabric's limit), of which the operator needs some for the mark
   * by which it recognises its own request. Immutable.
   */
  requestMessage?: string;
  /** How the request gets approved on the target. Default: {}. */
  approval: ManagedPrivateEndpointApproval;
  /**
   * What to do when the request was rejected or the connection removed on the target, from which Fabric never
   * recovers. Never: stall and say so. OnRejection: delete the endpoint, wait 15 minutes (Fabric's cool-down) and
   * ask again; what is rejected again each time is asked for ever more rarely (reason RecreationPaused). Default:
   * "Never".
   */
  recreatePolicy: 'Never' | 'OnRejection';
  /**
   * Secret in this namespace with credentials for spec.tenantId. Absent: the namespace's Secret
   * fabriclink-credentials, then the operator's own identity where the namespace is allowed to use it.
   */
  credentialsRef?: ManagedPrivateEndpointCredentialsRef;
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
 * What the workspace shall reach: exactly one of workspacePrivateLinkRef and privateLinkResourceId. Immutable,
 * because Fabric cannot update a managed private endpoint.
Between workspaces Fabric supports a shortcut in the
 * source workspace to data of the target workspace; a notebook that reads or writes a lakehouse of the target
 * workspace, which it must name by that workspace's own host name; a pipeline that runs a notebook of the target
 * workspace; an eventstream that writes to a lakehouse of the target workspace; an eventstream that writes to an
 * eventhouse of the target workspace, with event processing before ingestion; anything else that shall cross
 * workspaces needs a data gateway with a private endpoint of the target workspace in its network.
 */
export type ManagedPrivateEndpointTarget = {
  /**
   * A WorkspacePrivateLink of this cluster whose workspace shall be reached. In another namespace only if its
   * allowedSourceNamespaces lists this one.
   */
  workspacePrivateLinkRef?: ManagedPrivateEndpointTargetWorkspacePrivateLinkRef;
  /**
   * ARM id of the Azure resource, in any subscription: a storage account, a SQL server, a
   * Microsoft.Network/privateLinkServices, a Microsoft.Fabric/privateLinkServicesForFabric, ….
   */
  privateLinkResourceId?: string;
  /**
   * Which part of the resource (group id), such as blob, dfs or sqlServer. Fabric does not check it when it
   * creates the endpoint: a wrong one fails minutes later. Absent for Microsoft.Network/privateLinkServices.
   */
  subresource?: string;
  /**
   * The workspace that the target must belong to, a GUID: a guard against a reference that points to another
   * workspace's private link service. Nothing is requested while it does not match.
   */
  expectedWorkspaceId?: string;
  /**
   * Host names that the source workspace shall resolve to the endpoint, for targets that are
   * Microsoft.Network/privateLinkServices and the like. At most 20 (Fabric's limit).
   */
  fqdns?: string[];
};

/**
 * A WorkspacePrivateLink of this cluster whose workspace shall be reached. In another namespace only if its
 * allowedSourceNamespaces lists this one.
 */
export type ManagedPrivateEndpointTargetWorkspacePrivateLinkRef = {
  /** Name of the WorkspacePrivateLink. */
  name: string;
  /** Its namespace. Absent: this object's. */
  namespace?: string;
};

/** How the request gets approved on the target. */
export type ManagedPrivateEndpointApproval = {
  /**
   * Manual: a person, or a decision in the target WorkspacePrivateLink, approves. Auto: the operator approves the
   * one request that it can identify as its own, with credentials of the target's side or because the target
   * WorkspacePrivateLink allows this namespace. A Reject listed there outranks it. Default: "Manual".
   */
  mode: 'Manual' | 'Auto';
  /** Secret in this namespace with credentials that may approve on the target. */
  credentialsRef?: ManagedPrivateEndpointApprovalCredentialsRef;
};

/** Secret in this namespace with credentials that may approve on the target. */
export type ManagedPrivateEndpointApprovalCredentialsRef = {
  /** Name of the Secret. Its keys are described at spec.credentialsRef. */
  name: string;
};

/**
 * Secret in this namespace with credentials for spec.tenantId. Absent: the namespace's Secret
 * fabriclink-credentials, then the operator's own identity where the namespace is allowed to use it.
 */
export type ManagedPrivateEndpointCredentialsRef = {
  /**
   * Name of the Secret. Keys: AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET,
   * AZURE_CLIENT_CERTIFICATE (with AZURE_CLIENT_CERTIFICATE_PASSWORD) or USE_WORKLOAD_IDENTITY_AUTH "true".
   */
  name: string;
};

/** What is true. Written by the operator for people; no decision is taken from it. */
export type ManagedPrivateEndpointStatus = {
  /** Generation of the spec that this status is about. */
  observedGeneration?: number;
  /** Where the least advanced part of the object rests, such as Approval.Waiting. */
  phase?: string;
  /** One sentence: what happens next, and who must act. */
  nextStep?: string;
  /**
   * Ready, Reconciling and Stalled, then TargetResolved, Requested and Approved. True is good, except for
   * Reconciling and Stalled.
   */
  conditions?: Condition[];
  /** With managementPolicy Observe, what the operator would do, in order. At most 50; planTotal counts all. */
  plan?: ManagedPrivateEndpointPlanStatus[];
  /** How many things would be done, also beyond those listed in plan. */
  planTotal?: number;
  /** Fabric id of the managed private endpoint. */
  endpointId?: string;
  /** ARM id of the target, resolved. */
  targetResourceId?: string;
  /** Workspace that the target belongs to, where it is a Fabric private link service. */
  targetWorkspaceId?: string;
  /** As Fabric says, such as Provisioning, Succeeded, Deleting or Failed. */
  provisioningState?: string;
  /** The connection as Fabric says. */
  connection?: ManagedPrivateEndpointConnectionStatus;
  /**
   * What stands in the way of the endpoint, what it changes in its workspace, and what it cannot do: from
   * Microsoft's documentation, each with its page and date; the same before the request and after it. At most 50.
   */
  preflight?: ManagedPrivateEndpointPreflightStatus[];
  /** When the operator asked for the endpoint. */
  requestedAt?: string;
  /** When Fabric accepts the next request to the same target, 15 minutes after a deletion. */
  recreateAfter?: string;
};

/** One thing that would be done. */
export type ManagedPrivateEndpointPlanStatus = {
  /** Which part of the object, such as endpoint. */
  ladder: string;
  /** Name of the step, such as createEndpoint. */
  action: string;
  /** What the step would do, in words. */
  description?: string;
};

/** The connection as Fabric says. */
export type ManagedPrivateEndpointConnectionStatus = {
  /** Such as Pending, Approved, Rejected or Disconnected. */
  status?: string;
  /** What the approver wrote. */
  description?: string;
};

/** One finding. */
export type ManagedPrivateEndpointPreflightStatus = {
  /** Stable CamelCase word to search for. */
  code: string;
  /** Blocks: the endpoint cannot work while this stands. Degrades: something changes, or is not possible. */
  severity: 'Blocks' | 'Degrades';
  /** The workspace or the target that it is about. */
  item?: string;
  /** What is the case, what to do about it, and which page says so, of which date. */
  message: string;
};
