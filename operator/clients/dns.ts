import { Resolver as CallbackResolver, type LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { DnsAnswer, DnsClient } from './dns-types.ts';

export type NameServer = { address: string; port: number };

export type DnsOptions = {
  /** FABRICLINK_NAMESERVERS; empty: the system's. */
  nameservers: readonly NameServer[];
  /** FABRICLINK_PRIVATE_RANGES: CIDRs that count as private beside RFC 1918 and RFC 6598. */
  privateRanges: readonly string[];
};

const ALWAYS_PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/** What name servers answer, without the cache of the system's resolver: each call asks anew. */
export function createDnsClient(options: DnsOptions): DnsClient {
  const ranges = [...ALWAYS_PRIVATE, ...options.privateRanges].map((range) => ipaddr.parseCIDR(range));
  return {
    async resolve4(name, { nameservers, timeoutMs, signal }) {
      signal.throwIfAborted();
      // One attempt: asking again is the queue's business, and a doubled time-out would be a lie to the caller.
      const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
      const servers = nameservers.length > 0 ? nameservers : options.nameservers;
      if (servers.length > 0) resolver.setServers(servers.map(serverText));
      const cancel = () => resolver.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        // Over several servers c-ares tries one after the other, each for its own time-out.
        return { kind: 'addresses', addresses: await resolver.resolve4(name) };
      } catch (error) {
        signal.throwIfAborted();
        return failedAnswer(error);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    isPrivate(address) {
      if (!ipaddr.isValid(address)) return false;
      const parsed = ipaddr.process(address);
      return ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match([base, bits]));
    },
  };
}

/**
 * Name resolution for sockets by the operator's own resolver, so that a proof of the private path and the path itself
 * ask the same name servers. Undefined without configured name servers: the system's resolver is then the operator's.
 */
export function lookupThrough(nameservers: readonly NameServer[]): LookupFunction | undefined {
  if (nameservers.length === 0) return undefined;
  const resolver = new CallbackResolver({ timeout: 3_000, tries: 2 });
  resolver.setServers(nameservers.map(serverText));
  return (hostname, lookupOptions, callback) => {
    const reply = (addresses: readonly string[]) => {
      const found: LookupAddress[] = addresses.map((address) => ({
        address,
        family: ipaddr.parse(address).kind() === 'ipv4' ? 4 : 6,
      }));
      if (lookupOptions.all) callback(null, found);
      else callback(null, found[0]!.address, found[0]!.family);
    };
    if (ipaddr.isValid(hostname)) {
      reply([hostname]);
      return;
    }
    resolver.resolve4(hostname, (error, addresses) => {
      if (error) callback(error, '', 0);
      else reply(addresses);
    });
  };
}

function failedAnswer(error: unknown): DnsAnswer {
  const code = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
  switch (code) {
    case 'ENOTFOUND':
      return { kind: 'nxdomain' };
    case 'ENODATA':
      return { kind: 'nodata' };
    case 'ETIMEOUT':
      return { kind: 'timeout' };
    default:
      // EREFUSED, ESERVFAIL, ECONNREFUSED, EFORMERR, …: the server is there and does not help, or is not there.
      return { kind: 'failed', code: code.replace(/^E/, '') };
  }
}

function serverText({ address, port }: NameServer): string {
  return ipaddr.parse(address).kind() === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`;
}
