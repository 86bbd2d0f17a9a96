/** One question to real name servers. */
export type DnsAnswer =
  | { kind: 'addresses'; addresses: readonly string[] }
  /** No such name. `alias`: the name itself is there, and leads by aliases to this one, which is not. */
  | { kind: 'nxdomain'; alias?: string }
  /** The name is there, without an address. */
  | { kind: 'nodata'; alias?: string }
  | { kind: 'timeout' }
  | { kind: 'failed'; code: string };

type Limits = { timeoutMs: number; signal: AbortSignal };

export interface DnsClient {
  /** A records of `name`, CNAMEs followed. `nameservers` empty: the operator's own resolver (FABRICLINK_NAMESERVERS or the system's). */
  resolve4(
    name: string,
    options: Limits & { nameservers: readonly { address: string; port: number }[] },
  ): Promise<DnsAnswer>;
  /** Every address, of either family, that a socket of the operator to this name may be led to. */
  lookup(name: string, limits: Limits): Promise<DnsAnswer>;
  /** The operator's own resolver, for people: `10.0.0.10` or `10.0.0.10:5353`. */
  ownNameservers(): readonly string[];
  /** Not reachable over the internet: RFC 1918, RFC 6598, and the ranges in FABRICLINK_PRIVATE_RANGES (Azure lets virtual networks use public ranges). */
  isPrivate(address: string): boolean;
}
