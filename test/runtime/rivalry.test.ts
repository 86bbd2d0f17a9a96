import { describe, expect, test } from '@jest/globals';
import { recreationsIn, recreationsText, UNKNOWN_THING, withRecreation } from '../../operator/approval/recreation.ts';
import { isPausing, pausedUntilMs, pauseMs, withAnswer } from '../../operator/runtime/rivalry.ts';

const HOUR_MS = 3_600_000;
const clock = { scaled: (ms: number) => ms };

/** Somebody undoes at once whatever we do: when do we do it again, within so many hours? */
function answers(hours: number): number[] {
  const given: number[] = [];
  let notes: readonly number[] = [];
  for (let nowMs = 0; nowMs < hours * HOUR_MS; nowMs += HOUR_MS / 4) {
    if (isPausing(notes, nowMs, clock)) continue;
    notes = withAnswer(notes, nowMs, clock);
    given.push(nowMs / HOUR_MS);
  }
  return given;
}

describe('whoever undoes what we do, each time', () => {
  test('is answered three times at once, then ever more rarely, and once a day for good', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20].map((count) => pauseMs(count) / HOUR_MS)).toEqual([
      0, 0, 0, 1, 2, 4, 8, 16, 24, 24, 24,
    ]);
    expect(answers(24 * 7).length).toBeLessThanOrEqual(14);
    const gaps = answers(24 * 7).map((at, index, all) => at - (all[index - 1] ?? at));
    expect(gaps.slice(-3)).toEqual([24, 24, 24]);
  });

  test('is a new one after a day of peace beyond the pause', () => {
    const fight = [0, 1, 2].map((hour) => hour * HOUR_MS);
    expect(withAnswer(fight, 27 * HOUR_MS, clock)).toHaveLength(4);
    expect(withAnswer(fight, 27 * HOUR_MS + 1, clock)).toHaveLength(1);
  });

  test('is told when the pause ends', () => {
    const fight = [0, 1, 2].map((hour) => hour * HOUR_MS);
    expect(pausedUntilMs(fight, 2.5 * HOUR_MS, clock)).toBe(3 * HOUR_MS);
    expect(pausedUntilMs(fight, 3 * HOUR_MS, clock)).toBeUndefined();
    expect(pausedUntilMs([], 0, clock)).toBeUndefined();
  });
});

describe('what was made anew', () => {
  const add = (atMs: number) => (times: readonly number[]) => [...times, atMs];

  test('counts once, however often its deletion is tried', () => {
    const once = withRecreation(undefined, 'row-1', add(1));
    expect(withRecreation(once, 'row-1', add(2))).toEqual(once);
    expect(withRecreation(once, 'row-2', add(3))).toEqual({ what: 'row-2', atMs: [1, 3] });
    const unknown = withRecreation(undefined, UNKNOWN_THING, add(1));
    expect(withRecreation(unknown, UNKNOWN_THING, add(2)).atMs).toEqual([1, 2]);
  });

  test('is read back as it was written, and nothing else is', () => {
    const note = { what: 'row-1', atMs: [0, HOUR_MS] };
    const [what, times] = recreationsText(note).split(' ');
    expect(recreationsIn(what, times)).toEqual(note);
    for (const text of ['', 'row-1', 'row-1 soon', ' 2026-01-01T00:00:00Z']) {
      const [thing, at] = text.split(' ');
      expect(recreationsIn(thing, at)).toBeUndefined();
    }
  });
});
