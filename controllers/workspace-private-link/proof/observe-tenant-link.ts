import type { DnsAnswer } from '../../../operator/clients/dns-types.ts';
import { FABRIC_DNS_SUFFIX } from '../desired-names.ts';
import type { Verdict } from './observe-answer.ts';

type Ask = (name: string) => Promise<DnsAnswer>;

/**
 * Whether private addresses that nobody here knows are those of the tenant-level private link, to which workspace names
 * lead where there is no other (cloud-apis 10.2). The same name server is asked for two names that only such a link
 * makes private: the one by which the vendor's instructions check it, and the global host. One of their very addresses
 * is the link's; a neighbour of one in the same /24 looks like it, and no more is said.
 *
 * A third name, which does not exist, keeps out servers that answer everything with one address (a captive portal, a
 * wildcard record): what that name leads to as well is evidence of nothing.
 */
export async function withTenantLink(
  verdicts: readonly Verdict[],
  tenantId: string,
  isPrivate: (address: string) => boolean,
  ask: Ask,
): Promise<readonly Verdict[]> {
  if (!verdicts.some(({ strangers }) => strangers.length > 0)) return verdicts;
  const own = `${tenantId.replaceAll('-', '').toLowerCase()}-api.privatelink.analysis.windows.net`;
  const names = [own, `api${FABRIC_DNS_SUFFIX}`];
  const [nothing, ...answers] = await Promise.all(
    [`no-such-name.fabriclink${FABRIC_DNS_SUFFIX}`, ...names].map(async (name) => addressesOf(await ask(name))),
  );
  const evidence = names.flatMap((name, index) =>
    answers[index]!.filter((address) => isPrivate(address) && !nothing!.includes(address)).map((address) => ({
      name,
      address,
    })),
  );
  return verdicts.map((verdict) => judged(verdict, evidence));
}

type Evidence = readonly { name: string; address: string }[];

function judged(verdict: Verdict, evidence: Evidence): Verdict {
  const { strangers, detail } = verdict;
  if (strangers.length === 0) return verdict;
  const same = strangers.map((address) => evidence.find((known) => known.address === address));
  if (same.every((known) => known !== undefined)) {
    return { ...verdict, state: 'tenantLevel', detail: `${detail}; ${same[0]!.name} has that address there, too` };
  }
  const near = strangers.map((address) => evidence.find((known) => networkOf(known.address) === networkOf(address)));
  if (near.every((known) => known !== undefined)) {
    const { name, address } = near[0]!;
    return {
      ...verdict,
      state: 'tenantLikely',
      detail: `${detail}; ${name} leads to ${address} there, in the same network`,
    };
  }
  return verdict;
}

const addressesOf = (answer: DnsAnswer): readonly string[] => (answer.kind === 'addresses' ? answer.addresses : []);
/** The /24 of an IPv4 address. */
const networkOf = (address: string): string => address.split('.').slice(0, 3).join('.');
