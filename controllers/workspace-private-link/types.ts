import type { WorkspacePrivateLink, WorkspacePrivateLinkEndpoint } from '../../crds/workspace-private-link.ts';
import type {
  ArmId,
  CommunicationPolicySeen,
  EndpointScope,
  Fault,
  Gateway,
  InterfaceAddress,
  LedgerEntry,
  PrivateEndpoint,
  PrivateEndpointConnection,
  PrivateLinkService,
  ServiceScope,
} from './cloud-types.ts';
import type {
  AbandonmentFacts,
  BreakGlassFacts,
  ConnectionFacts,
  DnsFacts,
  EndpointFacts,
  EndpointRemovalFacts,
  InboundFacts,
  InboundReleaseFacts,
  ManagedConnectionFacts,
  OutboundFacts,
  OutputsFacts,
  PlacementFacts,
  ProofFacts,
  RevocationFacts,
  ServiceFacts,
  ServiceRemovalFacts,
} from './fact-types.ts';

export type {
  DescribeInput,
  EventNote,
  Ladder,
  PlanStep,
  Poll,
  Report,
  Rest,
  RestMeta,
  RestTag,
} from '../../operator/runtime/kind.ts';
export * from './cloud-types.ts';
export * from './fact-types.ts';
export * from './word-types.ts';
export type { WorkspacePrivateLink };

/** One host name of the workspace, the endpoint member behind it, and its record's name within the private zone (cloud-apis 10.1). */
export type WorkspaceHost = { member: string; host: string; record: string };

export type DesiredLink = { name: string; virtualNetworkId: ArmId; fallbackToInternet: boolean };

export type DesiredDns = {
  mode: 'ZoneGroup' | 'Records';
  zoneId: ArmId;
  /** spec names the zone: it is never created or deleted here. */
  given: boolean;
  /** Another endpoint of this object wants the same zone in a way that cannot share it. */
  conflict: boolean;
  links: readonly DesiredLink[];
  verify: {
    mode: 'Resolve' | 'ControlPlane' | 'None';
    nameservers: readonly { address: string; port: number }[];
    timeoutMs: number;
  };
  extraRecords: readonly { record: string; member: string }[];
};

/** Who owns the things of an endpoint, where the object's own credentials do not reach them. */
export type Consumer = {
  /** Lower case. */
  tenantId: string;
  /** Name of the Secret in the object's namespace; absent: by the namespace's Secret or the operator's identity. */
  secret?: string;
};

export type DesiredEndpoint = {
  name: string;
  /** Consumer of another tenant, or with credentials of its own; undefined: the object's credentials serve it too. */
  consumer: Consumer | undefined;
  scope: EndpointScope;
  resourceId: ArmId;
  spec: WorkspacePrivateLinkEndpoint;
  dns: DesiredDns | undefined;
};

/** One entry of spec.connections: exactly one of `endpointId` and `managed`. */
export type DesiredDecision = {
  name: string;
  endpointId?: ArmId;
  managed?: { workspaceId: string; name: string };
  decision: 'Approve' | 'Reject';
  note: string;
};

/** What the spec asks for, in the cloud's terms. */
export type Desired = {
  /** spec.adoptionPolicy. */
  adoption: 'IfIdentical' | 'Always' | 'Never';
  tenantId: string;
  /** Lower case, as the cloud's ids compare without regard to case. */
  workspaceId: string;
  /** Value of the tag fabriclink-owner: <cluster>.<namespace>.<name>.<uid>. */
  owner: string;
  clusterId: string;
  service: { scope: ServiceScope; id: ArmId; tags: Readonly<Record<string, string>> };
  hosts: readonly WorkspaceHost[];
  /** What makes an endpoint count as a way in, spec.inbound.requires. */
  requires: 'Resolve' | 'ControlPlane' | 'None';
  endpoints: readonly DesiredEndpoint[];
  /** metadata.uid: by it a decision of this very object is known again. */
  uid: string;
  decisions: readonly DesiredDecision[];
  /** connectionsPolicy Authoritative. */
  authoritative: boolean;
  /** Parts of the spec that this version does not serve, as a person would name them. */
  notServed: { whole: readonly string[]; partial: readonly string[] };
};

