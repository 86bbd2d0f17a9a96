import { allOn, type Evidence } from '../evidence.ts';

/** What name servers of networks do (cloud-apis section 10.2); a contract case exists for each. */
export const DNS_EVIDENCE = {
  /** A link that is still InProgress does not answer yet. */
  waitForCompletedLink: 'I',
  /** A linked zone hides the public answer for names that it lacks, unless the link falls back. */
  hideUnlistedNames: 'D',
  /** A network's answers differ from the public ones. */
  splitHorizon: 'D',
  /** Where only a tenant-level link is, workspace names lead to its address. */
  leadToTenantLink: 'D',
  /** Answers live in the resolver for their lifetime, absences for the minimum of the zone's SOA. */
  cacheAnswers: 'G',
} as const satisfies Record<string, Evidence>;

export type DnsSwitch = keyof typeof DNS_EVIDENCE;

export type DnsConduct = {
  switches: Record<DnsSwitch, boolean>;
  /** Seconds. */
  publicTtl: number;
};

export function publishedDnsConduct(): DnsConduct {
  return { switches: allOn(DNS_EVIDENCE), publicTtl: 60 };
}
