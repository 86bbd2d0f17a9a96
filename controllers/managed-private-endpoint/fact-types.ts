import { APPROVAL_FACTS as ANY_APPROVAL_FACTS } from '../../operator/approval/fact-types.ts';

/**
 * What machines see: closed values only. `X_FACTS` lists every value of every fact, so that tests walk all
 * observations; the types are made from the lists.
 */
type FactsOf<D extends Record<string, readonly (boolean | string)[]>> = { readonly [K in keyof D]: D[K][number] };

/** Whether there is something to be reached, and whether it may be asked for. */
export const TARGET_FACTS = {
  /**
   * arm: the spec names a resource by its ARM id · allowed: it names a WorkspacePrivateLink of this namespace, or one
   * whose spec.allowedSourceNamespaces lists it · deleting: that object is being deleted · gone: it does not exist any
   * more, and Fabric shows the endpoint approved all the same.
   */
  reference: ['arm', 'allowed', 'missing', 'gone', 'notAllowed', 'deleting'],
  /**
   * The target's private link service, by ARM id: properties.provisioningState Succeeded, something else, or 404.
   * otherResource: the target is not of that type, and nothing of it is read · notAsked: the endpoint is there already.
   */
  service: ['notAsked', 'ready', 'notReady', 'absent', 'otherResource', 'unobservable', 'refused'],
  /**
   * properties.workspaceId of the service, else spec.workspaceId of the WorkspacePrivateLink, against
   * target.expectedWorkspaceId. unproven: there is an expectation, and nothing that could be read to hold against it.
   */
  workspace: ['asExpected', 'other', 'own', 'unproven'],
  /**
   * Inbound policy of the target's workspace. closing: a WorkspacePrivateLink of this cluster says Deny, whatever is so
   * by now · unknown: the target's side does not let us read it, and the service is the judge.
   */
  access: ['notAsked', 'closed', 'closing', 'open', 'unknown', 'unobservable'],
  /** An entry of the target WorkspacePrivateLink's spec.connections rejects this endpoint by name. */
  listed: ['none', 'rejected'],
  /**
   * Connections of the service that bear the endpoint's name, before it is asked for (design section 7, rule 2).
   * leftover: only what an earlier, proven request of this object left, and it is over · dead: all of them are over.
   */
  matches: ['notAsked', 'none', 'leftover', 'dead', 'present', 'unobservable', 'refused'],
  /** spec.approval.mode: who decides about the request. */
  approver: ['person', 'operator'],
} as const;
export type TargetFacts = FactsOf<typeof TARGET_FACTS>;

/** The managed private endpoint in its source workspace. */
export const ENDPOINT_FACTS = {
  /** Of objects that name one workspace and endpoint the oldest owns it; what this version does not serve is not begun. */
  standing: ['clear', 'older', 'notServed'],
  /** Our finalizer is on the object. */
  claimed: [true, false],
  /** Summary of the target's ladder: it may be asked for, or, where the endpoint exists, it is the expected one. */
  target: ['requestable', 'notRequestable'],
  /** The ledger's note of a deletion to the same target: Fabric takes no other request for 15 minutes (cloud-apis 12.1). */
  cooldown: ['over', 'before', 'unobservable'],
  /** Annotation requested-at, written before the POST. */
  request: ['none', 'noted'],
  /**
   * The row of that name in the workspace's list: provisioningState and connectionState.status.
   * nameTaken: it leads to another target · targetTaken: there is none, and another one leads to the same target and
   * sub-resource · provisioning: no connection state yet, for less than ten minutes since requested-at · pending: Pending,
   * or Provisioning for longer, which is how an endpoint looks that waits for its approval (12.3) · unobservable, refused:
   * the list could not be read · restricted: 403 RequestDeniedByInboundPolicy · unsupported: 400 UnsupportedSku ·
   * paused: CapacityNotInActiveState.
   */
  endpoint: [
    'absent',
    'nameTaken',
    'targetTaken',
    'provisioning',
    'pending',
    'approved',
    'rejected',
    'disconnected',
    'failed',
    'deleting',
    'unknown',
    'unobservable',
    'refused',
    'restricted',
    'unsupported',
    'paused',
  ],
  /**
   * Whose the row is, or was, by its id in the annotation endpoint. fresh: requested by us, and no id noted since ·
   * foreign: there is a row, and none of ours · none: there is no row, and there was none.
   */
  origin: ['created', 'adopted', 'fresh', 'foreign', 'none'],
  /** spec.adoptionPolicy: IfIdentical and Always are the same here, since nothing of an endpoint can be changed. */
  adoption: ['allowed', 'never'],
  /**
   * spec.recreatePolicy. paused: OnRejection, and what was made anew was rejected again at once, several times in a row
   * (annotation recreated): it is left alone for hours.
   */
  recreate: ['Never', 'OnRejection', 'paused'],
  /** As in the target's ladder. */
  listed: ['none', 'rejected'],
  /** As in the target's ladder. */
  approver: ['person', 'operator'],
} as const;
export type EndpointFacts = FactsOf<typeof ENDPOINT_FACTS>;

/** The operator's own decision about its request on the target: approval.mode Auto (design section 7, rule 2). */
export const APPROVAL_FACTS = {
  /** Annotation requested-at with the word that no match existed then; unclean, too, when the spec says Manual by now. */
  request: ['clean', 'unclean'],
  ...ANY_APPROVAL_FACTS,
  /**
   * Whose credentials reach the target. observed: those of a WorkspacePrivateLink that is only observed by now
   * (managementPolicy): nothing is written with them.
   */
  hand: ['free', 'observed'],
} as const;
export type ApprovalFacts = FactsOf<typeof APPROVAL_FACTS>;

/** Taking the endpoint down. */
export const REMOVAL_FACTS = {
  claimed: [true, false],
  /**
   * open: an approval of ours that Fabric has neither confirmed nor failed to confirm in time · left: the target could
   * not be looked at for a day since the deletion, or a person gave up.
   */
  approval: ['settled', 'open', 'left'],
  /** spec.deletionPolicy against what we noted: created by us, or adopted. */
  wish: ['delete', 'keep'],
  /**
   * The row in the workspace's list. other: a row of that name, and not the one that we noted · unlistable: the
   * workspace has no capacity (400 UnsupportedSku), or is not there for us, and tells nothing of its endpoints ·
   * unlisted: asked for minutes ago, and not listed: the list may lag · givenUp: the list cannot be read, or Fabric has
   * been deleting for longer than that takes, and a person gave up (annotation fabriclink.dev/abandon).
   */
  endpoint: [
    'absent',
    'unlisted',
    'present',
    'deleting',
    'other',
    'unlistable',
    'unobservable',
    'refused',
    'restricted',
    'givenUp',
  ],
  /** Annotation deleted-at: 15 minutes since we asked for the deletion of something that cannot be seen. */
  deletion: ['none', 'before', 'after'],
  /** The connection that was proven to be ours, still on the target although it is over. */
  leftover: ['none', 'present'],
} as const;
export type RemovalFacts = FactsOf<typeof REMOVAL_FACTS>;
