// Generated from crds/workspaceprivatelinks.yaml by `npm run generate`. Change that file instead.
import type { Condition, ObjectMeta, ResourceType } from '../operator/clients/kube/types.ts';

/** Where the API server serves WorkspacePrivateLink objects. */
export const workspacePrivateLinks: ResourceType = {
  group: 'fabriclink.dev',
  version: 'v1alpha1',
  plural: 'workspaceprivatelinks',
  kind: 'WorkspacePrivateLink',
  namespaced: true,
};

/**
 * Cuts one Microsoft Fabric workspace off from the public internet: its private link service, the private
 * endpoints that reach it, who may connect, private DNS with proof, and public access in both directions.
 */
export type WorkspacePrivateLink = {
  apiVersion: 'fabriclink.dev/v1alpha1';
  kind: 'WorkspacePrivateLink';
  metadata: ObjectMeta;
  spec: WorkspacePrivateLinkSpec;
  status?: WorkspacePrivateLinkStatus;
};

/** The state to keep true. */
export type WorkspacePrivateLinkSpec = {
  /**
   * Entra tenant (directory) id of the workspace, a GUID. Immutable. Every call about the workspace and its
   * private link service uses a token of this tenant.
   */
  tenantId: string;
  /**
   * Fabric workspace id, a GUID with dashes, as in the workspace's URL. Immutable. The workspace must be on an
   * active F capacity; P and trial capacities have no workspace private links.
   */
  workspaceId: string;
  /**
   * The private link service of the workspace (Microsoft.Fabric/privateLinkServicesForFabric). Fabric allows
   * exactly one per workspace and 500 per tenant. Its location is always global.
   */
  service: WorkspacePrivateLinkService;
  /**
   * Whether the operator may register, and once re-register, the resource providers Microsoft.Fabric and
   * Microsoft.Network in the subscriptions named here. When false and one is missing, the object is Stalled with
   * the command to run. Default: false.
   */
  registerProviders: boolean;
  /**
   * Private endpoints that reach the workspace, keyed by name. Fabric allows 100 per workspace, and each takes
   * five addresses of its subnet today (reserve ten). Default: [].
   */
  endpoints: WorkspacePrivateLinkEndpoint[];
  /**
   * Decisions, in Git, on connection requests that this object did not make itself, keyed by name. They outrank
   * every automatic approval. Requests that nobody decided stay pending and are shown in status.connections.
   * Default: [].
   */
  connections: WorkspacePrivateLinkConnection[];
  /**
   * What the removal of an entry from connections means. Additive: the connection stays, shown as unlisted; that
   * of a managed private endpoint only once Fabric has confirmed its approval. Authoritative: a connection that
   * carries our marker and is no longer listed is rejected. Default: "Additive".
   */
  connectionsPolicy: 'Additive' | 'Authoritative';
  /**
   * Namespaces whose ManagedPrivateEndpoints may refer to this object and be approved by it, beside this object's
   * own. Empty: only its own namespace. Default: [].
   */
  allowedSourceNamespaces: string[];
  /** Public access to the workspace. Absent: not managed. Removing it later leaves the workspace as it is. */
  inbound?: WorkspacePrivateLinkInbound;
  /**
   * Access from the workspace to the public internet. Absent: not managed. Sub-policies (connections, gateways,
   * git) are left alone. Deleting this object leaves it as it is: nobody is locked out by it.
   */
  outbound?: WorkspacePrivateLinkOutbound;
  /**
   * Publishes what other teams need to reach the workspace: its private host names (hostApi, hostCompute,
   * hostOneLake, hostDfs, hostBlob), the addresses by endpoint (hosts, endpoints.json), the ids, and guide.txt, a
   * text for people. Only a ConfigMap that the operator created, or that carries the label
   * fabriclink.dev/published-by with this object's uid, is written, and in it only these keys.
   */
  publishTo?: WorkspacePrivateLinkPublishTo;
  /**
   * Secret in this namespace with credentials for spec.tenantId. Absent: the namespace's Secret
   * fabriclink-credentials, then the operator's own identity where the namespace is allowed to use it.
   */
  credentialsRef?: WorkspacePrivateLinkCredentialsRef;
  /**
   * Manage: make it so. Observe: only look. Nothing is written to a cloud, no finalizer and no annotation is put
   * on the object, deleting it leaves everything as it is, and status.plan lists each call that would be made,
   * through to Ready. Default: "Manage".
   */
  managementPolicy: 'Manage' | 'Observe';
  /**
   * What to do with things that exist already and that the operator did not make: private link service, endpoints,
   * DNS zone, links and records. IfIdentical: take them over if nothing would change, else stall with the
   * difference. Always: take them over and change what can be changed in place, also when another owner's tag is
   * on the service or an endpoint; records marked by another owner are never overwritten. Never: stall. Adopted
   * things get no tag of ours, and stay when the object goes unless deletionPolicy is DeleteAll. Default:
   * "IfIdentical".
   */
  adoptionPolicy: 'IfIdentical' | 'Always' | 'Never';
  /**
   * What the deletion of this object removes from the cloud. DeleteCreated: what the operator made; what it
   * adopted stays. DeleteAll: adopted things as well. Retain: nothing. Default: "DeleteCreated".
   */
  deletionPolicy: 'DeleteCreated' | 'DeleteAll' | 'Retain';
};

