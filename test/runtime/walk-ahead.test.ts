import { expect, test } from '@jest/globals';
import type { Decision, Ladder } from '../../operator/runtime/kind.ts';
import { type Foresight, walkAhead } from '../../operator/runtime/walk-ahead.ts';

/** Ladders that are a count of things to do; `second` begins when `first` is at nought. */
const ladder = (name: string, left: string): Ladder => ({ name, machine: 'm', facts: { left } });
const decide = ({ facts }: Ladder): Decision => ({
  machine: 'm',
  phase: String(facts['left']),
  tag: facts['left'] === '0' ? 'ready' : 'progressing',
  reason: 'Counting',
  poll: 'fast',
  why: [],
});
const set = (all: readonly Ladder[], name: string, left: string) =>
  all.map((one) => (one.name === name ? ladder(name, left) : one));
const foresight: Foresight<Ladder> = {
  forward(all, { name, facts }) {
    const left = Number(facts['left']);
    if (!(left > 0)) return undefined;
    const step = { kind: 'call', ladder: name, action: `do${left}`, description: '', thing: `thing ${left}` } as const;
    return { ladders: set(all, name, String(left - 1)), step };
  },
  agree: (all) => (all[0]!.facts['left'] === '0' && all[1]!.facts['left'] === 'awaits' ? set(all, 'second', '1') : all),
  end: ({ name, facts }) =>
    facts['left'] === 'stuck'
      ? { kind: 'person', ladder: name, action: 'Stuck', description: 'Somebody must help.' }
      : undefined,
};
const lines = (first: string, second: string, what = foresight) =>
  walkAhead([ladder('first', first), ladder('second', second)], what, decide).map(
    (step) => `${step.ladder} ${step.action}`,
  );

test('ladders go on side by side, as in passes', () => {
  expect(lines('2', '1')).toEqual(['first do2', 'second do1', 'first do1']);
});
test('what both need in one round is done once', () => {
  expect(lines('2', '2')).toEqual(['first do2', 'first do1']);
});
test('what waits for another begins when that has ended', () => {
  expect(lines('2', 'awaits')).toEqual(['first do2', 'first do1', 'second do1']);
});
test('a person’s turn comes last, and what waits for it is not promised', () => {
  expect(lines('stuck', 'awaits')).toEqual(['first Stuck']);
});
test('bookkeeping is no step, and nothing carries more than a reader sees', () => {
  const silent: Foresight<Ladder> = {
    ...foresight,
    forward(all, one, decision) {
      const next = foresight.forward(all, one, decision);
      return next && { ladders: next.ladders };
    },
  };
  expect(lines('2', '1', silent)).toEqual([]);
  expect(walkAhead([ladder('first', '1'), ladder('second', '0')], foresight, decide)).toEqual([
    { kind: 'call', ladder: 'first', action: 'do1', description: '' },
  ]);
});
test('a plan that would not end is a defect', () => {
  const circling: Foresight<Ladder> = { ...foresight, forward: (all) => ({ ladders: all }) };
  expect(() => lines('1', '0', circling)).toThrow('does not end');
});
