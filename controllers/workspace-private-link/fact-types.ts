/**
 * The closed facts of each ladder: every domain is a list, so that tests enumerate the whole observation space, and no
 * number, date or list reaches a machine. `unobservable` (transient) and `refused` (a right is missing) never mean
 * "absent" and never mean "met": no effect follows from them.
 */
type Domain = Readonly<Record<string, readonly (boolean | string)[]>>;
export type FactsOf<D extends Domain> = { readonly [K in keyof D]: D[K][number] };

/** taking: another owner's mark is being written over, as adoptionPolicy Always says. */
const PROVENANCE = ['created', 'adopted', 'taking', 'none'] as const;
/** While deleting there is no taking any more: what bears our mark is adopted, and what bears another's is foreign. */
const SETTLED_PROVENANCE = ['created', 'adopted', 'none'] as const;
const PROVIDER = ['settled', 'registered', 'registering', 'missing', 'unobservable'] as const;
const DELETION_POLICY = ['DeleteCreated', 'DeleteAll', 'Retain'] as const;

export const SERVICE_FACTS = {
  /** older: an older object names the same workspace. notServed: the spec asks for a way of working that this version lacks. */
  standing: ['clear', 'older', 'notServed'],
  /** Our finalizer is on the object, or the object is only observed and takes none. */
  claimed: [true, false],
  /** The workspace id is in the tenant's workspace list (cloud-apis 5.2). */
  workspace: ['listed', 'absent', 'unobservable'],
  /** sku and state of the workspace's capacity in the capacities list (cloud-apis 5.5); assigning: capacityAssignmentProgress. */
  capacity: ['eligible', 'trial', 'premium', 'otherSku', 'inactive', 'none', 'assigning', 'unobservable'],
  /** registrationState of Microsoft.Fabric and Microsoft.Network in the service's subscription; settled: registered, and re-registered by us. Read only before a creation. */
  provider: PROVIDER,
  /** spec.registerProviders. */
  registration: ['allowed', 'notAllowed'],
  /**
   * The private link service (cloud-apis 7). ours: our tag, or taken on before · drifted: ours with other tags ·
   * untagged: nobody's mark, and exactly what we want, unless a note says that we made it · differs: would have to change ·
   * takeable: differs, and adoptionPolicy is Always · unadopted: untagged or differs, and adoptionPolicy is Never ·
   * foreign: another owner's tag · overwritable: foreign, adoptionPolicy is Always, and it was never ours before ·
   * taken: our name, another workspace · elsewhere: this workspace, another name · noRoom: absent, and the tenant has
   * as many services as its quota allows (cloud-apis 18).
   */
  service: [
    'absent',
    'noRoom',
    'provisioning',
    'failed',
    'ours',
    'drifted',
    'untagged',
    'differs',
    'takeable',
    'unadopted',
    'foreign',
    'overwritable',
    'taken',
    'elsewhere',
    'unobservable',
    'refused',
  ],
  /** Annotation fabriclink.dev/service. */
  provenance: PROVENANCE,
  /** listed: a part of the spec asks for what this version does not serve, and the rest goes on. */
  decisions: ['none', 'listed'],
} as const satisfies Domain;
export type ServiceFacts = FactsOf<typeof SERVICE_FACTS>;

export const ENDPOINT_FACTS = {
  /** Summary of the service ladder. */
  service: ['ready', 'notReady'],
  /** Summary of the placement ladder; unread: nobody has looked, because nothing is about to be created or made anew. */
  placement: ['fits', 'not', 'unread'],
  /**
   * The private endpoint (cloud-apis 9). outdated: ours, and a field that cannot be updated differs from the spec ·
   * untagged, takeable, unadopted, overwritable: as for the service; what Azure cannot change in place is never
   * takeable · noCredentials: those for the endpoint's tenant are missing or refused.
   */
  endpoint: [
    'absent',
    'provisioning',
    'failed',
    'ready',
    'drifted',
    'outdated',
    'untagged',
    'differs',
    'takeable',
    'unadopted',
    'foreign',
    'noCredentials',
    'overwritable',
    'unobservable',
    'refused',
  ],
  /** Annotation fabriclink.dev/endpoint.<name>. */
  provenance: PROVENANCE,
  /** held: it may be the only proven way in while public access is denied. */
  hold: ['free', 'held'],
  /** status of the connection on the service whose privateEndpoint.id equals our endpoint's ARM id (design 7, rule 1). */
  connection: ['none', 'pending', 'approved', 'rejected', 'disconnected', 'other', 'unobservable'],
  /** spec.endpoints[].recreatePolicy. */
  recreate: ['Never', 'OnRejection'],
  /** rejected: spec.connections rejects the ARM id of this endpoint, which outranks every approval of our own (design 7, rule 4). */
  listed: ['none', 'rejected'],
} as const satisfies Domain;
export type EndpointFacts = FactsOf<typeof ENDPOINT_FACTS>;

