import type { Reason } from '../types.ts';
import type { Wording } from './describe-wording.ts';

const CACHES = 'caches forget within minutes, and the operator looks again; if this stays';
const SEES_OUR_ZONE =
  'link the zone of this endpoint to the network that the name server serves (dns.virtualNetworkLinks), or have it forward privatelink.fabric.microsoft.com and fabric.microsoft.com to a resolver in a linked network';

/** What names answer, and what to do about it. */
export const NAMES_WORDING = {
  DnsAnswersLikeTenantLevel: {
    says: "the names resolve to private addresses that are not this endpoint's, and look like those of the tenant-level private link",
    next: `${CACHES}, ${SEES_OUR_ZONE}; where both kinds of private link are, that of the workspace wins`,
  },
  DnsAnswersMismatch: {
    says: "the zone does not hold the endpoint's addresses",
    next: 'the operator looks again in a moment; if this stays, see who else writes records into the zone',
  },
  DnsAnswersMixed: {
    says: 'the names resolve to the endpoint and to other addresses at once, and each connection may take either',
    next: `${CACHES}, take the addresses that are not the endpoint's out of the record sets that this name server answers from`,
  },
  DnsAnswersOtherEndpoint: {
    says: 'the names resolve to another endpoint of this object',
    next: `${CACHES}, the name server serves the network of that endpoint: name one that serves this endpoint's network in dns.verify.nameservers, or ${SEES_OUR_ZONE}`,
  },
  DnsAnswersOtherPrivate: {
    says: "the names resolve to private addresses that are not what this endpoint has for them, as with another endpoint's zone or with records of one that is gone",
    next: `${CACHES}, find the zone that holds these addresses and remove its records, or ${SEES_OUR_ZONE}`,
  },
  DnsAnswersPublic: {
    says: 'the names still resolve to public addresses: the name server does not see the zone of this endpoint',
    next: `${CACHES}, ${SEES_OUR_ZONE}`,
  },
  DnsAnswersTenantLevel: {
    says: 'the names resolve to the tenant-level private link',
    next: `${CACHES}, ${SEES_OUR_ZONE}; where both kinds of private link are, that of the workspace wins`,
  },
  DnsInPlace: { says: 'zone, links and records are as the spec says', next: 'nothing is to be done' },
  DnsNameHidden: {
    says: 'the name server sees another zone privatelink.fabric.microsoft.com, which lacks the names and does not fall back to the internet: that of another workspace, as a rule',
    next: `${CACHES}, name that zone as dns.zoneId to have the records written there, or link this endpoint's zone to the network in its place; for names of other workspaces set fallbackToInternet on its link (\`az network private-dns link vnet update --resolution-policy NxDomainRedirect\`)`,
  },
  DnsNameUnknown: {
    says: 'the names do not exist for the name server, not even as public names',
    next: `${CACHES}, let the name server resolve public names of fabric.microsoft.com (forward them to 168.63.129.16 in Azure), and check that the workspace still exists`,
  },
  DnsNotVerified: {
    says: 'DNS is NOT proven, because verify.mode is None',
    next: 'set verify.mode to ControlPlane or Resolve to have it proven; until then a person answers for it',
  },
  DnsProven: { says: 'the five names lead to the endpoint', next: 'nothing is to be done' },
  DnsServerFails: {
    says: 'the name server answers with an error',
    next: 'the operator asks again; if this stays, check that the name server accepts questions from the operator (REFUSED) and reaches those that it forwards to (SERVFAIL)',
  },
  DnsTimeout: {
    says: 'the name server does not answer',
    next: 'the operator asks again; if this stays, check that the operator reaches it over UDP and TCP, or choose verify.mode ControlPlane',
  },
} as const satisfies Partial<Record<Reason, Wording>>;
