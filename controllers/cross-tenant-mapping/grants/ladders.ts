import type { Ladder } from '../types.ts';
import type { GrantSeen, GrantsSeen, RevocationSeen } from './types.ts';

/** Revocations first: whoever is to lose a role loses it before somebody else gets one. */
export const grantLadders = ({ grants, revocations }: GrantsSeen): readonly Ladder[] => [
  ...Object.entries(revocations).map(([name, { facts, dueAtMs }]) => ({ name, machine: 'revocation', facts, dueAtMs })),
  ...Object.entries(grants).map(([name, { facts }]) => ({ name, machine: 'grant', facts })),
];

const isHeld = ({ facts }: GrantSeen): boolean => facts.assignment === 'asWanted' && facts.origin !== 'none';

/** For the expansion of a group: one is still to be made, changed or taken away. */
export const grantsSummary = ({ grants, revocations }: GrantsSeen): 'settled' | 'unsettled' =>
  Object.values(grants).every(isHeld) && Object.keys(revocations).length === 0 ? 'settled' : 'unsettled';

const STUCK: readonly RevocationSeen['facts']['assignment'][] = ['refused', 'restricted', 'lastAdmin'];

/** For the removal of the mapping. stuck: nothing of what is left goes without a person. */
export function revocationsSummary({ revocations }: GrantsSeen): 'gone' | 'leaving' | 'stuck' {
  const all = Object.values(revocations);
  if (all.length === 0) return 'gone';
  return all.every(({ facts }) => facts.wish === 'revoke' && STUCK.includes(facts.assignment)) ? 'stuck' : 'leaving';
}