/** Whether the endpoint may be created where the spec says. All but the gateway is read only before a creation. */
export const PLACEMENT_FACTS = {
  /** As for the service, in the endpoint's subscription. */
  provider: PROVIDER,
  registration: ['allowed', 'notAllowed'],
  /** The subnet and its usage (cloud-apis 24, A10 and A11). tight: room for an endpoint as it is today, and less than is to be reserved for one (9.1). */
  subnet: ['fits', 'tight', 'missing', 'delegated', 'otherRegion', 'full', 'unobservable'],
  /** Connections of the service against the quota of endpoints a workspace (cloud-apis 18). */
  quota: ['free', 'usedUp'],
  /**
   * spec.endpoints[].gateway in the Gateways API (cloud-apis 13), also once the endpoint is there. unchecked: it could
   * not be looked up, or is of a type that tells no network · notVisible: it is there, and the identity may not see it.
   */
  gateway: ['none', 'fits', 'onPremises', 'unchecked', 'otherNetwork', 'ownSubnet', 'notFound', 'notVisible'],
  /** awaited: Fabric is still asking the gateway whether it is online. */
  check: ['ended', 'awaited'],
} as const satisfies Domain;
export type PlacementFacts = FactsOf<typeof PLACEMENT_FACTS>;

export const CONNECTION_FACTS = {
  /** Summary of the service ladder. */
  service: ['ready', 'notReady'],
  /** spec.connections[].decision. */
  decision: ['Approve', 'Reject'],
  /**
   * status of the connection whose privateEndpoint.id is the listed one; of several by one managed name, which only a
   * Reject comes to see, of one that is not rejected yet. none: nobody of that id asks.
   */
  connection: ['none', 'pending', 'approved', 'rejected', 'disconnected', 'other', 'unobservable', 'refused'],
  /** own: the id of one of this object's own endpoints, whose ladder approves it · rejected: another entry rejects the same requester. */
  requester: ['own', 'other', 'rejected'],
  /** held: while public access is denied, nothing else is known to lead in. */
  hold: ['free', 'held'],
} as const satisfies Domain;
export type ConnectionFacts = FactsOf<typeof CONNECTION_FACTS>;

export const MANAGED_CONNECTION_FACTS = {
  service: ['ready', 'notReady'],
  /**
   * Connections whose private endpoint id ends in `{workspaceId}.{name}`, in any state. implausible: one, and its id is
   * not in a managed network of Microsoft's · otherSubscription: one, not in the subscription that is pinned · rejected:
   * another entry rejects one of them.
   */
  match: ['none', 'one', 'several', 'implausible', 'otherSubscription', 'rejected', 'unobservable', 'refused'],
  /** status of the one that we approved, else of the only one. */
  connection: ['none', 'pending', 'approved', 'rejected', 'disconnected', 'other'],
  /**
   * Whose approval it carries, by our marker in its description or our note. fresh: ours, and Fabric may still echo it ·
   * overdue: ours, and more than the published delay old · confirmed: ours, and noted as echoed · revoked: ours, and
   * taken back because no echo came.
   */
  approval: ['notOurs', 'fresh', 'overdue', 'confirmed', 'revoked'],
  /** The endpoint in its source workspace, as Fabric shows it. notAsked: nothing depends on it. refused: not readable for us. */
  fabric: [
    'notAsked',
    'absent',
    'otherTarget',
    'provisioning',
    'pending',
    'echoed',
    'approved',
    'ended',
    'unknown',
    'unobservable',
    'refused',
  ],
  /** Annotation match.<name>: since when this very request has been the only one. broken: it no longer is. */
  settle: ['none', 'before', 'after', 'broken'],
} as const satisfies Domain;
export type ManagedConnectionFacts = FactsOf<typeof MANAGED_CONNECTION_FACTS>;

