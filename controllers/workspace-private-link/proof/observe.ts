import { same } from '../desired-names.ts';
import { type Expected, recordAt, sameAddresses } from '../dns/observe-records.ts';
import { isSurplus } from '../dns/zone-users.ts';
import { type EndpointContext, settled } from '../reading.ts';
import type { DesiredDns, Fault, ProofFacts, VirtualNetworkLink } from '../types.ts';
import { type NamesQuestion, observeNames } from './observe-names.ts';

export type Proof = { state: ProofFacts['proof']; detail?: string; fault?: Fault };

type Question = Omit<NamesQuestion, 'expected'> & {
  /** What names should answer; undefined while addresses are unknown, and then nothing can be proven. */
  expected: Expected | undefined;
  links: readonly VirtualNetworkLink[] | undefined;
  /** What would make names answer is only being made. */
  isEarly: boolean;
};

/** One of the three proofs of design 4.1. */
export async function proofOf(context: EndpointContext, question: Question): Promise<Proof> {
  const { dns, expected, links, isEarly } = question;
  if (!expected || dns.verify.mode === 'None') return { state: 'unobservable' };
  if (dns.verify.mode === 'ControlPlane') return reads(context, dns, expected, links);
  // Who asks too early has resolvers remember the old answer, or that there is none, for minutes (cloud-apis 10.5).
  return isEarly ? { state: 'unobservable' } : observeNames(context, { ...question, expected });
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

const describe = (name: string, found: readonly string[], expected: readonly string[]) =>
  `${name} answers ${found.join(', ') || 'nothing'}, the endpoint has ${expected.join(', ')}`;
