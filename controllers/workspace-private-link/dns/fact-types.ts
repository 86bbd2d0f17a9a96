import { type Domain, type FactsOf } from '../fact-domain-types.ts';

export const DNS_FACTS = {
  /** Summary of the endpoint ladder: requested and approved. */
  endpoint: ['approved', 'notYet'],
  /** spec.endpoints[].dns.mode. */
  wanted: ['none', 'ZoneGroup', 'Records'],
  /** The private DNS zone (cloud-apis 10.5). conflict: two endpoints of this workspace want one zone · unnoted: shared in this cluster, and not yet written down · unadopted: not given, not this cluster's, and adoptionPolicy is Never. */
  zone: ['present', 'unnoted', 'unadopted', 'absent', 'givenAbsent', 'conflict', 'unobservable', 'refused'],
  /**
   * All wanted virtual network links together, the worst first. elsewhere: the network is linked to another zone of that
   * name · unnoted: made in this cluster for another object, in a zone that is not ours, and not yet written down here · surplus: we made it, and nobody asks for it any more · last: surplus, and without it nobody sees the zone, or nobody of whom it is known ·
   * differs: somebody else's, or wanted otherwise by another endpoint · takeable: somebody else's, and adoptionPolicy is
   * Always · unadopted: somebody else's, and adoptionPolicy is Never.
   */
  links: [
    'met',
    'missing',
    'drifted',
    'surplus',
    'last',
    'unnoted',
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
