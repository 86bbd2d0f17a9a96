/**
 * What is known of the one connection that an approval is about, in closed values: the facts that every ladder has which
 * approves managed private endpoints by itself (design section 7, rule 2). Stated once, because a slip in one copy would
 * be an approval too many.
 */
export const APPROVAL_FACTS = {
  /**
   * Connections whose private endpoint id ends in `{workspaceId}.{name}`, in any state, as `matchManagedEndpoint` sorts
   * them. rejected: a list outranks us, and rejects one of them.
   */
  match: ['none', 'one', 'several', 'implausible', 'otherSubscription', 'rejected', 'unobservable', 'refused'],
  /** privateLinkServiceConnectionState.status of the one that we approved, else of the only one. */
  connection: ['none', 'pending', 'approved', 'rejected', 'disconnected', 'other'],
  /**
   * By our mark in its description, or by the note that was written before the approval. given: noted as approved, and the
   * target shows it pending, for less than 20 minutes · fresh: approved, for less than 20 minutes · overdue: for longer ·
   * expired: noted, for an hour, and Fabric has answered, or
   * refuses to · confirmed: Fabric has shown our own words since ·
   * ended: noted as approved, and the target shows that it is over, or was never given · revoked: taken back by us.
   */
  approval: ['notOurs', 'given', 'fresh', 'overdue', 'expired', 'confirmed', 'ended', 'revoked'],
  /** What Fabric shows of the endpoint in its source workspace: `fabricWord`. refused: not readable for us. */
  fabric: [
    'absent',
    'otherTarget',
    'provisioning',
    'pending',
    'echoed',
    'approved',
    'ended',
    'untold',
    'unknown',
    'unobservable',
    'refused',
  ],
  /**
   * The note of since when this very request has been the only one, while Fabric showed the endpoint waiting: ten minutes
   * are wanted. broken: it no longer is.
   */
  settle: ['none', 'before', 'after', 'broken'],
} as const;

type Domain = typeof APPROVAL_FACTS;
export type ApprovalFacts = { readonly [K in keyof Domain]: Domain[K][number] };
