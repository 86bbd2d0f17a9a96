import { grantLadders } from './grants/ladders.ts';
import { outputsLadders } from './outputs/ladders.ts';
import { stringLadders } from './strings/ladders.ts';
import type { Ladder, Seen } from './types.ts';

/** The ladders of one object, in the order in which their effects run. */
export function ladders(seen: Seen): readonly Ladder[] {
  const { mapping, grants, strings, outputs, expansion, access, removal, loss } = seen;
  const published = outputsLadders(outputs);
  if (loss) return [...published, { name: 'loss', machine: 'loss', facts: loss.facts }];
  if (removal)
    return [
      ...published,
      ...grantLadders(grants),
      due({ name: 'removal', machine: 'removal', facts: removal.facts }, removal.dueAtMs),
    ];
  const own: Ladder = { name: 'mapping', machine: 'mapping', facts: mapping.facts };
  // Not ours, or not yet: the one reason that counts is the mapping's.
  if (mapping.facts.standing !== 'clear' || !mapping.facts.claimed) return [own];
  return [
    own,
    ...grantLadders(grants),
    ...stringLadders(strings),
    ...published,
    ...(expansion ? [due({ name: 'expansion', machine: 'expansion', facts: expansion.facts }, expansion.dueAtMs)] : []),
    ...(access ? [due({ name: 'access', machine: 'access', facts: access.facts }, access.dueAtMs)] : []),
  ];
}

const due = (ladder: Ladder, dueAtMs: number | undefined): Ladder =>
  dueAtMs === undefined ? ladder : { ...ladder, dueAtMs };
