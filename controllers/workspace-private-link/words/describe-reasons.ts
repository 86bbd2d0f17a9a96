import type { Reason } from '../types.ts';
import { NAMES_WORDING } from './describe-reasons-names.ts';

/** `says`: what is the case. `next`: what happens next, or who must do what. Both continue a sentence. */
export type Wording = { says: string; next: string };

const LOOKS_AGAIN = 'the operator looks again every ten minutes';
const GRANT_GATEWAY_ROLE =
  'grant the identity a role on the gateway (in Fabric: Settings, Manage connections and gateways, the gateway, Manage users; Connection creator is enough)';

/** Every reason once, for people. A new one does not compile until it is worded here. */
export const WORDING: Record<Reason, Wording> = {
  ...NAMES_WORDING,
  AbandonIgnored: {
    says: 'annotation fabriclink.dev/abandon is ignored, because the credentials work',
    next: 'everything is taken down in its safe order',
  },
  Abandoned: {
    says: 'it is given up for want of credentials, and may still be in the cloud',
    next: 'the rest is taken down without it',
  },
  Abandoning: {
    says: 'the credentials did not come back, or a person gave up waiting for them',
    next: 'the operator writes down what is left and lets the object go',
  },
  AccessAllowed: { says: 'the workspace is open to the public, as the spec says', next: 'nothing is to be done' },
  AccessDenied: {
    says: 'the workspace is closed to the public and reached through its private endpoints only',
    next: 'nothing is to be done',
  },
  AccessDenying: { says: 'public access is being denied', next: 'Fabric puts it into effect within 30 minutes' },
  AccessOpening: {
    says: 'public access is being opened',
    next: 'the operator waits until calls to the workspace succeed again, about 15 minutes',
  },
  AccessPropagating: {
    says: 'the policy is set, and Fabric is putting it into effect',
    next: 'the operator waits for the published delay to pass, and no person needs to act',
  },
  AccessReleased: { says: 'public access is as onDelete says', next: 'the deletion goes on' },
  AccessUnmanaged: { says: 'the spec does not manage public access', next: 'it stays as it is in Fabric' },
  AddressesNotReported: {
    says: 'the network interface does not show all five addresses of the workspace yet',
    next: 'the operator waits for Azure',
  },
  Adopting: {
    says: 'it exists already, and may be taken over as adoptionPolicy says',
    next: 'the operator takes it over, and then makes it as the spec says where it differs',
  },
  AdoptionNever: {
    says: 'it exists already, was not made by this object, and adoptionPolicy is Never',
    next: `remove what exists, name something else in the spec, or allow to take it over with adoptionPolicy IfIdentical or Always; ${LOOKS_AGAIN}`,
  },
  AdoptionWouldChange: {
    says: 'it exists already, was not made by this object, and is not as the spec says',
    next: `make the spec say what exists, or remove what exists; where only tags differ, adoptionPolicy Always lets the operator correct them; ${LOOKS_AGAIN}`,
  },
  AdoptionWouldOpen: {
    says: 'public access was denied by somebody else, and the operator does not open what it did not close',
    next: `set it to Allow in the workspace settings in Fabric, or say Deny in the spec; ${LOOKS_AGAIN}`,
  },
  AmbiguousConnection: {
    says: 'it cannot be told which request is the genuine one of this managed private endpoint, and nothing is approved on a guess',
    next: `remove every request that is not genuine; ${LOOKS_AGAIN}, and goes on once exactly one is left`,
  },
  ApprovalConfirming: {
    says: 'the managed private endpoint is approved, and Fabric has not shown the description of the approval yet',
    next: 'the operator waits for Fabric, up to 20 minutes; without that proof the connection is rejected again',
  },
  ApprovalListed: {
    says: 'the request is listed for approval',
    next: 'the operator approves it',
  },
  ApprovalNotConfirmed: {
    says: 'an approval was not confirmed by Fabric within 20 minutes and has been taken back: the request may have been an imitation',
    next: `find out who made that private endpoint; remove the connection, and delete and create the managed private endpoint anew if it was genuine; ${LOOKS_AGAIN}`,
  },
  ApprovalPending: {
    says: 'the connection is requested',
    next: "the operator approves it on the service, because its ARM id is this object's own",
  },
  ApprovalUnproven: {
    says: 'the managed private endpoint is approved, and whether Fabric confirms it cannot be read',
    next: `give the identity a role on the source workspace, or a private path to it; or reject the connection; ${LOOKS_AGAIN}`,
  },
  Approved: { says: 'the endpoint is connected', next: 'nothing is to be done' },
  ApprovedByList: {
    says: 'the requester is connected, as the list says',
    next: 'nothing is to be done',
  },
  ApprovedByOthers: {
    says: 'the managed private endpoint is connected, and somebody else approved it',
    next: 'nothing is to be done; the operator answers only for its own approvals',
  },
  AwaitingAccess: {
    says: 'public access must be as onDelete says before anything is taken down',
    next: 'the operator waits until the workspace is open again',
  },
  AwaitingApproval: { says: 'DNS follows once the endpoint is approved', next: 'the operator waits for the approval' },
  AwaitingConnection: {
    says: 'the endpoint is there, and the service does not show its request yet',
    next: 'the operator waits for Azure, seconds as a rule',
  },
  AwaitingEndpoints: {
    says: 'the private link service goes last, and endpoints are still there; while it exists Fabric refuses to delete the workspace',
    next: 'the operator removes them first',
  },
  AwaitingPlacement: {
    says: 'the endpoint cannot be created where the spec says; one that is elsewhere is left until it can',
    next: 'the operator creates it once it can',
  },
  AwaitingRecords: {
    says: 'names are asked about once zone, links and records are in place',
    next: 'the operator waits for them',
  },
  AwaitingService: { says: 'the private link service is not ready yet', next: 'the operator goes on once it is' },
  BreakGlassGranted: {
    says: 'the annotation fabriclink.dev/break-glass asks for the workspace to be opened',
    next: 'the operator opens it until then, and closes it again',
  },
  BreakGlassInvalid: {
    says: 'the annotation fabriclink.dev/break-glass is no RFC 3339 time, such as 2026-03-01T12:00:00Z, and the door stays as it is',
    // describe-words.ts names the commands.
    next: 'write a right time, or take the annotation away',
  },
  BreakGlassNotNeeded: {
    says: 'the annotation fabriclink.dev/break-glass asks for the workspace to be opened, and there is nothing to open: the spec does not say inbound.publicAccess: Deny, and the door stays as it is',
    next: 'take the annotation away',
  },
  BreakGlassOpen: {
    says: 'BREAK-GLASS: the workspace is OPEN to the public, because the annotation fabriclink.dev/break-glass asks for it',
    next: 'it is closed again by itself when the time is over, or the annotation is taken away',
  },
  BreakGlassOpening: {
    says: 'BREAK-GLASS: public access is being opened, because the annotation fabriclink.dev/break-glass asks for it',
    next: 'it may take about 15 minutes until everything answers',
  },
  BreakGlassOver: {
    says: 'the time of the annotation fabriclink.dev/break-glass is over',
    next: 'take the annotation away',
  },
  BreakGlassTooFar: {
    says: 'the annotation fabriclink.dev/break-glass is too far ahead and was refused for good, also when that time draws near; the door stays as it is',
    next: 'write a nearer time, or take the annotation away',
  },
  CapacityAssigning: {
    says: 'the workspace is being assigned to a capacity',
    next: 'the operator waits for Fabric',
  },
  CapacityPaused: {
    says: 'the capacity of the workspace is paused',
    next: `resume the capacity in Azure; ${LOOKS_AGAIN}`,
  },
  Claimed: {
    says: 'an older WorkspacePrivateLink names the same workspace and owns it',
    next: 'delete one of the two; this one does nothing until then',
  },
  Claiming: { says: 'the object is new', next: 'the operator puts its finalizer on it and begins' },
  ConflictingWriter: {
    says: 'somebody keeps opening the workspace: it was closed again three times in a row, or more',
    next: 'find who changes the policy (another tool, a script, a person) and stop one of the two writers; the operator tries again after a pause that doubles each time, from one hour to one day',
  },
  ConnectionDisconnected: {
    says: 'the connection was removed on the service, and Azure never revives such an endpoint',
    next: 'set recreatePolicy to OnRejection to have it made anew, or remove the endpoint from the spec',
  },
  ConnectionNotGenuine: {
    says: 'a request bears the name of this managed private endpoint and is not shown to be its own: it is not approved',
    next: `compare it with the managed private endpoint in the settings of the source workspace; remove it if it is not genuine; ${LOOKS_AGAIN}`,
  },
  ConnectionRejected: {
    says: 'the connection was rejected on the service, and Azure never revives such an endpoint',
    next: 'ask who rejected it; then set recreatePolicy to OnRejection to have it made anew, or remove the endpoint from the spec',
  },
  ConnectionSettling: {
    says: 'exactly one request bears the name of this managed private endpoint',
    next: 'it is approved once it has been the only one for ten minutes while Fabric shows the endpoint waiting; no person needs to act',
  },
  ConnectionUnknown: {
    says: 'its state is one that this version does not know',
    next: 'the operator waits, and does nothing about it',
  },
  ConnectionUnlisted: {
    says: 'it was approved from the list, and no entry of spec.connections lists it any more',
    next: 'the operator rejects it, because connectionsPolicy is Authoritative, or Fabric has not confirmed the approval',
  },
  ConnectionsRemain: {
    says: 'the private link service still has connections; while it exists Fabric refuses to delete the workspace',
    next: 'have the owners of the private endpoints that are named here delete them; connections that carry nothing are removed by the operator',
  },
  CredentialMissing: {
    says: 'the credentials for its tenant are missing or refused, and without them nothing of it can be seen or changed',
    next: 'create or correct the Secret that credentialsRef names; the operator looks again as soon as it changes, and every ten minutes',
  },
  CredentialsNoted: { says: 'the credentials of every endpoint are written down', next: 'nothing is to be done' },
  CredentialsNoting: {
    says: 'the spec names other credentials for an endpoint than when it was made',
    next: 'the operator writes the new ones down, to take it away with them one day',
  },
  CorrectingDrift: { says: 'it is not as the spec says', next: 'the operator corrects it' },
  CredentialsBack: { says: 'the credentials are back', next: 'the deletion goes on' },
  // describe-abandonment.ts says what is missing, what stays behind, and until when the operator waits.
  CredentialsLost: { says: 'there are no credentials to take anything down with', next: 'bring them back' },
  CredentialsWork: { says: 'the credentials work', next: 'nothing is to be done' },
  DecidedByEndpoint: {
    says: 'it is one of the endpoints of this object',
    next: 'its own ladder approves it; this entry adds nothing',
  },
  DecisionsContradict: {
    says: 'another entry of spec.connections rejects the same requester, and Reject outranks Approve',
    next: 'remove one of the two entries',
  },
  DnsUnmanaged: {
    says: 'DNS of this endpoint is managed by somebody else, and proves nothing here',
    next: 'nothing is to be done',
  },
  EndpointCreating: { says: 'the private endpoint is missing', next: 'the operator asks Azure for it' },
  EndpointDeleting: { says: 'the private endpoint is being deleted', next: 'the operator waits for Azure' },
  EndpointFailed: {
    says: 'Azure could not finish the private endpoint',
    next: `see its activity log in Azure; ${LOOKS_AGAIN}, and asks anew if it made the endpoint`,
  },
  EndpointProvisioning: {
    says: 'Azure is working on the private endpoint',
    next: 'the operator waits, about a minute as a rule',
  },
  EndpointQuotaReached: {
    says: 'the workspace has as many private endpoints as its quota allows',
    next: `remove endpoints that nobody needs, or ask Microsoft for more by a support request and write the granted number into the annotation fabriclink.dev/quotas, such as \`endpoints=200\`; ${LOOKS_AGAIN}`,
  },
  EndpointReplacing: {
    says: 'the private endpoint must be made anew',
    next: 'the operator deletes it and asks for another',
  },
  ForeignOwner: {
    says: 'the tag fabriclink-owner says that another object, perhaps of another cluster, owns it',
    next: `delete that object; if it no longer exists, remove the tag, or set adoptionPolicy to Always to take it over where it fits; ${LOOKS_AGAIN}`,
  },
  ForeignRecords: {
    says: 'the names have answers in the zone that somebody else wrote, and they are never overwritten',
    next: `remove those records, or use another zone; records that nobody marked as theirs, and that no zone group keeps, are taken over with adoptionPolicy Always; ${LOOKS_AGAIN}`,
  },
  GatewayAsked: { says: 'the gateway has its place', next: 'Fabric is asking it whether it is online' },
  GatewayInOtherNetwork: {
    says: 'the gateway runs in another virtual network than the endpoint, and does not reach it by that',
    next: `remove this endpoint and add one with another name in a subnet of the gateway's network, or correct gateway.gatewayId; ${LOOKS_AGAIN}`,
  },
  GatewayNotChecked: {
    says: 'Fabric tells nothing about the network of the gateway, or could not be asked',
    next: 'nothing is held up; see status.endpoints[].gateway',
  },
  GatewayNotFound: {
    says: 'the gateway is not among those that the identity sees: it does not exist, or nobody gave the identity a role on it',
    next: `correct gateway.gatewayId, or ${GRANT_GATEWAY_ROLE}; ${LOOKS_AGAIN}`,
  },
  GatewayNotVisible: {
    says: 'the gateway exists, and the identity has no role on it',
    next: `${GRANT_GATEWAY_ROLE}; ${LOOKS_AGAIN}`,
  },
  GatewayOnPremises: {
    says: 'the gateway is on-premises, and its network is what the spec says',
    next: 'people set up DNS there, see status.endpoints[].gateway',
  },
  GatewaySubnet: {
    says: "the endpoint's subnet is the gateway's own, which is delegated and can hold no private endpoint",
    next: `remove this endpoint and add one with another name in another subnet of the same network; ${LOOKS_AGAIN}`,
  },
  HeldByDeny: {
    says: 'it may be the only proven way into a workspace that is closed to the public, or is to be closed again after break-glass',
    next: 'add another endpoint and wait until it is proven, or set inbound.publicAccess to Allow; while the object is being deleted, set inbound.onDelete to Restore (opens the workspace first, if fabriclink.dev/access-before still says that it was open) or Keep (leaves it closed to everybody), or open it in Fabric; the operator goes on by itself then',
  },
  LedgerUnreadable: {
    says: 'what is left behind must be written down first, and the ledger cannot be read',
    next: 'the operator tries again by itself',
  },
  LinkCreating: {
    says: 'the network is not linked to the zone as the spec says',
    next: 'the operator links it',
  },
  LinkDeleting: { says: 'a link of ours is not asked for any more', next: 'the operator removes it' },
  LinkDiffers: {
    says: 'the network is linked to the zone in another way than this entry says, by somebody else or as another endpoint wants it',
    next: `make fallbackToInternet the same in every entry that names the network, and the same as the link has, or change the link; ${LOOKS_AGAIN}`,
  },
  LinkInProgress: { says: 'Azure is linking the network to the zone', next: 'the operator waits' },
  ListedReject: {
    says: 'spec.connections rejects this very endpoint, which outranks our own approval: it is neither approved nor made anew',
    next: 'take that entry out of spec.connections, or take the endpoint out of spec.endpoints',
  },
  NameTaken: {
    says: 'a private link service of this name belongs to another workspace',
    next: `choose another service.name in a new object, or remove that service; ${LOOKS_AGAIN}`,
  },
  NoPrivatePath: {
    says: 'other objects in this cluster need calls to the workspace, and the operator itself has no proven private path to it',
    next: `give the cluster an approved endpoint of this workspace and let its resolver answer with it; ${LOOKS_AGAIN}`,
  },
  NoProvenEndpoint: {
    says: 'no endpoint is approved and proven as inbound.requires says, and without a way in nobody is locked out',
    next: 'public access is denied as soon as one is',
  },
  NotRequested: {
    says: 'nobody who is meant by this entry asks to connect',
    next: 'the decision is made as soon as they do; nothing is to be done',
  },
  NotServedYet: {
    says: 'the spec asks for something that this version of the operator does not serve yet',
    next: 'take it out of the spec, or wait for a later version; nothing of it is done',
  },
  OutboundApplied: { says: 'access to the public internet is as the spec says', next: 'nothing is to be done' },
  OutboundApplying: { says: 'access to the public internet is not as the spec says', next: 'the operator sets it' },
  OutputsPublished: {
    says: 'the host names and addresses are in the ConfigMap that publishTo names',
    next: 'the operator keeps them current',
  },
  OutputsPublishing: {
    says: 'the ConfigMap that publishTo names does not say yet what it should',
    next: 'the operator writes it',
  },
  OutputsRefused: {
    says: 'the API server refuses to show the ConfigMap that publishTo names',
    next: `give the operator's service account get, create, patch and delete on ConfigMaps in this namespace, or take publishTo out of the spec; ${LOOKS_AGAIN}`,
  },
  OutputsUnwanted: { says: 'nothing is to be published', next: 'nothing is to be done' },
  OutputsWithdrawing: {
    says: 'a ConfigMap that is no longer asked for still bears what was published',
    next: 'the operator takes it back',
  },
  OwnerTagMissing: {
    says: 'by our annotation this object made it, but it does not carry our tag fabriclink-owner: the tag was taken off, or somebody made another one of this name; it is neither changed nor deleted',
    // describe-words.ts names the command and the annotation.
    next: `set the tag again, or take the annotation away to have it taken over as it is; ${LOOKS_AGAIN}`,
  },
  PlacementFits: { says: 'nothing that could be read speaks against its place', next: 'nothing is to be done' },
  PolicyReadRefused: {
    says: "the workspace's network policy cannot be read",
    next: `give the identity the Admin role on the workspace; ${LOOKS_AGAIN}`,
  },
  PolicyUnknown: {
    says: "the workspace's network policy has a value that this version does not know",
    next: 'set it to Allow or Deny in Fabric, or upgrade the operator',
  },
  PolicyWriteUnproven: {
    says: 'everything is in place to deny public access',
    next: 'the operator first writes the policy as it is, to prove that it may',
  },
  PreflightBlocks: {
    says: 'something in the workspace cannot be restricted',
    next: `see status.preflight for what to change; ${LOOKS_AGAIN}`,
  },
  PremiumCapacity: {
    says: 'the workspace is on a P, EM or A capacity, which has no workspace private links',
    next: `assign the workspace to an F capacity; ${LOOKS_AGAIN}`,
  },
  ProviderNotRegistered: {
    says: 'the subscription lacks a resource provider',
    // describe-words.ts puts the commands themselves in front, with what is missing and where.
    next: `register what is missing, or set registerProviders to true; ${LOOKS_AGAIN}`,
  },
  ProviderRegistering: {
    says: 'a resource provider is being registered in the subscription',
    next: 'the operator waits for Azure, minutes as a rule',
  },
  ReadRefused: {
    says: 'it cannot be read, and what cannot be seen is neither made nor removed',
    next: `see the message for what is missing; ${LOOKS_AGAIN}`,
  },
  RecordsDeleting: { says: 'records of ours are not wanted any more', next: 'the operator removes them' },
  RecordsFailed: {
    says: 'Azure could not write the records',
    next: 'the operator asks again every ten minutes; see the zone’s activity log in Azure',
  },
  RecordsWriting: { says: 'the records are not there yet', next: 'the operator has them written' },
  RejectedByList: {
    says: 'the requester is not connected, as the list says',
    next: 'nothing is to be done',
  },
  RejectionListed: {
    says: 'the request is listed for rejection',
    next: 'the operator rejects it',
  },
  Released: { says: 'nothing is left that is ours', next: 'nothing is to be done' },
  Releasing: { says: 'everything is taken down', next: 'the operator lets the object go' },
  RelockBlocked: {
    says: 'the workspace was opened to the public, by somebody else or for a time by break-glass, and it cannot be closed again safely: it stays OPEN',
    next: 'restore what the message names; the operator closes it as soon as that holds',
  },
  RequestDisconnected: {
    says: 'the connection was removed, and Azure never revives one',
    next: 'the requester deletes their private endpoint and makes it anew; this entry then approves it',
  },
  RequestRejected: {
    says: 'the request was rejected before, and Azure never revives one',
    next: 'the requester deletes their private endpoint and makes it anew; this entry then approves it',
  },
  RevocationListed: {
    says: 'the requester is connected and listed for rejection',
    next: 'the operator rejects the connection',
  },
  ServiceCreating: { says: 'the private link service is missing', next: 'the operator asks Azure for it' },
  ServiceDeleting: {
    says: 'the private link service is being deleted; while it exists Fabric refuses to delete the workspace',
    next: 'the operator waits for Azure',
  },
  ServiceElsewhere: {
    says: 'the workspace has a private link service already, under another name, and Fabric allows only one',
    next: `write its name and resource group into spec.service of a new object, or delete it; ${LOOKS_AGAIN}`,
  },
  ServiceFailed: {
    says: 'Azure could not finish the private link service',
    next: `see its activity log in Azure; ${LOOKS_AGAIN}, and asks anew if it made the service`,
  },
  ServiceProvisioning: {
    says: 'Azure is working on the private link service',
    next: 'the operator waits, half a minute as a rule',
  },
  ServiceQuotaReached: {
    says: 'the tenant has as many private link services as its quota allows',
    next: `delete services that nobody needs, or ask Microsoft for more by a support request and write the granted number into the annotation fabriclink.dev/quotas, such as \`services=800\`; ${LOOKS_AGAIN}`,
  },
  ServiceReady: { says: 'the private link service is ready', next: 'nothing is to be done' },
  SourceUnreadable: {
    says: 'the source workspace does not show its managed private endpoints to the operator, and without its word nothing is approved',
    next: `make the operator’s identity at least a Viewer of the source workspace, or give it a private path to it; ${LOOKS_AGAIN}`,
  },
  SubnetDelegated: {
    says: 'the subnet is delegated to another service and cannot host a private endpoint',
    next: 'remove this endpoint and add one with another name in a subnet without delegation',
  },
  SubnetFull: {
    says: 'the subnet has too few free addresses: an endpoint takes five, and ten should be reserved',
    next: `free addresses in the subnet, or enlarge it; ${LOOKS_AGAIN}`,
  },
  SubnetInOtherRegion: {
    says: 'the network of the subnet is in another region than the endpoint',
    next: 'remove this endpoint and add one with another name whose location is the network’s',
  },
  SubnetNotFound: {
    says: 'the subnet does not exist, or may not be seen',
    next: `create it, or give the identity read access; ${LOOKS_AGAIN}`,
  },
  SubnetTight: {
    says: 'the subnet has room for the endpoint, and fewer free addresses than the ten that should be reserved for one',
    next: 'the endpoint is created; enlarge the subnet before Fabric needs more addresses',
  },
  TakingOver: {
    says: "it bears another owner's mark, and adoptionPolicy Always says to take it over",
    next: 'the operator writes its own mark over that one',
  },
  TargetExists: {
    says: 'the ConfigMap that publishTo names exists, and was not made by this object',
    next: `choose another name, delete it, or hand it over with the label that is named here; ${LOOKS_AGAIN}`,
  },
  TenantBlocksPublicAccess: {
    says: 'the tenant blocks public internet access as a whole: the policy that closes this workspace could not be opened again',
    next: 'a Fabric administrator decides about the setting "Block Public Internet Access"',
  },
  TenantSettingOff: {
    says: 'the tenant setting that allows workspace-level network rules is off, and while it is Fabric enforces none of them',
    next: 'a Fabric administrator enables "Configure workspace-level inbound (or outbound) network rules"; it takes effect within 15 minutes',
  },
  TrialCapacity: {
    says: 'the workspace is on a trial capacity, which has no workspace private links',
    next: `assign the workspace to an F capacity; ${LOOKS_AGAIN}`,
  },
  Unobservable: {
    says: 'it cannot be read at the moment, and nothing is done on a guess',
    next: 'the operator tries again by itself',
  },
  UnsupportedCapacity: {
    says: 'the workspace is on a kind of capacity that has no workspace private links',
    next: `assign the workspace to an F capacity; ${LOOKS_AGAIN}`,
  },
  VnetLinkedElsewhere: {
    says: 'the network is linked to another zone of the same name, and Azure allows one',
    next: `name that zone as dns.zoneId, or remove its link; ${LOOKS_AGAIN}`,
  },
  WorkspaceHasNoCapacity: {
    says: 'the workspace is on no capacity',
    next: `assign the workspace to an F capacity; ${LOOKS_AGAIN}`,
  },
  WorkspaceNotFound: {
    says: 'the workspace does not exist, or the identity has no role on it',
    next: `check workspaceId, and give the identity the Admin role on the workspace; ${LOOKS_AGAIN}`,
  },
  ZoneConflict: {
    says: "another endpoint of this workspace has this zone: their zone groups would overwrite each other's records",
    next: 'give each endpoint its own zone, or set dns.mode to Records on both',
  },
  ZoneCreating: { says: 'the private DNS zone is missing', next: 'the operator asks Azure for it' },
  ZoneDeleting: { says: 'the private DNS zone is ours, unlinked and empty', next: 'the operator deletes it' },
  ZoneNotFound: {
    says: 'the zone that dns.zoneId names does not exist',
    next: `create it, or take dns.zoneId out to have one made; ${LOOKS_AGAIN}`,
  },
  ZoneNotLinked: {
    says: 'no network is linked to the zone, so nobody sees its records',
    next: `name the network in dns.virtualNetworkLinks, or link it; ${LOOKS_AGAIN}`,
  },
};