export type How = 'created' | 'adopted' | 'taking';

/** Annotation match.<name>: what has happened about the request of a managed private endpoint. */
export type MatchNote = {
  privateEndpointId: ArmId;
  /** Since when it has been the only match. */
  sinceMs?: number;
  /** Written before the approval; the description holds the same time. */
  approvedAtMs?: number;
  /** Fabric has shown our description. */
  confirmed?: boolean;
  /** Written before the rejection of an approval that Fabric did not echo. */
  revokedAtMs?: number;
};

/** What annotations say: written before the call it is about, and never derived from the cloud. */
export type Provenance = {
  service: 'created' | 'adopted' | 'taking' | 'none';
  endpoints: Readonly<Record<string, { how: How; id: ArmId }>>;
  /** By endpoint name: the zone that its zone group was written for. */
  zoneGroups: Readonly<Record<string, ArmId>>;
  /** By endpoint name: the zones that its records were written into, of which the spec names the last at most. */
  records: Readonly<Record<string, readonly ArmId[]>>;
  /** Shared zones that this object uses. */
  zones: readonly ArmId[];
  /** Links in given zones that this object made. */
  links: readonly { zoneId: ArmId; name: string; virtualNetworkId: ArmId }[];
  /** By the lower-case ARM id of an endpoint or a zone: whose credentials reach it, where these are not the object's own. */
  consumers: Readonly<Record<string, Consumer>>;
  accessBefore: 'Allow' | 'Deny' | 'none';
  outboundBefore: 'Allow' | 'Deny' | 'none';
  denyAtMs: number | undefined;
  allowAtMs: number | undefined;
  outboundAtMs: number | undefined;
  locked: boolean;
  relocksMs: readonly number[];
  policyWrite: string | undefined;
  /** Since when a deletion has been without credentials. */
  lostAtMs: number | undefined;
  /** Name of the ConfigMap that the outputs were last published in. */
  published: string | undefined;
  /** The workspace was opened by break-glass, until then; kept until it is closed again. */
  glassUntilMs: number | undefined;
  /** The value of the annotation break-glass that was refused for being too far ahead. */
  glassRefused: string | undefined;
  /** By annotation key, see `matchNoteOf`. */
  matches: Readonly<Record<string, MatchNote>>;
  /** Subscription of a workspace's managed network, by annotation key, see `pinOf`. */
  pins: Readonly<Record<string, string>>;
};

/** What a person asks for by the annotation break-glass. */
export type GlassSeen = {
  request: BreakGlassFacts['request'];
  /** The annotation as written. */
  text: string;
  /** Public access is to stand open until then. */
  untilMs?: number;
  /** By our note the workspace was opened by break-glass, and has not been closed again. */
  isNoted: boolean;
  setCommand: string;
  /** Its `date` as macOS wants it. */
  macDate: string;
  removeCommand: string;
  /** The longest time ahead, in words. */
  limit: string;
};

/** A record set to write or delete in mode Records. */
export type RecordWrite = {
  zoneId: ArmId;
  name: string;
  addresses: readonly string[];
  etag: string | undefined;
  /** Says whose it is. */
  metadata: Readonly<Record<string, string>>;
};
export type LinkWrite = {
  zoneId: ArmId;
  link: DesiredLink;
  etag: string | undefined;
  tags: Readonly<Record<string, string>>;
};

/** A link to take away. */
export type LinkRef = { zoneId: ArmId; name: string; virtualNetworkId: ArmId; etag: string | undefined };

/** Everything that differs on the rungs of a dns ladder, in the order in which it would be written. */
export type DnsPending = {
  links: readonly DesiredLink[];
  surplus: readonly LinkRef[];
  /** Names of record sets. */
  records: readonly string[];
};

