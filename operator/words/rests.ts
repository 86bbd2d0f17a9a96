import type { Rest } from '../runtime/kind.ts';

export const isDone = ({ tag, outcome }: Rest): boolean =>
  (tag === 'ready' || tag === 'gone') && outcome.kind !== 'failed';

/** A person must act: the ladder says so, or its effect was refused in a way that does not pass by itself. */
export const needsPerson = ({ tag, outcome }: Rest): boolean =>
  tag === 'stalled' ||
  (outcome.kind === 'failed' && ['blocked', 'terminal', 'bug'].includes(outcome.error.disposition));

/** What people should hear about first: what needs them, else the least advanced. Ladders come in that order. */
export const primary = (rests: readonly Rest[]): Rest | undefined =>
  rests.find(needsPerson) ?? rests.find((rest) => !isDone(rest));