/**
 * The private link service of the workspace (Microsoft.Fabric/privateLinkServicesForFabric). Fabric allows
 * exactly one per workspace and 500 per tenant. Its location is always global.
 */
export type WorkspacePrivateLinkService = {
  /** Azure subscription id, a GUID, in the workspace's tenant. Immutable. */
  subscriptionId: string;
  /** An existing resource group; the operator never creates or deletes one. Immutable. */
  resourceGroup: string;
  /**
   * Name of the private link service: 3 to 80 letters and digits with single dashes between them. Absent: derived
   * from the workspace id. Immutable.
   */
  name?: string;
  /**
   * Azure tags of the private link service, beside the operator's own fabriclink-owner. Azure allows 50 tags per
   * resource; 20 are accepted here. Names are case-insensitive.
   */
  tags?: Record<string, string>;
};

/**
 * One Azure private endpoint. What Azure cannot change in place cannot change here either: remove the entry and
 * add another name.
 */
export type WorkspacePrivateLinkEndpoint = {
  /**
   * Name of this entry within the object: lower-case letters, digits and dashes, up to 63. It is the key by which
   * changes are matched, and shows up in status and events.
   */
  name: string;
  /** Azure subscription id of the private endpoint, a GUID. Cannot change for an entry of the same name. */
  subscriptionId: string;
  /**
   * An existing resource group for the private endpoint and, with dns and no zoneId, for the shared private DNS
   * zone. Cannot change for an entry of the same name.
   */
  resourceGroup: string;
  /**
   * Azure region of the virtual network, such as westeurope (`az account list-locations` names them). The private
   * endpoint must be in the region of its network; the region of the workspace does not matter. Cannot change for
   * an entry of the same name.
   */
  location: string;
  /**
   * ARM id of the subnet that gives the addresses:
   * /subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…. A delegated subnet
   * (a data gateway's, for example) cannot host a private endpoint. Cannot change for an entry of the same name.
   */
  subnetId: string;
  /**
   * Name of the Azure private endpoint, up to 80 characters. Absent: derived from this object and the entry's
   * name. Cannot change for an entry of the same name.
   */
  resourceName?: string;
  /**
   * Name of the network interface that Azure makes for the private endpoint. Absent: Azure chooses. Cannot change
   * for an entry of the same name.
   */
  networkInterfaceName?: string;
  /**
   * What the approver of the connection reads, up to 140 characters (Azure's limit). Absent: names this object.
   * Used when the request is made; a later change does not touch an existing endpoint.
   */
  requestMessage?: string;
  /**
   * Azure tags of the private endpoint, beside the operator's own fabriclink-owner. Azure allows 50 tags per
   * resource; 20 are accepted here.
   */
  tags?: Record<string, string>;
  /**
   * Entra tenant id of the consumer that owns this endpoint, its network and its DNS zone. Absent: the workspace's
   * tenant. Cannot change for an entry of the same name.
   */
  tenantId?: string;
  /**
   * Secret in this namespace with credentials for the endpoint's tenant, used for the private endpoint, its
   * network, zone, links and records, and for nothing else. Absent: the object's own credentials; where tenantId
   * names another tenant, the namespace's Secret or the operator's identity, if that is one of that tenant.
   */
  credentialsRef?: WorkspacePrivateLinkEndpointCredentialsRef;
  /**
   * Manual: the connection is requested and then approved by the operator on the private link service; it works
   * across tenants and without rights on the target. Auto: Azure approves at once, which needs rights on the
   * target and works only within one tenant. Cannot change for an entry of the same name. Default: "Manual".
   */
  connectionMode: 'Manual' | 'Auto';
  /**
   * What to do when the connection was rejected or removed on the other side, from which Azure never recovers.
   * Never: stall and say so. OnRejection: delete the private endpoint and ask again; one that is rejected again
   * each time is made anew ever more rarely (reason RecreationPaused). Default: "Never".
   */
  recreatePolicy: 'Never' | 'OnRejection';
  /**
   * The endpoint serves a Fabric data gateway, which must be visible to the identity that spec.credentialsRef
   * leads to. Of a virtual network gateway the network is checked: the endpoint must be in it, and not in the
   * gateway's own subnet. An on-premises gateway tells nothing about its network; status.endpoints[].gateway then
   * says what people must set up.
   */
  gateway?: WorkspacePrivateLinkEndpointGateway;
  /**
   * Private DNS for the workspace's five host names in the endpoint's network. Absent: somebody else manages DNS,
   * and this endpoint then proves nothing for inbound.requires.
   */
  dns?: WorkspacePrivateLinkEndpointDns;
};

