const SWITCHES = [
  /** A link that is still InProgress does not answer yet. */
  'waitForCompletedLink',
  /** A linked zone hides the public answer for names that it lacks, unless the link falls back (cloud-apis section 10.2). */
  'hideUnlistedNames',
  /** A network's answers differ from the public ones. */
  'splitHorizon',
] as const;

export type DnsConduct = {
  switches: Record<(typeof SWITCHES)[number], boolean>;
  /** Seconds. */
  publicTtl: number;
};

export function publishedDnsConduct(): DnsConduct {
  return {
    switches: Object.fromEntries(SWITCHES.map((name) => [name, true])) as DnsConduct['switches'],
    publicTtl: 60,
  };
}