export type DnsSeen = {
  facts: DnsFacts;
  /** More than the next write of each rung: what a plan has to list. */
  pending?: DnsPending;
  /**
   * The facts as far as they can be seen before the endpoint is approved, of an object that is only observed: a plan
   * that is to be true has to look further than the next rung. proof: what names
   * answer now, or `unlinked` where no network sees the zone and none will.
   */
  ahead?: { facts: DnsFacts; proof: ProofFacts['proof'] };
  /** First difference per rung, for the effect that removes it. */
  linkToWrite?: LinkWrite;
  surplusLink?: LinkRef;
  recordToWrite?: RecordWrite;
  /** The endpoint has a zone group, whoever made it. */
  isGrouped?: true;
  /** What is wrong on each rung, in words: the names and addresses behind the fact. */
  details: { Link?: string | undefined; Records?: string | undefined };
  fault?: Fault;
  proof: ProofSeen;
};

/** What the names of the workspace answer; `detail` says which name, where, and what. */
export type ProofSeen = { facts: ProofFacts; detail?: string | undefined; fault?: Fault | undefined };

export type ProviderNamespace = 'Microsoft.Fabric' | 'Microsoft.Network';

/** The provider to register next, and all that the subscription lacks. */
export type ProviderToRegister = {
  subscriptionId: string;
  namespace: ProviderNamespace;
  missing: readonly ProviderNamespace[];
};

/** One registration that would be made, now or after another one. */
export type Registration = { subscriptionId: string; namespace: ProviderNamespace };

/** The data gateway that an endpoint is for. */
export type GatewaySeen = {
  id: string;
  /** Undefined: not listed, or the list could not be read. */
  known: Gateway | undefined;
  /** What it answered; undefined: not known. */
  state: string | undefined;
  /** The identity sees other gateways. */
  othersSeen: boolean;
  /** Tenant and client id of who asked. */
  identity: string;
  fault?: Fault;
};

export type PlacementSeen = {
  facts: PlacementFacts;
  providerToRegister?: ProviderToRegister;
  registrations?: readonly Registration[];
  /** What is wrong on each rung, in words: the ids and numbers behind the fact. */
  details: { Room?: string | undefined };
  gateway?: GatewaySeen;
  fault?: Fault | undefined;
};

export type EndpointSeen = {
  desired: DesiredEndpoint;
  facts: EndpointFacts;
  /** Set while the endpoint is about to be created, when Azure could not finish it, and always for a data gateway's. */
  placement?: PlacementSeen;
  dns: DnsSeen;
  actual: PrivateEndpoint | undefined;
  connection: PrivateEndpointConnection | undefined;
  addresses: readonly InterfaceAddress[];
  /** Approved, and proven as spec.inbound.requires says. */
  counts: boolean;
  detail?: string;
  fault?: Fault;
};

export type RemovalSeen = {
  name: string;
  facts: EndpointRemovalFacts;
  resourceId: ArmId | undefined;
  scope: EndpointScope | undefined;
  subnetId: ArmId | undefined;
  connection: PrivateEndpointConnection | undefined;
  recordToDelete?: { zoneId: ArmId; name: string; etag: string | undefined };
  linkToDelete?: LinkRef;
  zoneToDelete?: { zoneId: ArmId; etag: string | undefined };
  /** All that would go, one after the other, of an object that is only observed. */
  pending?: RemovalPending;
  /** The endpoint is given up for want of credentials. */
  abandoned?: true;
  /** Networks whose clients find the workspace by its records alone, while the object lives on. */
  losing?: readonly ArmId[];
  fault?: Fault;
};

export type RemovalPending = {
  records: readonly { zoneId: ArmId; name: string }[];
  links: readonly LinkRef[];
  zones: readonly ArmId[];
};

/** What was read about one entry of spec.connections. */
export type DecisionSeen = {
  desired: DesiredDecision;
  about:
    | { machine: 'connection'; facts: ConnectionFacts }
    | { machine: 'managedConnection'; facts: ManagedConnectionFacts };
  /** The one that the facts are about. */
  connection: PrivateEndpointConnection | undefined;
  /** All that the entry may mean. */
  matches: readonly PrivateEndpointConnection[];
  note: MatchNote | undefined;
  detail?: string;
  fault?: Fault;
};

export type RevocationSeen = { connection: PrivateEndpointConnection; facts: RevocationFacts };