/** A connection that carries our marker and is no longer listed, under connectionsPolicy Authoritative. */
export const REVOCATION_FACTS = {
  service: ['ready', 'notReady'],
  hold: ['free', 'held'],
} as const satisfies Domain;
export type RevocationFacts = FactsOf<typeof REVOCATION_FACTS>;

export const DNS_FACTS = {
  /** Summary of the endpoint ladder: requested and approved. */
  endpoint: ['approved', 'notYet'],
  /** spec.endpoints[].dns.mode. */
  wanted: ['none', 'ZoneGroup', 'Records'],
  /** The private DNS zone (cloud-apis 10.5). conflict: two endpoints of this workspace want one zone · unnoted: shared in this cluster, and not yet written down · unadopted: not given, not this cluster's, and adoptionPolicy is Never. */
  zone: ['present', 'unnoted', 'unadopted', 'absent', 'givenAbsent', 'conflict', 'unobservable', 'refused'],
  /**
   * All wanted virtual network links together, the worst first. elsewhere: the network is linked to another zone of that
   * name · surplus: we made it, and nobody asks for it any more · last: surplus, and without it nobody sees the zone, or nobody of whom it is known ·
   * differs: somebody else's, or wanted otherwise by another endpoint · takeable: somebody else's, and adoptionPolicy is
   * Always · unadopted: somebody else's, and adoptionPolicy is Never.
   */
  links: [
    'met',
    'missing',
    'drifted',
    'surplus',
    'last',
    'differs',
    'takeable',
    'unadopted',
    'inProgress',
    'elsewhere',
    'unobservable',
  ],
  /**
   * Zone group or record sets against the interface's addresses. notReported: the interface shows no addresses yet ·
   * moved: our zone group is tied to another zone · grouped: mode Records, and a zone group of ours is still there ·
   * extra: the zone group is right, and spec.extraRecords are not · foreign: other addresses, of another owner or of nobody ·
   * takeable: other addresses of nobody, and adoptionPolicy is Always · unadopted: sets of nobody, and it is Never.
   */
  records: [
    'met',
    'missing',
    'drifted',
    'moved',
    'grouped',
    'extra',
    'foreign',
    'takeable',
    'unadopted',
    'provisioning',
    'failed',
    'notReported',
    'unobservable',
  ],
  hold: ['free', 'held'],
} as const satisfies Domain;
export type DnsFacts = FactsOf<typeof DNS_FACTS>;

export const PROOF_FACTS = {
  /** Summary of the dns ladder: zone, links and records are as the spec says. */
  dns: ['inPlace', 'notYet'],
  /** spec.endpoints[].dns.verify.mode. */
  verify: ['Resolve', 'ControlPlane', 'None'],
  /**
   * The worst of the five names, of all name servers asked (cloud-apis 10.2). Resolve: mixed: right and wrong addresses in
   * one answer · sibling: another endpoint of this object · tenantLevel, tenantLikely: the tenant-level private link,
   * certain or by its neighbourhood · hidden: a privatelink zone is seen that lacks the name and does not fall back to the
   * internet · nxdomain: not even the public alias is known · failed: SERVFAIL, REFUSED and the like. ControlPlane:
   * mismatch: the zone holds something else · unlinked: no completed link makes the zone visible to anybody.
   */
  proof: [
    'proven',
    'public',
    'mixed',
    'sibling',
    'tenantLevel',
    'tenantLikely',
    'otherPrivate',
    'hidden',
    'nxdomain',
    'failed',
    'timeout',
    'mismatch',
    'unlinked',
    'unobservable',
  ],
} as const satisfies Domain;
export type ProofFacts = FactsOf<typeof PROOF_FACTS>;

const ACTION = ['Allow', 'Deny', 'other', 'unobservable', 'refused'] as const;

