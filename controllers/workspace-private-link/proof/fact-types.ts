import { type Domain, type FactsOf } from '../fact-domain-types.ts';

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