export type ConnectionsSeen = {
  /** All connections of the service, this object's own among them. */
  list: readonly PrivateEndpointConnection[];
  decisions: readonly DecisionSeen[];
  /** Under connectionsPolicy Authoritative. */
  revocations: readonly RevocationSeen[];
  /** By lower-case private endpoint id: `connections/<name>`, or `unlisted`. Without an entry nobody has decided. */
  decidedBy: Readonly<Record<string, string>>;
};

export type PreflightItem = {
  code: string;
  severity: 'Blocks' | 'Degrades';
  /** It may be what Fabric refuses the restriction for. Never counted: the service is the judge. */
  suspect?: boolean;
  item?: string;
  message: string;
};

export type AccessSeen = {
  inbound: InboundFacts;
  outbound: OutboundFacts;
  policy: CommunicationPolicySeen | undefined;
  fault?: Fault;
  preflight: readonly PreflightItem[];
  /** What could not be read before denying, and why. */
  unread: readonly string[];
  inboundDueAtMs: number | undefined;
  outboundDueAtMs: number | undefined;
  glass: GlassSeen;
};

export type ServiceSeen = {
  facts: ServiceFacts;
  actual: PrivateLinkService | undefined;
  workspaceName: string | undefined;
  capacityName: string | undefined;
  providerToRegister?: ProviderToRegister;
  registrations?: readonly Registration[];
  /** namespace/name of the older object, the other owner's tag, or the other service's id. */
  other?: string;
  detail?: string;
  unread: readonly Fault[];
  fault?: Fault;
};

/** `entry`: of spec.connections, also one that it has lost since; absent: this object did not let them in from its list. */
export type LiveConnection = PrivateEndpointConnection & { entry?: string };

export type ReleaseSeen = {
  inbound: InboundReleaseFacts;
  inboundDueAtMs: number | undefined;
  service: ServiceRemovalFacts;
  actual: PrivateLinkService | undefined;
  staleConnection?: PrivateEndpointConnection;
  liveConnections: readonly LiveConnection[];
  fault?: Fault;
  accessFault?: Fault;
  /** The workspace stands open by break-glass and was closed before: the inbound ladder closes it before anything goes. */
  relocks: boolean;
};

export type OutputsSeen = {
  facts: OutputsFacts;
  /** The wanted ConfigMap. */
  name?: string;
  /** What it should hold under our keys. */
  data?: Readonly<Record<string, string>>;
  /** resourceVersion of what is there. */
  version?: string;
  fault?: Fault;
};

/** What deletion would have taken down, and whether it would have opened the workspace. */
export type Left = { things: readonly string[]; closed: boolean };

export type AbandonmentSeen = {
  facts: AbandonmentFacts;
  /** Why there are no credentials. */
  error?: Fault['error'];
  left: Left;
  /** For the ledger. */
  note: LedgerEntry;
  ledger: { namespace: string; name: string };
  /** Set when only these endpoints are in hands whose credentials are lost. */
  endpoints?: readonly string[];
  /** When it is let go without anybody's word. */
  dueAtMs: number;
  /** The command that opens the workspace again. */
  opening: string;
  fault?: Fault;
};

/** Everything that one pass has read, as closed facts and as what people want to read about them. */
export type Seen = {
  /** managementPolicy Observe: nothing is promised to people. */
  onlyObserved?: true;
  desired: Desired;
  provenance: Provenance;
  service: ServiceSeen;
  endpoints: readonly EndpointSeen[];
  /** Endpoints that are no longer wanted: taken out of the spec, or all of them while deleting. */
  removals: readonly RemovalSeen[];
  connections: ConnectionsSeen;
  access: AccessSeen;
  /** Undefined when nothing is to be published, and nothing has been. */
  outputs: OutputsSeen | undefined;
  /** Annotations as they should be, where those that are there say other credentials than the spec. */
  staleNotes: Readonly<Record<string, string>>;
  /** Set while deleting. */
  release: ReleaseSeen | undefined;
  /** Set while deleting, when credentials are or were lost, or a person asks to give up. */
  abandonment?: AbandonmentSeen;
};