export const INBOUND_FACTS = {
  /** owner: claimed, the oldest, served. */
  standing: ['owner', 'notOwner'],
  /** spec.inbound.publicAccess; breakGlass: Deny, and at this moment open, because a person asks for it (annotation break-glass). */
  wanted: ['unmanaged', 'Allow', 'Deny', 'breakGlass'],
  /** inbound.publicAccessRules.defaultAction of the policy: the configured value, not the effective one (cloud-apis 11.1). */
  inbound: ACTION,
  /**
   * recorded: what was there before us (annotation access-before) and, for Deny, since when, with no break-glass left
   * over; for breakGlass, until when (annotation glass-until).
   */
  record: ['recorded', 'missing'],
  /**
   * The published delay since our last change of direction (annotations deny-at, allow-at). restricted: it still runs,
   * and a workspace call through the global host was refused with RequestDeniedByInboundPolicy: the effect is there.
   */
  settle: ['unknown', 'before', 'restricted', 'after'],
  /**
   * relock: a Deny of ours was seen in place before (annotation locked) · rival: that too, and somebody opened it again
   * several times in a row, and the pause after our last relock is not over.
   */
  lock: ['first', 'relock', 'rival'],
  /** At least one endpoint is Approved and proven as spec.inbound.requires says. */
  proof: ['sufficient', 'insufficient'],
  /** A preflight item that is certain to block. Suspects never count: the service is the judge. */
  preflight: ['clear', 'blocked'],
  /** A PUT of the policy through the global host has succeeded with this identity (annotation policy-write). */
  policyWrite: ['proven', 'unproven'],
  /** Tenant settings: settingOff: inbound rules are disabled; blocked: the tenant's own public block is on; refused: not ours to read, or not listed. */
  tenant: ['clear', 'settingOff', 'blocked', 'refused', 'unobservable'],
  /** Who else needs workspace-scoped calls, and whether our own way in is proven by socket address. */
  path: ['notNeeded', 'proven', 'missing'],
} as const satisfies Domain;
export type InboundFacts = FactsOf<typeof INBOUND_FACTS>;

/** Only about what was asked; the door itself is the inbound ladder's. */
export const BREAK_GLASS_FACTS = {
  /** spec.inbound.publicAccess. */
  wanted: ['unmanaged', 'Allow', 'Deny'],
  /**
   * Annotation break-glass against the clock. invalid: no RFC 3339 time · tooFar: more than a day ahead · refused: that
   * too, and written down as refused (annotation break-glass-refused) · over: past.
   */
  request: ['none', 'invalid', 'tooFar', 'refused', 'open', 'over'],
} as const satisfies Domain;
export type BreakGlassFacts = FactsOf<typeof BREAK_GLASS_FACTS>;

export const OUTBOUND_FACTS = {
  standing: ['owner', 'notOwner'],
  /** spec.outbound.publicAccess. */
  wanted: ['unmanaged', 'Allow', 'Deny'],
  /** outbound.publicAccessRules.defaultAction of the policy. */
  outbound: ACTION,
  /** Annotation outbound-before. */
  record: ['recorded', 'missing'],
  /** The published delay since annotation outbound-at. */
  settle: ['unknown', 'before', 'after'],
  tenant: ['clear', 'settingOff', 'refused', 'unobservable'],
} as const satisfies Domain;
export type OutboundFacts = FactsOf<typeof OUTBOUND_FACTS>;

export const INBOUND_RELEASE_FACTS = {
  standing: ['owner', 'notOwner'],
  /** spec.inbound.onDelete; none: inbound is not managed. */
  onDelete: ['Restore', 'Keep', 'none'],
  /** As read; absent: the workspace itself is gone. */
  inbound: [...ACTION, 'absent'],
  /** Annotation access-before. */
  before: ['Allow', 'Deny', 'missing'],
  /** We denied, or were about to (annotations locked, deny-at). */
  denied: [true, false],
  /** Fifteen minutes since annotation allow-at. */
  settle: ['unknown', 'before', 'after'],
  /** One workspace call through the global host. */
  call: ['answered', 'restricted', 'unobservable'],
} as const satisfies Domain;
export type InboundReleaseFacts = FactsOf<typeof INBOUND_RELEASE_FACTS>;