/**
 * Secret in this namespace with credentials for the endpoint's tenant, used for the private endpoint, its
 * network, zone, links and records, and for nothing else. Absent: the object's own credentials; where tenantId
 * names another tenant, the namespace's Secret or the operator's identity, if that is one of that tenant.
 */
export type WorkspacePrivateLinkEndpointCredentialsRef = {
  /** Name of the Secret. Its keys are described at spec.credentialsRef. */
  name: string;
};

/**
 * The endpoint serves a Fabric data gateway, which must be visible to the identity that spec.credentialsRef
 * leads to. Of a virtual network gateway the network is checked: the endpoint must be in it, and not in the
 * gateway's own subnet. An on-premises gateway tells nothing about its network; status.endpoints[].gateway then
 * says what people must set up.
 */
export type WorkspacePrivateLinkEndpointGateway = {
  /** Fabric gateway id, a GUID. */
  gatewayId: string;
};

/**
 * Private DNS for the workspace's five host names in the endpoint's network. Absent: somebody else manages DNS,
 * and this endpoint then proves nothing for inbound.requires.
 */
export type WorkspacePrivateLinkEndpointDns = {
  /**
   * ZoneGroup: Azure keeps the records through a zone group on the endpoint; one endpoint per workspace and zone.
   * Records: the operator writes the A records itself, with several addresses where several endpoints of the
   * workspace share one zone.
   */
  mode: 'ZoneGroup' | 'Records';
  /**
   * ARM id of an existing private DNS zone privatelink.fabric.microsoft.com, such as a hub's. Absent: one shared
   * zone in the endpoint's resource group, created when missing and deleted only when it is ours, unlinked and
   * empty.
   */
  zoneId?: string;
  /**
   * Virtual networks in which the zone must answer. Links that exist already are used as they are; an entry that
   * is removed is unlinked only if the operator made the link. Default: [].
   */
  virtualNetworkLinks: WorkspacePrivateLinkEndpointDnsVirtualNetworkLink[];
  /** How to prove that the five host names resolve to this endpoint. Default: {}. */
  verify: WorkspacePrivateLinkEndpointDnsVerify;
  /**
   * Further host names to answer privately, such as a warehouse's, which Azure does not put among the endpoint's
   * own names. Opt-in: whether a host accepts connections at that address is for the service to say. Default: [].
   */
  extraRecords: WorkspacePrivateLinkEndpointDnsExtraRecord[];
};

