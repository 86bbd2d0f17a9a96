import type { DnsAnswer } from '../../../operator/clients/dns-types.ts';
import { ZONE_NAME } from '../desired-names.ts';
import type { ProofFacts } from '../types.ts';

/** What one answer, or the worst of several, says about the way to the endpoint. */
export type Verdict = {
  state: ProofFacts['proof'];
  /** In words; empty when there is nothing to say. */
  detail: string;
  /** Private addresses that nobody here knows: what they belong to is worth another question. */
  strangers: readonly string[];
};

/** What an answer is held against. */
export type Yardstick = {
  name: string;
  expected: readonly string[];
  isPrivate: (address: string) => boolean;
  /** The owner of an address of this object, as a person would say it; undefined for addresses of others. */
  ownerOf: (address: string) => { endpoint: 'this' | 'another'; says: string } | undefined;
};

const MOST_SHOWN = 4;

export const PROVEN: Verdict = { state: 'proven', detail: '', strangers: [] };

export function judge(answer: DnsAnswer, yardstick: Yardstick): Verdict {
  const { name } = yardstick;
  const verdict = (state: Verdict['state'], detail: string): Verdict => ({ state, detail, strangers: [] });
  switch (answer.kind) {
    case 'nxdomain':
    case 'nodata': {
      const lack = answer.kind === 'nxdomain' ? 'does not exist' : 'has no address';
      // The public alias is there, so what is missing is missing in a zone that stands before the public one.
      return answer.alias?.endsWith(`.${ZONE_NAME}`)
        ? verdict('hidden', `${name} leads to ${answer.alias}, which ${lack}`)
        : verdict('nxdomain', `${name} ${lack}`);
    }
    case 'timeout':
      return verdict('timeout', `no answer about ${name}`);
    case 'failed':
      return answer.code === 'CONNREFUSED'
        ? verdict('timeout', `nobody listens for the question about ${name}`)
        : verdict('failed', `the question about ${name} was answered with ${answer.code}`);
    case 'addresses':
      return judgeAddresses(answer.addresses, yardstick);
    default:
      return answer satisfies never;
  }
}

function judgeAddresses(found: readonly string[], { name, expected, isPrivate, ownerOf }: Yardstick): Verdict {
  const wrong = found.filter((address) => !expected.includes(address)).toSorted();
  if (found.length === 0) return { state: 'nxdomain', detail: `${name} has no address`, strangers: [] };
  if (wrong.length === 0) return PROVEN;
  const owned = (address: string) => {
    const owner = ownerOf(address);
    return owner ? `${address} (${owner.says})` : address;
  };
  // Sorted: servers turn their answers around, and a text that turns with them says that something happened.
  const shown = listed(found.toSorted().map(owned));
  const detail = `${name} answers ${shown}, the endpoint has ${listed(expected.toSorted())}`;
  if (wrong.length < found.length) return { state: 'mixed', detail, strangers: [] };
  if (wrong.some((address) => !isPrivate(address) && !ownerOf(address)))
    return { state: 'public', detail, strangers: [] };
  if (wrong.every((address) => ownerOf(address)?.endpoint === 'another'))
    return { state: 'sibling', detail, strangers: [] };
  return { state: 'otherPrivate', detail, strangers: wrong.some(ownerOf) ? [] : wrong };
}

const listed = (texts: readonly string[]): string =>
  texts.length <= MOST_SHOWN
    ? texts.join(' and ')
    : `${texts.slice(0, MOST_SHOWN).join(', ')} and ${texts.length - MOST_SHOWN} more`;
