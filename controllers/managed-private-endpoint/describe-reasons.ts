import type { Reason } from './types.ts';

/** `says`: what is the case. `next`: what happens next, or who must do what. Both continue a sentence. */
export type Wording = { says: string; next: string };

const LOOKS_AGAIN = 'the operator looks again every ten minutes';
/** With the workspace's id filled in where there is an object (describe-words.ts). */
const LIST_COMMAND =
  '`az rest --resource https://api.fabric.microsoft.com --url https://api.fabric.microsoft.com/v1/workspaces/<workspaceId>/managedPrivateEndpoints`';
const RECREATE =
  'settle with the owner of the target why, then set recreatePolicy to OnRejection (the endpoint is deleted and asked for again 15 minutes later), or delete this object';
const GRANT_TARGET =
  'give the credentials of the target’s side Microsoft.Fabric/privateLinkServicesForFabric/privateEndpointConnections read and write on the service, or set approval.mode to Manual and let a person approve';
const APPROVE_BY_HAND =
  'compare it with the endpoint in the settings of the source workspace, under Outbound networking';

/** Every reason once, for people. A new one does not compile until it is worded here. */
export const WORDING: Record<Reason, Wording> = {
  Abandoning: {
    says: 'the credentials did not come back, or a person gave up waiting for them',
    next: 'the operator writes down what is left and lets the object go',
  },
  Adopting: {
    says: 'the endpoint exists already, to the same target',
    next: 'the operator takes it over; nothing of it is changed',
  },
  AdoptionNever: {
    says: 'an endpoint of that name and target exists already, was not made by this object, and adoptionPolicy is Never',
    next: `delete it in the settings of the workspace, or set adoptionPolicy to IfIdentical; ${LOOKS_AGAIN}`,
  },
  AmbiguousConnection: {
    says: 'it cannot be told which connection on the target is the genuine one of this endpoint, and nothing is asked for or approved on a guess',
    next: `the owner of the target removes what is not genuine; ${LOOKS_AGAIN}`,
  },
  ApprovalConfirming: {
    says: 'the request is approved on the target, and Fabric has not shown that yet',
    next: 'Fabric shows it within 15 minutes; if it does not within 20, or cannot be asked for an hour, the approval is taken back',
  },
  ApprovalEnded: {
    says: 'an approval that Fabric had not confirmed does not stand on the target any more',
    next: 'the operator writes that down, and goes on',
  },
  ApprovalHeld: {
    says: 'an approval of this object stands on the target, Fabric has not confirmed it, and the WorkspacePrivateLink with whose credentials it was given is only observed by now: nothing is written on its behalf',
    next: `the owner of the target rejects the connection unless it is genuine; or set the managementPolicy of that WorkspacePrivateLink to Manage, or approval.credentialsRef of this object to credentials of the target’s side, and the operator takes it back; ${LOOKS_AGAIN}`,
  },
  ApprovalLeft: {
    says: 'an approval that Fabric never confirmed may still be on the target, which could not be looked at, or not be written to, for a day',
    next: 'the operator writes that down and lets the object go; the owner of the target removes the connection unless it is genuine',
  },
  ApprovalNotConfirmed: {
    says: 'an approval was taken back, because Fabric did not show within 20 minutes that it was for this endpoint, or could not be asked for an hour: somebody may have imitated the request',
    next: 'find out who made that private endpoint, and remove it from the target; then let a person approve the genuine request',
  },
  ApprovalUnproven: {
    says: 'the request was approved more than 20 minutes ago, and Fabric cannot be asked whether it was the genuine one',
    next: `give the identity a role on the source workspace, or a private path to it; an hour after the approval it is taken back all the same, and whoever doubts that it is genuine has the owner of the target reject it now; ${LOOKS_AGAIN}`,
  },
  ApprovalUntold: {
    says: 'Fabric lists the endpoint, and does not tell yet whether it waits for an approval',
    next: 'the operator looks again; it approves only what Fabric shows waiting',
  },
  Approved: { says: 'Fabric shows the endpoint approved', next: 'nothing is to be done' },
  ApprovedByOperator: { says: 'the request is approved, and Fabric has confirmed it', next: 'nothing is to be done' },
  ApprovedByOthers: {
    says: 'somebody else approved the connection on the target',
    next: 'the operator waits until Fabric shows it, up to 15 minutes',
  },
  Approving: { says: 'the request is identified as genuine', next: 'the operator approves it on the target' },
  AwaitingApproval: {
    says: 'the endpoint waits for the owner of the target to approve it',
    next: 'the owner of the target approves it in the Azure portal, Private Link Center, Pending connections',
  },
  AwaitingDecision: {
    says: 'the request is made, and the operator decides about it on the target',
    next: 'it is approved once it is identified, about a quarter of an hour after the request',
  },
  AwaitingRequest: {
    says: 'the endpoint is asked for, and its request has not shown up on the target yet',
    next: 'the operator waits; Fabric usually takes up to five minutes',
  },
  AwaitingTarget: { says: 'the target cannot be asked for yet', next: 'the operator waits for it' },
  CapacityPaused: {
    says: 'the capacity of the source workspace is paused',
    next: `resume the capacity in the Azure portal; ${LOOKS_AGAIN}`,
  },
  Claimed: {
    says: 'an older object names the same workspace and endpoint',
    next: 'delete one of the two, or choose another endpointName; this one takes its turn when the older one is gone',
  },
  Claiming: { says: 'the object is being taken in hand', next: 'the operator goes on at once' },
  ConnectionDisconnected: {
    says: 'the connection was removed on the target, from which Fabric never recovers',
    next: RECREATE,
  },
  ConnectionNotGenuine: {
    says: 'the connection on the target that bears the endpoint’s name cannot be its own',
    next: `${APPROVE_BY_HAND}; the owner of the target removes it if it is not genuine; ${LOOKS_AGAIN}`,
  },
  ConnectionRejected: {
    says: 'the owner of the target rejected the request, from which Fabric never recovers',
    next: RECREATE,
  },
  ConnectionSettling: {
    says: 'exactly one request bears the endpoint’s name',
    next: 'the operator approves it when it has been the only one for ten minutes, while Fabric shows the endpoint waiting',
  },
  ConnectionUnknown: {
    says: 'the connection is in a state that this version does not know',
    next: 'the operator looks again, and waits for a state that it knows',
  },
  CoolingDown: {
    says: 'an endpoint to the same target was deleted a moment ago, and Fabric takes no other request for 15 minutes',
    next: 'the operator asks as soon as they are over, at status.recreateAfter',
  },
  CredentialsLost: {
    says: 'the endpoint cannot be taken down for want of credentials',
    next: 'bring the credentials back',
  },
  EndpointDeleting: {
    says: 'Fabric is deleting the endpoint',
    next: 'the operator waits until it is gone, a few minutes',
  },
  EndpointGivenUp: {
    says: 'the endpoint cannot be looked at or does not go, and a person gave up waiting',
    next: 'the operator writes that down and lets the object go',
  },
  EndpointFailed: {
    says: 'Fabric could not make the endpoint: most often the sub-resource is not one of the target, or the target does not exist',
    next: 'check target.subresource and target.privateLinkResourceId (both immutable: delete this object and create it anew), or set recreatePolicy to OnRejection to have the same asked for again',
  },
  EndpointLost: { says: 'somebody else deleted the endpoint', next: 'the operator asks for it again after 15 minutes' },
  EndpointProvisioning: {
    says: 'Fabric is making the endpoint',
    next: 'the operator waits; it usually takes up to five minutes',
  },
  EndpointRecreating: {
    says: 'Fabric does not recover from the endpoint’s state, and recreatePolicy is OnRejection',
    next: 'the operator deletes it, waits 15 minutes and asks again',
  },
  EndpointRequesting: { says: 'the endpoint is asked for', next: 'the operator waits until Fabric shows it' },
  EndpointUnknown: {
    says: 'the endpoint is in a state that this version does not know',
    next: 'the operator looks again, and waits for a state that it knows',
  },
  EndpointUnlisted: {
    says: 'Fabric was asked for the endpoint minutes ago and does not list it',
    next: 'before the object goes, the operator waits five minutes for a list that lags, and deletes the endpoint if it shows up',
  },

  LedgerUnreadable: {
    says: 'the operator cannot read its own ledger, in which deletions are noted',
    next: 'the operator tries again by itself',
  },
  LeftoverDeleting: {
    says: 'the connection of an earlier request of this object is still on the target',
    next: 'the operator removes it, so that nobody takes it for the next one',
  },
  LinkDeleting: {
    says: 'the WorkspacePrivateLink that target names is being deleted',
    next: 'delete this object as well, or let the WorkspacePrivateLink be made anew',
  },
  LinkGone: {
    says: 'the WorkspacePrivateLink that target names does not exist any more, while the endpoint is connected as before: nobody in this cluster keeps the service that it leads to, and nothing could be made anew',
    next: 'create it again, and nothing else changes; or replace this object by one whose target.privateLinkResourceId names the service, with deletionPolicy Retain here, so that the endpoint stays; if the service is to go as well, delete this object',
  },
  LinkNotAllowed: {
    says: 'the WorkspacePrivateLink that target names does not allow this object to use it',
    next: 'its owner lists this namespace in spec.allowedSourceNamespaces; the operator notices at once',
  },
  LinkNotFound: {
    says: 'the WorkspacePrivateLink that target names does not exist',
    next: 'create it; the operator notices at once',
  },
  ListedReject: {
    says: 'spec.connections of the target WorkspacePrivateLink rejects this endpoint, which outranks everything here',
    next: 'its owner takes the entry away, or this object is deleted',
  },
  NameTaken: {
    says: 'the workspace has an endpoint of that name already, to another target',
    next: `delete that one in the settings of the workspace, under Outbound networking, or delete this object and choose another endpointName; ${LOOKS_AGAIN}`,
  },
  NoPrivatePath: {
    says: 'the source workspace denies public access, and the operator has no private path to it',
    next: `give the operator a private endpoint of the source workspace and the name resolution that goes with it, or allow inbound access; ${LOOKS_AGAIN}`,
  },
  NotNeededTargetPublic: {
    says: 'the target workspace is open to the public, so that the source workspace reaches it without a managed private endpoint, which would move the source to a managed network where Spark sessions start minutes later',
    next: `nothing is requested: delete this object, or deny public access to the target (spec.inbound.publicAccess: Deny of its WorkspacePrivateLink is enough, and noticed at once); otherwise the operator looks again every hour`,
  },
  NotServedYet: {
    says: 'the spec asks for something that this version of the operator does not serve yet',
    next: 'set approval.mode to Manual and let a person approve, or wait for a later version; nothing of it is done',
  },
  ReadRefused: {
    says: 'Fabric refused to list the endpoints of the workspace',
    next: `give the operator’s identity the role Admin under Manage access of the source workspace (Viewer is enough to see its endpoints, Admin makes and deletes them), and check workspaceId; whether it is enough shows, signed in as that identity, ${LIST_COMMAND}; ${LOOKS_AGAIN}`,
  },
  RecreationPaused: {
    says: 'the endpoint was made anew several times in a row, as recreatePolicy says, and ended in the same way each time: that is not a person who decides',
    next: 'find what does it; until then the operator asks ever more rarely',
  },
  Released: { says: 'the object is let go', next: 'nothing is to be done' },
  Releasing: { says: 'nothing is left to be taken down', next: 'the operator lets the object go' },
  RequestNotClean: {
    says: 'the operator did not see that the target was free of connections of this name before the request, so that it cannot identify the request by itself',
    next: 'a person approves it: the owner of the target compares it with the endpoint in the settings of the source workspace, and approves it in the Azure portal, Private Link Center, Pending connections',
  },
  RequestRejected: {
    says: 'the request is rejected on the target',
    next: RECREATE,
  },
  RequestDisconnected: {
    says: 'the connection on the target is disconnected',
    next: RECREATE,
  },
  SameWorkspace: {
    says: 'source and target are the same workspace, which reaches itself without an endpoint',
    next: 'delete this object and create one with another target',
  },
  ServiceNotFound: {
    says: 'the private link service of the target does not exist yet',
    next: 'the operator waits for it; the WorkspacePrivateLink of the target, or the target’s owner, makes it',
  },
  ServiceNotReady: {
    says: 'the private link service of the target is not ready',
    next: 'the operator waits for Azure',
  },
  SourceUnlistable: {
    says: 'the source workspace has no capacity, or is not there any more for the operator, and tells nothing of its endpoints',
    next: 'the endpoint was asked to be deleted by its id; the object is let go 15 minutes later, since nothing more can be seen',
  },
  SourceUnreadable: {
    says: 'Fabric cannot be asked whether the source workspace has such an endpoint',
    next: `make the operator’s identity an Admin of the source workspace; ${LOOKS_AGAIN}`,
  },
  TargetMoved: {
    says: 'the endpoint leads to another target than the spec means now',
    next: 'set recreatePolicy to OnRejection (it is deleted, and asked for anew 15 minutes later), or delete this object and create it anew',
  },
  TargetReady: { says: 'the target is there', next: 'nothing is to be done' },
  TargetTaken: {
    says: 'the workspace has an endpoint to the same target and sub-resource already, under another name',
    next: `if an object keeps that one, delete this object: one endpoint serves both; where nobody keeps that one here, take it over with a new object whose endpointName is its name, or delete it in the settings of the workspace, under Outbound networking; ${LOOKS_AGAIN}`,
  },
  TargetUnproven: {
    says: 'target.expectedWorkspaceId cannot be checked, because the private link service of the target cannot be read',
    next: `grant the object’s credentials Reader on the target’s service, or delete this object and create it without expectedWorkspaceId; nothing is requested on a guess; ${LOOKS_AGAIN}`,
  },
  TargetUnreadable: {
    says: 'the target’s connections cannot be read, and nothing is approved unseen',
    next: `${GRANT_TARGET}; ${LOOKS_AGAIN}`,
  },
  TargetWorkspaceDiffers: {
    says: 'the private link service of the target belongs to another workspace than target.expectedWorkspaceId says',
    next: 'correct the target: delete this object and create it with the right one; nothing is requested while they differ',
  },
  Unobservable: {
    says: 'something could not be read just now',
    next: 'the operator tries again by itself; nothing is done on a guess',
  },
  UnsupportedSku: {
    says: 'the capacity of the source workspace does not support managed private endpoints, or there is none',
    next: `assign the workspace to an F capacity; ${LOOKS_AGAIN}`,
  },
};