/** One virtual network linked to the zone. */
export type WorkspacePrivateLinkEndpointDnsVirtualNetworkLink = {
  /** ARM id of the virtual network. */
  virtualNetworkId: string;
  /**
   * Whether names that the zone does not hold are asked for on the internet (resolution policy NxDomainRedirect).
   * Without it, every other workspace's names fail in this network. Default: true.
   */
  fallbackToInternet: boolean;
};

/** How to prove that the five host names resolve to this endpoint. */
export type WorkspacePrivateLinkEndpointDnsVerify = {
  /**
   * Resolve: ask name servers and compare with the endpoint's addresses; proves the most, and needs a path to a
   * name server of the network. ControlPlane: read that the records equal the network interface's addresses and
   * that the links are complete. None: no proof; the endpoint then does not count for inbound.requires. Default:
   * "ControlPlane".
   */
  mode: 'Resolve' | 'ControlPlane' | 'None';
  /**
   * Name servers of the network to ask, for example the inbound endpoints of a DNS private resolver. Absent: the
   * operator's own resolver. All of them must agree.
   */
  nameservers?: WorkspacePrivateLinkEndpointDnsVerifyNameserver[];
  /** How long to wait for one answer, in seconds. Default: 5. */
  timeoutSeconds: number;
};

/** One name server, asked over UDP and TCP. */
export type WorkspacePrivateLinkEndpointDnsVerifyNameserver = {
  /** IPv4 address of the name server. */
  address: string;
  /** Port of the name server. Default: 53. */
  port: number;
};

/** One host name and the member of the endpoint whose address it gets. */
export type WorkspacePrivateLinkEndpointDnsExtraRecord = {
  /**
   * Public host name below fabric.microsoft.com in lower case, such as
   * <tenant>-<workspace>.zcf.datawarehouse.fabric.microsoft.com.
   */
  host: string;
  /** The member of the private endpoint whose address the host name gets. */
  member: 'workspace-api' | 'workspace-compute' | 'workspace-ols' | 'workspace-dfs' | 'workspace-blob';
};

/** One decision on one requester. */
export type WorkspacePrivateLinkConnection = {
  /** Name of this decision within the object: lower-case letters, digits and dashes, up to 63. */
  name: string;
  /**
   * Who asks: exactly one of privateEndpointId and managedPrivateEndpoint. A decision on another requester is
   * another entry.
   */
  source: WorkspacePrivateLinkConnectionSource;
  /** Approve: let the requester connect. Reject: refuse it, and revoke it if it is approved already. */
  decision: 'Approve' | 'Reject';
  /**
   * Why, for the requester and the audit trail, up to 140 characters. The connection's description holds its
   * beginning, at least 35 characters.
   */
  note?: string;
};

/**
 * Who asks: exactly one of privateEndpointId and managedPrivateEndpoint. A decision on another requester is
 * another entry.
 */
export type WorkspacePrivateLinkConnectionSource = {
  /** ARM id of a private endpoint, in any subscription and tenant; matched exactly, ignoring case. */
  privateEndpointId?: string;
  /**
   * A Fabric managed private endpoint. It lives in a subscription of Microsoft's and its name can be imitated, so
   * it is decided on only when exactly one request matches and Fabric confirms it.
   */
  managedPrivateEndpoint?: WorkspacePrivateLinkConnectionSourceManagedPrivateEndpoint;
};

/**
 * A Fabric managed private endpoint. It lives in a subscription of Microsoft's and its name can be imitated, so
 * it is decided on only when exactly one request matches and Fabric confirms it.
 */