export const ENDPOINT_REMOVAL_FACTS = {
  /** awaitingAccess: deletion opens inbound first. lastProof: the only way in while public access is denied. */
  gate: ['open', 'awaitingAccess', 'lastProof'],
  /** spec.deletionPolicy; Retain also where this version must not write. */
  policy: DELETION_POLICY,
  provenance: SETTLED_PROVENANCE,
  /** Record sets that carry our mark and that we wrote down. */
  records: ['none', 'ours', 'unobservable'],
  /** created: by us, as written down. */
  zoneGroup: ['absent', 'created', 'other', 'unobservable'],
  /**
   * foreign: there, and marked as another owner's · unmarked: a note says that we made it, and it does not carry our
   * tag · noCredentials: those for the tenant of the endpoint or of its records are missing or refused.
   */
  endpoint: ['absent', 'present', 'deleting', 'foreign', 'unmarked', 'noCredentials', 'unobservable', 'refused'],
  /** The service still lists a connection of this endpoint's ARM id. */
  connection: ['none', 'left', 'unobservable'],
  /** linked: a link that we made and that no other object names · removable: a zone of ours, unlinked and empty. */
  zones: ['kept', 'linked', 'removable', 'noCredentials', 'unobservable'],
  /** Annotations about this endpoint remain on an object that lives on. */
  noted: [true, false],
} as const satisfies Domain;
export type EndpointRemovalFacts = FactsOf<typeof ENDPOINT_REMOVAL_FACTS>;

export const NOTES_FACTS = {
  /** stale: a note about something that the spec still names says other credentials than the spec does. */
  notes: ['current', 'stale'],
} as const satisfies Domain;
export type NotesFacts = FactsOf<typeof NOTES_FACTS>;

export const SERVICE_REMOVAL_FACTS = {
  claimed: [true, false],
  /** Summary of the inbound-release ladder. */
  access: ['released', 'pending'],
  /** Summary of the endpoint-removal ladders. */
  endpoints: ['gone', 'left'],
  /** stale: only connections that carry nothing (pending, rejected, disconnected, or of an endpoint of ours that is gone). */
  connections: ['none', 'stale', 'live', 'unobservable'],
  /** foreign, unmarked: as for the endpoint. */
  service: ['absent', 'present', 'deleting', 'foreign', 'unmarked', 'unobservable', 'refused'],
  provenance: SETTLED_PROVENANCE,
  policy: DELETION_POLICY,
} as const satisfies Domain;
export type ServiceRemovalFacts = FactsOf<typeof SERVICE_REMOVAL_FACTS>;

export const OUTPUTS_FACTS = {
  /** spec.publishTo names a ConfigMap, and the object is not being deleted. */
  wanted: [true, false],
  /** Summary of the service ladder. */
  service: ['ready', 'notReady'],
  /** Another ConfigMap than the wanted one bears what we published (annotation published). */
  previous: ['none', 'left', 'unobservable', 'refused'],
  /** unobservable: the addresses of an endpoint could not be read just now. */
  content: ['known', 'unobservable'],
  /** The ConfigMap. taken: neither made by us nor labelled for us. */
  target: ['absent', 'current', 'outdated', 'taken', 'unobservable', 'refused'],
} as const satisfies Domain;
export type OutputsFacts = FactsOf<typeof OUTPUTS_FACTS>;

export const ABANDONMENT_FACTS = {
  claimed: [true, false],
  /** While deleting. lost: missing, unusable, of another tenant, or refused as an identity · partly: those of some endpoints are. */
  credentials: ['working', 'partly', 'lost'],
  /** Twenty-four published hours since annotation credentials-lost-at, which is written when a deletion first finds them lost. */
  lost: ['unnoted', 'before', 'after'],
  /** Annotation fabriclink.dev/abandon. */
  asked: [true, false],
  /** The entry of the ledger that says what is left behind. */
  entry: ['absent', 'written', 'unobservable'],
} as const satisfies Domain;
export type AbandonmentFacts = FactsOf<typeof ABANDONMENT_FACTS>;
