import type { Ladder } from '../types.ts';
import { heldIn } from './desired.ts';
import type { GrantsSeen, RevocationSeen } from './types.ts';

/** Revocations first: whoever is to lose a role loses it before somebody else gets one. */
export const grantLadders = ({ grants, revocations }: GrantsSeen): readonly Ladder[] => [
  ...Object.entries(revocations).map(([name, { facts, dueAtMs }]) => ({ name, machine: 'revocation', facts, dueAtMs })),
  ...Object.entries(grants).map(([name, { facts }]) => ({ name, machine: 'grant', facts })),
];

/** For the expansion of a group: its members get what is there, however long the rest takes. */
export function grantsSummary(grants: GrantsSeen): 'all' | 'some' | 'none' {
  const { held, asked } = heldIn(grants);
  return held === asked ? 'all' : held > 0 ? 'some' : 'none';
}

const STUCK: readonly RevocationSeen['facts']['assignment'][] = ['refused', 'restricted', 'lastAdmin'];

/** For the removal of the mapping. stuck: nothing of what is left goes without a person. */
export function revocationsSummary({ revocations }: GrantsSeen): 'gone' | 'leaving' | 'stuck' {
  const all = Object.values(revocations);
  if (all.length === 0) return 'gone';
  return all.every(({ facts }) => facts.wish === 'revoke' && STUCK.includes(facts.assignment)) ? 'stuck' : 'leaving';
}