export type WorkspacePrivateLinkConnectionSourceManagedPrivateEndpoint = {
  /** Fabric id of the workspace that asks, a GUID. */
  workspaceId: string;
  /** Name of the managed private endpoint in that workspace, up to 64 characters. */
  name: string;
};

/** Public access to the workspace. Absent: not managed. Removing it later leaves the workspace as it is. */
export type WorkspacePrivateLinkInbound = {
  /**
   * Deny: only approved private endpoints of the workspace get in; applied when everything that requires names is
   * proven, effective within 30 minutes. Allow: anybody with credentials gets in.
   */
  publicAccess: 'Allow' | 'Deny';
  /**
   * The proof that at least one approved endpoint needs before access is denied. Resolve: name servers answer with
   * its addresses. ControlPlane: its records and links are right in Azure. None: no proof; written by a person who
   * knows another way in, and loud. Default: "ControlPlane".
   */
  requires: 'Resolve' | 'ControlPlane' | 'None';
  /**
   * What the deletion of this object does with denied access. Restore: as it was before the operator changed it.
   * Keep: stays denied; the workspace is then unreachable once its endpoints are gone. Required with Deny.
   */
  onDelete?: 'Restore' | 'Keep';
};

/**
 * Access from the workspace to the public internet. Absent: not managed. Sub-policies (connections, gateways,
 * git) are left alone. Deleting this object leaves it as it is: nobody is locked out by it.
 */
export type WorkspacePrivateLinkOutbound = {
  /**
   * Deny: the workspace reaches only what managed private endpoints and its outbound rules allow; effective within
   * 15 minutes. Allow: everything.
   */
  publicAccess: 'Allow' | 'Deny';
};

/**
 * Publishes what other teams need to reach the workspace: its private host names (hostApi, hostCompute,
 * hostOneLake, hostDfs, hostBlob), the addresses by endpoint (hosts, endpoints.json), the ids, and guide.txt, a
 * text for people. Only a ConfigMap that the operator created, or that carries the label
 * fabriclink.dev/published-by with this object's uid, is written, and in it only these keys.
 */
export type WorkspacePrivateLinkPublishTo = {
  /** Name of the ConfigMap in this namespace. */
  configMapName: string;
};

/**
 * Secret in this namespace with credentials for spec.tenantId. Absent: the namespace's Secret
 * fabriclink-credentials, then the operator's own identity where the namespace is allowed to use it.
 */
export type WorkspacePrivateLinkCredentialsRef = {
  /**
   * Name of the Secret. Keys: AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET,
   * AZURE_CLIENT_CERTIFICATE (with AZURE_CLIENT_CERTIFICATE_PASSWORD) or USE_WORKLOAD_IDENTITY_AUTH "true".
   */
  name: string;
};

/** What is true. Written by the operator for people; no decision is taken from it. */
export type WorkspacePrivateLinkStatus = {
  /** Generation of the spec that this status is about. */
  observedGeneration?: number;
  /**
   * Where the least advanced part of the object rests, such as Endpoint.Approval.Waiting; begins with Observed for
   * an object that is only observed. NotObserved while nothing can be read.
   */
  phase?: string;
  /** One sentence: what happens next, and who must act. */
  nextStep?: string;
  /**
   * Ready, Reconciling and Stalled, then Eligible, ServiceReady, EndpointsReady, ConnectionsApproved, DNSReady,
   * DNSVerified and AccessApplied; BreakGlass while the annotation fabriclink.dev/break-glass asks for open
   * access, or while what it opened is not closed again. True is good, except for Reconciling, Stalled and
   * BreakGlass.
   */
  conditions?: Condition[];
  /**
   * With managementPolicy Observe, what the operator would do, in order, if every call succeeded. Where a person
   * comes first, an entry says what that person must do; what depends on it is not promised. At most 50; planTotal
   * counts all.
   */
  plan?: WorkspacePrivateLinkPlanStatus[];
  /** How many things would be done, also beyond those listed in plan. */
  planTotal?: number;
  /** ARM id of the private link service. */
  serviceId?: string;
  /** Host names by which the workspace is reached privately. */
  fqdns?: string[];
  /** State of each private endpoint. */
  endpoints?: WorkspacePrivateLinkEndpointStatus[];
  /** Connections of the private link service that are not this object's own, pending ones first. At most 100. */
  connections?: WorkspacePrivateLinkConnectionStatus[];
  /** Public access of the workspace. */
  access?: WorkspacePrivateLinkAccessStatus;
  /** What stands in the way of denying public access, or stops working with it. At most 50. */
  preflight?: WorkspacePrivateLinkPreflightStatus[];
};

