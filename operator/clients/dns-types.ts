/** One question to real name servers. */
export type DnsAnswer =
  | { kind: 'addresses'; addresses: readonly string[] }
  | { kind: 'nxdomain' }
  | { kind: 'nodata' }
  | { kind: 'timeout' }
  | { kind: 'failed'; code: string };

export interface DnsClient {
  /** A records of `name`, CNAMEs followed. `nameservers` empty: the operator's own resolver (FABRICLINK_NAMESERVERS or the system's). */
  resolve4(
    name: string,
    options: { nameservers: readonly { address: string; port: number }[]; timeoutMs: number; signal: AbortSignal },
  ): Promise<DnsAnswer>;
  /** Not reachable over the internet: RFC 1918, RFC 6598, and the ranges in FABRICLINK_PRIVATE_RANGES (Azure lets virtual networks use public ranges). */
  isPrivate(address: string): boolean;
}
