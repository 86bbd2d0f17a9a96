import { FABRIC_DNS_SUFFIX } from '../desired-names.ts';
import type { Expected } from '../dns/observe-records.ts';
import type { EndpointBase } from '../endpoint/observe.ts';
import type { Reader } from '../reading.ts';
import type { DesiredDns, ProofFacts } from '../types.ts';
import { judge, PROVEN, type Verdict, type Yardstick } from './observe-answer.ts';
import { withTenantLink } from './observe-tenant-link.ts';

export type NamesQuestion = {
  dns: DesiredDns;
  base: EndpointBase;
  /** All endpoints of this object: an address may belong to another of them. */
  all: readonly EndpointBase[];
  expected: Expected;
};

/** What a person must hear first: a name that leads out to the internet is worse than one that leads nowhere. */
const WORST_FIRST: readonly ProofFacts['proof'][] = [
  'public',
  'mixed',
  'sibling',
  'tenantLevel',
  'tenantLikely',
  'otherPrivate',
  'hidden',
  'nxdomain',
  'failed',
  'timeout',
];
const MOST_SERVERS_SHOWN = 3;

type NameServer = { address: string; port: number };
type Finding = Verdict & { server: string };

/** Resolve: every name server asked must answer each of the five names with addresses of the endpoint, and no others. */
export async function observeNames(
  context: Reader,
  question: NamesQuestion,
): Promise<{ state: ProofFacts['proof']; detail?: string }> {
  const { nameservers } = question.dns.verify;
  // Asked one by one, because all of them must agree; none given means the operator's own resolver.
  const servers = nameservers.length > 0 ? nameservers.map((server) => [server]) : [[]];
  const findings = await Promise.all(
    servers.map(async (asked) => ({
      ...(await askServer(context, question, asked)),
      server: serverText(context, asked),
    })),
  );
  const wrong = findings.filter(({ state }) => state !== 'proven').toSorted(byWorst);
  return wrong.length === 0 ? { state: 'proven' } : { state: wrong[0]!.state, detail: told(wrong, findings) };
}

const byWorst = (one: Verdict, other: Verdict) => WORST_FIRST.indexOf(one.state) - WORST_FIRST.indexOf(other.state);

/** The servers that do not agree, the worst first, and then those that do: the difference is where to look. */
function told(wrong: readonly Finding[], all: readonly Finding[]): string {
  const right = all.filter(({ state }) => state === 'proven').map(({ server }) => server);
  const hidden = wrong.length - MOST_SERVERS_SHOWN;
  return [
    ...wrong.slice(0, MOST_SERVERS_SHOWN).map(({ server, detail }) => `at ${server} ${detail}`),
    ...(hidden > 0 ? [`${hidden} more name servers do not agree`] : []),
    ...(right.length > 0 ? [`${right.slice(0, MOST_SERVERS_SHOWN).join(' and ')} answers with the endpoint`] : []),
  ].join('; ');
}

/** The worst of the five names, and how many of them are like it. */
async function askServer(
  context: Reader,
  { dns, base, all, expected }: NamesQuestion,
  nameservers: readonly NameServer[],
): Promise<Verdict> {
  const { clouds } = context.deps;
  const ask = (name: string) =>
    clouds.dns.resolve4(name, { nameservers, timeoutMs: dns.verify.timeoutMs, signal: context.pass.signal });
  const isPrivate = (address: string) => clouds.dns.isPrivate(address);
  const ownerOf = ownersIn(base, all);
  const judged = await Promise.all(
    context.desired.hosts.map(async ({ record }) => {
      const name = `${record}${FABRIC_DNS_SUFFIX}`;
      return judge(await ask(name), { name, expected: expected.get(record) ?? [], isPrivate, ownerOf });
    }),
  );
  const verdicts = await withTenantLink(judged, context.desired.tenantId, isPrivate, ask);
  const worst = verdicts.filter(({ state }) => state !== 'proven').toSorted(byWorst)[0];
  if (!worst) return PROVEN;
  const alike = verdicts.filter(({ state }) => state === worst.state).length;
  return { ...worst, detail: alike === 1 ? worst.detail : `${worst.detail}; ${alike} of the five names are like that` };
}

/** Addresses of this object's endpoints, by whom they belong to. */
function ownersIn(base: EndpointBase, all: readonly EndpointBase[]): Yardstick['ownerOf'] {
  const owners = new Map<string, ReturnType<Yardstick['ownerOf']>>();
  for (const { desired, addresses = [] } of all) {
    for (const { address } of addresses) owners.set(address, { endpoint: 'another', says: `endpoint ${desired.name}` });
  }
  for (const { address, member } of base.addresses ?? []) {
    owners.set(address, { endpoint: 'this', says: `this endpoint's ${member}` });
  }
  return (address) => owners.get(address);
}

function serverText({ deps }: Reader, [asked]: readonly NameServer[]): string {
  if (asked) return `name server ${asked.port === 53 ? asked.address : `${asked.address}:${asked.port}`}`;
  const own = deps.clouds.dns.ownNameservers();
  return `the operator's own resolver (${own.slice(0, MOST_SERVERS_SHOWN).join(', ') || 'of the system'})`;
}