/** One thing that would be done. */
export type WorkspacePrivateLinkPlanStatus = {
  /** Which part of the object, such as service, endpoint/hub or access. */
  ladder: string;
  /** Name of the step, such as putEndpoint; for a person's turn its reason, such as SubnetNotFound. */
  action: string;
  /** What the step would do, in words. */
  description?: string;
};

/** One private endpoint. */
export type WorkspacePrivateLinkEndpointStatus = {
  /**
   * Name of the entry in spec.endpoints; of one that is being removed with a part of a hash where another has its
   * name now.
   */
  name: string;
  /** ARM id of the private endpoint. */
  resourceId?: string;
  /** Where this endpoint rests, such as Approval.Waiting. */
  phase?: string;
  /** State of its connection as Azure says, such as Pending, Approved, Rejected or Disconnected. */
  connection?: string;
  /** Private addresses of its network interface. */
  addresses?: string[];
  /** What is the case, in words. */
  message?: string;
  /** The data gateway that the endpoint serves, as Fabric shows it. */
  gateway?: WorkspacePrivateLinkEndpointGatewayStatus;
};

/** The data gateway that the endpoint serves, as Fabric shows it. */
export type WorkspacePrivateLinkEndpointGatewayStatus = {
  /** Kind of gateway as Fabric says, such as VirtualNetwork or OnPremises. Absent when it is not seen. */
  type?: string;
  /** Its name in Fabric. */
  displayName?: string;
  /**
   * Online or Offline, as it answered Fabric; Unknown when it was not asked or has not answered. A gateway of a
   * virtual network that sleeps may say Offline; nothing depends on it.
   */
  state?: string;
  /** Whether it fits the endpoint's network, and what people must set up for it. */
  message?: string;
};

/** One connection. */
export type WorkspacePrivateLinkConnectionStatus = {
  /** ARM id of the private endpoint that asks. */
  privateEndpointId: string;
  /** Who that is, as far as known, such as managed private endpoint to-sales of a workspace. */
  from?: string;
  /** State as Azure says, such as Pending, Approved, Rejected or Disconnected. */
  status?: string;
  /**
   * Which rule decided, such as connections/to-sales, or the object that approved its own request, such as
   * managedprivateendpoints/data-platform/reports-to-sales; unlisted when neither did; absent while nobody did.
   */
  decidedBy?: string;
  /** When the operator first saw it. */
  firstSeen?: string;
};

/** Public access of the workspace. */
export type WorkspacePrivateLinkAccessStatus = {
  /** Allow, Deny or Unknown, as configured in Fabric. */
  inbound?: string;
  /** Allow, Deny or Unknown, as configured in Fabric. */
  outbound?: string;
  /** When the operator last changed it. */
  changedAt?: string;
  /** When the change is in effect at the latest, by Fabric's published delays. */
  expectedEffectiveAt?: string;
};

/** One finding. */
export type WorkspacePrivateLinkPreflightStatus = {
  /** Stable CamelCase word to search for. */
  code: string;
  /** Blocks: access is not denied while this stands. Degrades: something stops working. */
  severity: 'Blocks' | 'Degrades';
  /** The Fabric item, subscription or setting that it is about. */
  item?: string;
  /** What is the case, and what to do about it. */
  message: string;
};
