import { describe, expect, test } from '@jest/globals';
import { OperatorError } from '../../operator/errors.ts';
import { createBlindness } from '../../operator/runtime/blindness.ts';

const MINUTE_MS = 60_000;
const down = (disposition: OperatorError['disposition'] = 'transient') => [
  { about: 'the policy', error: new OperatorError({ disposition, reason: 'ServiceFailure', message: 'HTTP 503' }) },
];

function blindness(scale = 1) {
  const clock = { nowMs: 0, now: () => clock.nowMs, scaled: (ms: number) => ms / scale };
  const memory = createBlindness(clock);
  return { clock, memory, at: (ms: number, unread = down()) => ((clock.nowMs = ms), memory.look('a/b', unread)) };
}

describe('what cannot be read', () => {
  test('is told after five minutes, then once an hour, and when it is over', () => {
    const { at, memory } = blindness();
    expect(at(0)).toBeUndefined();
    expect(at(5 * MINUTE_MS - 1)).toBeUndefined();
    expect(memory.count()).toBe(0);
    expect(at(5 * MINUTE_MS)).toMatchObject({ minutes: 5, unread: { about: 'the policy' } });
    expect(memory.count()).toBe(1);
    expect(at(6 * MINUTE_MS)).toBeUndefined();
    expect(at(65 * MINUTE_MS)).toMatchObject({ minutes: 65 });
    expect(at(66 * MINUTE_MS, [])).toBe('seesAgain');
    expect(at(67 * MINUTE_MS, [])).toBeUndefined();
    expect(memory.count()).toBe(0);
  });

  test('for moments only, again and again, is never told', () => {
    const { at } = blindness();
    for (let minute = 0; minute < 60; minute += 4) {
      expect(at(minute * MINUTE_MS)).toBeUndefined();
      expect(at((minute + 2) * MINUTE_MS, [])).toBeUndefined();
    }
  });

  test.each(['throttled', 'blocked', 'terminal', 'conflict'] as const)(
    'because it is %s is no blindness: that is told elsewhere, or passes in its turn',
    (disposition) => {
      const { at } = blindness();
      expect(at(0, down(disposition))).toBeUndefined();
      expect(at(60 * MINUTE_MS, down(disposition))).toBeUndefined();
    },
  );

  test('follows the scale of durations', () => {
    const { at } = blindness(60);
    expect(at(0)).toBeUndefined();
    expect(at(5_000)).toBeDefined();
  });
});
