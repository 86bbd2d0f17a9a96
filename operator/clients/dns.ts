import { Resolver as CallbackResolver, type LookupAddress, lookup as systemLookup } from 'node:dns';
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
/** Azure's chains are shorter; one that goes in circles ends here. */
const MOST_ALIASES = 4;

/**
 * What name servers answer, without the cache of the system's resolver: each call asks anew. Packets are c-ares's
 * business: it drops those that answer another question or come from elsewhere, and asks over TCP what was cut off.
 */
export function createDnsClient(options: DnsOptions): DnsClient {
  const ranges = [...ALWAYS_PRIVATE, ...options.privateRanges].map((range) => ipaddr.parseCIDR(range));
  const lookupOfSockets = lookupThrough(options.nameservers) ?? systemLookup;
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
        const answer = await resolver.resolve4(name).then(foundAnswer, failedAnswer);
        signal.throwIfAborted();
        if (answer.kind !== 'nxdomain' && answer.kind !== 'nodata') return answer;
        const alias = await aliasOf(resolver, name, timeoutMs);
        signal.throwIfAborted();
        return alias === undefined ? answer : { ...answer, alias };
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    async lookup(name, { timeoutMs, signal }) {
      signal.throwIfAborted();
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      return new Promise<DnsAnswer>((resolve, reject) => {
        limit.addEventListener(
          'abort',
          () => (signal.aborted ? reject(signal.reason as Error) : resolve({ kind: 'timeout' })),
          { once: true },
        );
        lookupOfSockets(name, { all: true }, (error, found) => {
          if (error) return resolve(failedAnswer(error));
          return resolve(foundAnswer((found as LookupAddress[]).map(({ address }) => plainAddress(address))));
        });
      });
    },
    ownNameservers: () =>
      options.nameservers.length > 0
        ? options.nameservers.map(({ address, port }) => (port === 53 ? address : serverText({ address, port })))
        : new Resolver().getServers(),
    isPrivate(address) {
      if (!ipaddr.isValid(address)) return false;
      const parsed = ipaddr.process(address);
      return ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match([base, bits]));
    },
  };
}

/** The last name of the chain of aliases, as far as the server shows it; undefined when the name is no alias, or nobody says. */
async function aliasOf(resolver: Resolver, name: string, timeoutMs: number): Promise<string | undefined> {
  // The whole chain within the time of one question.
  const limit = setTimeout(() => resolver.cancel(), timeoutMs);
  let alias: string | undefined;
  try {
    for (let step = 0; step < MOST_ALIASES; step += 1) {
      const [target] = await resolver.resolveCname(alias ?? name);
      if (target === undefined) break;
      alias = target.toLowerCase();
    }
  } catch {
    // No further alias, or no answer about it: what is known so far is all that there is to say.
  } finally {
    clearTimeout(limit);
  }
  return alias;
}

/** One spelling for one address: an IPv4 address that a socket shows in IPv6 is still that address. */
export function plainAddress(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
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

/** An alias that leads to no address comes as an empty list, not as an error. */
const foundAnswer = (addresses: readonly string[]): DnsAnswer =>
  addresses.length > 0 ? { kind: 'addresses', addresses } : { kind: 'nodata' };

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
      return { kind: 'failed', code: code.replace(/^E(?!AI_)/, '') };
  }
}

function serverText({ address, port }: NameServer): string {
  return ipaddr.parse(address).kind() === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`;
}
