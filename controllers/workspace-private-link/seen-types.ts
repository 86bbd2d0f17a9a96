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
} from './cloud-types.ts';
import type { Desired, DesiredDecision, DesiredEndpoint, DesiredLink } from './desired-types.ts';
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
import type { Noted, Provenance } from './provenance-types.ts';

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
  /** Made in this cluster for another object, and used by this one, too. */
  linksToNote?: readonly Pick<LinkRef, 'virtualNetworkId'>[];
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
  /** Nothing is made anew before that: recreatePolicy OnRejection, and something rejects it each time. */
  pausedUntilMs?: number;
  /** Approved, and proven as spec.inbound.requires says. */
  counts: boolean;
  detail?: string;
  fault?: Fault;
};

export type RemovalSeen = {
  /** As its entry was called; with a part of `ref` where another entry or removal has that name. */
  name: string;
  /** Of the private endpoint, see `refOf`. */
  ref: string;
  facts: EndpointRemovalFacts;
  resourceId: ArmId | undefined;
  scope: EndpointScope | undefined;
  subnetId: ArmId | undefined;
  connection: PrivateEndpointConnection | undefined;
  recordToDelete?: { zoneId: ArmId; name: string; etag: string | undefined };
  linkToDelete?: LinkRef;
  zoneToDelete?: { zoneId: ArmId; etag: string | undefined };
  /** Zones that nobody uses any more and that still hold names of this workspace: not to be forgotten yet. */
  emptying?: readonly ArmId[];
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
  noted: Noted | undefined;
  detail?: string;
  fault?: Fault;
};

export type RevocationSeen = { connection: PrivateEndpointConnection; facts: RevocationFacts };

export type ConnectionsSeen = {
  /** Approved by us, never confirmed, and given up by the deletion: they stay. */
  left?: readonly PrivateEndpointConnection[];
  /** All connections of the service, this object's own among them. */
  list: readonly PrivateEndpointConnection[];
  decisions: readonly DecisionSeen[];
  /** Under connectionsPolicy Authoritative. */
  revocations: readonly RevocationSeen[];
  /**
   * Of open approvals that no entry answers for: annotations about those that do not stand any more, and whether there are
   * some that the service does not show.
   */
  looseNotes: { over: readonly string[]; isUnseen: boolean };
  /**
   * By lower-case private endpoint id: `connections/<name>`, `managedprivateendpoints/<namespace>/<name>`, or `unlisted`.
   * Without an entry nobody has decided.
   */
  decidedBy: Readonly<Record<string, string>>;
  /** By lower-case private endpoint id: the object of this cluster that will decide about a request of its name. */
  deciders: Readonly<Record<string, Asker>>;
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

/** A ManagedPrivateEndpoint of this cluster. */
export type Asker = { namespace: string; name: string };

/**
 * `entry`: of spec.connections, also one that it has lost since; absent: this object did not let them in from its list.
 * `approver`: the object that approved its own request.
 */
export type LiveConnection = PrivateEndpointConnection & { entry?: string; approver?: Asker };

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
  /** Annotations as they should be, where those that are there are known by an entry's name, or say another one or other credentials than the spec. */
  staleNotes: Readonly<Record<string, string | null>>;
  /** Set while deleting. */
  release: ReleaseSeen | undefined;
  /** Set while deleting, when credentials are or were lost, or a person asks to give up. */
  abandonment?: AbandonmentSeen;
};
