import type { Reason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from './describe-wording.ts';

/** About who may connect, and how that was decided. */
export const CONNECTIONS_WORDING = {
  AmbiguousConnection: {
    says: 'it cannot be told which request is the genuine one of this managed private endpoint, and nothing is approved on a guess',
    next: `remove every request that is not genuine; ${LOOKS_AGAIN}, and goes on once exactly one is left`,
  },
  ApprovalConfirming: {
    says: 'the managed private endpoint is approved, and Fabric has not shown the description of the approval yet',
    next: 'the operator waits for Fabric, up to 20 minutes; without that proof the connection is rejected again',
  },
  ApprovalEnded: {
    says: 'an approval that Fabric had not confirmed does not stand on the service any more',
    next: 'the operator writes that down, and goes on',
  },
  ApprovalListed: {
    says: 'the request is listed for approval',
    next: 'the operator approves it',
  },
  ApprovalNotConfirmed: {
    says: 'an approval was taken back, because Fabric did not confirm it within 20 minutes, or could not be asked for an hour: the request may have been an imitation',
    next: `find out who made that private endpoint, and remove its connection; nobody of that name is approved until a person takes the annotation away that says so (the status has the command); ${LOOKS_AGAIN}`,
  },
  ApprovalPending: {
    says: 'the connection is requested',
    next: "the operator approves it on the service, because its ARM id is this object's own",
  },
  ApprovalUnproven: {
    says: 'the managed private endpoint is approved, and whether Fabric confirms it cannot be read',
    next: `give the identity a role on the source workspace, or a private path to it; an hour after the approval it is taken back all the same; or reject the connection now; ${LOOKS_AGAIN}`,
  },
  ApprovalUnseen: {
    says: 'a managed private endpoint was approved that no entry of spec.connections lists any more, Fabric has not confirmed it, and the service does not show it approved',
    next: 'the operator looks again, and takes the approval back if it shows; twenty minutes after it the note of it is dropped',
  },
  ApprovalUntold: {
    says: 'Fabric lists the managed private endpoint, and does not tell yet whether it waits for an approval',
    next: 'the operator looks again; it approves only what Fabric shows waiting',
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
  RecreationPaused: {
    says: 'the endpoint was made anew several times in a row, as recreatePolicy says, and its connection ended in the same way each time: that is not a person who decides',
    next: 'find what does it; until then the operator asks ever more rarely',
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
  DecidedByEndpoint: {
    says: 'it is one of the endpoints of this object',
    next: 'its own ladder approves it; this entry adds nothing',
  },
  DecisionsContradict: {
    says: 'another entry of spec.connections rejects the same requester, and Reject outranks Approve',
    next: 'remove one of the two entries',
  },
  ListedReject: {
    says: 'spec.connections rejects this very endpoint, which outranks our own approval: it is neither approved nor made anew',
    next: 'take that entry out of spec.connections, or take the endpoint out of spec.endpoints',
  },
  NotRequested: {
    says: 'nobody who is meant by this entry asks to connect',
    next: 'the decision is made as soon as they do; nothing is to be done',
  },
  RejectedByList: {
    says: 'the requester is not connected, as the list says',
    next: 'nothing is to be done',
  },
  RejectionListed: {
    says: 'the request is listed for rejection',
    next: 'the operator rejects it',
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
  SourceUnreadable: {
    says: 'the source workspace does not show its managed private endpoints to the operator, and without its word nothing is approved',
    next: `make the operator’s identity at least a Viewer of the source workspace, or give it a private path to it; ${LOOKS_AGAIN}`,
  },
} satisfies Partial<Record<Reason, Wording>>;
