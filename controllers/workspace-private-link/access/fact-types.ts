import { ACTION, type Domain, type FactsOf } from '../fact-domain-types.ts';

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
