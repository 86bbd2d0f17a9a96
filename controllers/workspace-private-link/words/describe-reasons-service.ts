import type { Reason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from './describe-wording.ts';

/** About the object as a whole and its private link service. */
export const SERVICE_WORDING = {
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
  AwaitingAccess: {
    says: 'nothing is taken down before public access is as the spec and onDelete say, and has had about 15 minutes to take effect',
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
  AwaitingRecords: {
    says: 'names are asked about once zone, links and records are in place',
    next: 'the operator waits for them',
  },
  AwaitingService: { says: 'the private link service is not ready yet', next: 'the operator goes on once it is' },
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
  CorrectingDrift: { says: 'it is not as the spec says', next: 'the operator corrects it' },
  ForeignOwner: {
    says: 'the tag fabriclink-owner says that another object, perhaps of another cluster, owns it',
    next: `delete that object; if it no longer exists, remove the tag, or set adoptionPolicy to Always to take it over where it fits; ${LOOKS_AGAIN}`,
  },
  LedgerUnreadable: {
    says: 'what is left behind must be written down first, and the ledger cannot be read',
    next: 'the operator tries again by itself',
  },
  NameTaken: {
    says: 'a private link service of this name belongs to another workspace',
    next: `choose another service.name in a new object, or remove that service; ${LOOKS_AGAIN}`,
  },
  OwnerTagMissing: {
    says: 'by our annotation this object made it, but it does not carry our tag fabriclink-owner: the tag was taken off, or somebody made another one of this name; it is neither changed nor deleted',
    // describe-words.ts names the command and the annotation.
    next: `set the tag again, or take the annotation away to have it taken over as it is; ${LOOKS_AGAIN}`,
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
  Released: { says: 'nothing is left that is ours', next: 'nothing is to be done' },
  Releasing: { says: 'everything is taken down', next: 'the operator lets the object go' },
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
  TakingOver: {
    says: "it bears another owner's mark, and adoptionPolicy Always says to take it over",
    next: 'the operator writes its own mark over that one',
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
  WorkspaceHasNoCapacity: {
    says: 'the workspace is on no capacity',
    next: `assign the workspace to an F capacity; ${LOOKS_AGAIN}`,
  },
  WorkspaceNotFound: {
    says: 'the workspace does not exist, or the identity has no role on it',
    next: `check workspaceId, and give the identity the Admin role on the workspace; ${LOOKS_AGAIN}`,
  },
} satisfies Partial<Record<Reason, Wording>>;
