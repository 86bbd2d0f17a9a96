import type { DnsAnswer } from '../../operator/clients/dns-types.ts';
import { FABRIC_DNS_SUFFIX, same } from './desired-names.ts';
import type { EndpointBase } from './observe-endpoint.ts';
import { type Expected, recordAt, sameAddresses } from './observe-records.ts';
import { type EndpointContext, settled } from './reading.ts';
import type { DesiredDns, Fault, ProofFacts, VirtualNetworkLink } from './types.ts';
import { isSurplus } from './zone-users.ts';

export type Proof = { state: ProofFacts['proof']; detail?: string; fault?: Fault };

type Question = {
  dns: DesiredDns;
  base: EndpointBase;
  /** What names should answer; undefined while addresses are unknown, and then nothing can be proven. */
  expected: Expected | undefined;
  links: readonly VirtualNetworkLink[] | undefined;
};

/** One of the three proofs of design 4.1. */
export async function proofOf(context: EndpointContext, { dns, expected, links }: Question): Promise<Proof> {
  if (!expected || dns.verify.mode === 'None') return { state: 'unobservable' };
  return dns.verify.mode === 'Resolve' ? resolves(context, dns, expected) : reads(context, dns, expected, links);
}

/** ControlPlane: the records equal the interface's addresses, and a completed link makes them visible to somebody. */
async function reads(
  context: EndpointContext,
  dns: DesiredDns,
  expected: Expected,
  links: readonly VirtualNetworkLink[] | undefined,
): Promise<Proof> {
  if (!links) return { state: 'unobservable' };
  const right = (name: string, found: readonly string[]) => sameAddresses(found, expected.get(name) ?? []);
  const names = context.desired.hosts.map(({ record }) => record);
  const records = await settled(
    context,
    'the records of the zone',
    (call) => context.clients.arm.privateDns.records(dns.zoneId, call),
    (all) => names.every((name) => right(name, recordAt(all, name)?.addresses ?? [])),
  );
  if (records.fault) return { state: 'unobservable', fault: records.fault };
  const wrong = names.find((name) => !right(name, recordAt(records.value, name)?.addresses ?? []));
  if (wrong !== undefined) {
    const found = recordAt(records.value, wrong)?.addresses ?? [];
    return { state: 'mismatch', detail: describe(wrong, found, expected.get(wrong) ?? []) };
  }
  return showsTheZone(context, dns, links) ? { state: 'proven' } : { state: 'unlinked' };
}

/**
 * Each network that the spec names, or any if it names none: what somebody else's network sees proves nothing about
 * ours, and neither does a link that is about to go.
 */
function showsTheZone(context: EndpointContext, dns: DesiredDns, links: readonly VirtualNetworkLink[]): boolean {
  const completed = links.filter(({ state }) => state === 'Completed');
  if (dns.links.length === 0) return completed.some((link) => !isSurplus(context, dns.zoneId, link));
  return dns.links.every((wanted) =>
    completed.some(({ virtualNetworkId }) => same(virtualNetworkId, wanted.virtualNetworkId)),
  );
}

/** What a person must hear first: a name that leads out to the internet is worse than one that leads nowhere. */
const WORST_FIRST = ['public', 'otherPrivate', 'nxdomain', 'mismatch', 'timeout'] as const;

/** Resolve: every name server asked must answer each of the five names with the endpoint's addresses. */
async function resolves(context: EndpointContext, dns: DesiredDns, expected: Expected): Promise<Proof> {
  const { nameservers, timeoutMs } = dns.verify;
  // Asked one by one, because all of them must agree; none given means the operator's own resolver.
  const servers = nameservers.length > 0 ? nameservers.map((server) => [server]) : [[]];
  const questions = context.desired.hosts.flatMap(({ record }) => servers.map((asked) => ({ record, asked })));
  const proofs = await Promise.all(
    questions.map(async ({ record, asked }): Promise<Proof> => {
      const answer = await context.deps.clouds.dns.resolve4(record + FABRIC_DNS_SUFFIX, {
        nameservers: asked,
        timeoutMs,
        signal: context.pass.signal,
      });
      const server = asked[0] ? ` at name server ${asked[0].address}` : '';
      return judge(context, record, answer, expected.get(record) ?? [], server);
    }),
  );
  for (const state of WORST_FIRST) {
    const found = proofs.find((proof) => proof.state === state);
    if (found) return found;
  }
  return { state: 'proven' };
}

function judge(
  context: EndpointContext,
  record: string,
  answer: DnsAnswer,
  expected: readonly string[],
  server: string,
): Proof {
  const name = `${record}${FABRIC_DNS_SUFFIX}`;
  switch (answer.kind) {
    case 'nxdomain':
    case 'nodata':
      return { state: 'nxdomain', detail: `${name} is unknown${server}` };
    case 'timeout':
      return { state: 'timeout', detail: `no answer about ${name}${server}` };
    case 'failed':
      return { state: 'timeout', detail: `the question about ${name} failed with ${answer.code}${server}` };
    case 'addresses':
      break;
    default:
      return answer satisfies never;
  }
  const strange = answer.addresses.filter((address) => !expected.includes(address));
  if (strange.length === 0 && answer.addresses.length > 0) return { state: 'proven' };
  const isPublic = strange.some((address) => !context.deps.clouds.dns.isPrivate(address));
  const state = isPublic ? 'public' : strange.length > 0 ? 'otherPrivate' : 'nxdomain';
  return { state, detail: describe(`${name}${server}`, answer.addresses, expected) };
}

const describe = (name: string, found: readonly string[], expected: readonly string[]) =>
  `${name} answers ${found.join(', ') || 'nothing'}, the endpoint has ${expected.join(', ')}`;
