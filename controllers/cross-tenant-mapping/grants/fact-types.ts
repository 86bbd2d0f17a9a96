import type { Domain, FactsOf } from '../fact-domain-types.ts';

/** Each pair of a workspace and a principal is a ladder of its own: a grant that is stuck holds up no other. */
export const GRANT_FACTS = {
  /** Summary of the principal's ladder: it is known who gets the role. */
  principal: ['resolved', 'waiting'],
  /**
   * The principal in the workspace's role assignments. lastAdmin: it has another role than the wanted one, Admin, and
   * nobody else has that: Fabric changes it for nobody (cloud-apis 6) · restricted: 403 RequestDeniedByInboundPolicy.
   */
  assignment: ['notAsked', 'absent', 'asWanted', 'otherRole', 'lastAdmin', 'unobservable', 'refused', 'restricted'],
  /** Annotation granted.…: created: nothing was assigned when we asked for it · adopted: it was there already. */
  origin: ['none', 'created', 'adopted'],
  /** spec.adoptionPolicy. */
  adoption: ['IfIdentical', 'Always', 'Never'],
} as const satisfies Domain;
export type GrantFacts = FactsOf<typeof GRANT_FACTS>;

/** A noted grant that nobody asks for any more: its entry left the spec, the principal is another one, or the object goes. */
export const REVOCATION_FACTS = {
  /** revoke: created by us, or the deletion of adopted things is asked for · forget: it stays, and is no longer ours. */
  wish: ['revoke', 'forget'],
  /** settling: not listed, and asked for so lately that the list may not show it yet (cloud-apis 21, point 16). */
  assignment: ['absent', 'settling', 'present', 'lastAdmin', 'unobservable', 'refused', 'restricted'],
} as const satisfies Domain;
export type RevocationFacts = FactsOf<typeof REVOCATION_FACTS>;
