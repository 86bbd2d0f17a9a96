import type { Clock } from '../../operator/clock.ts';

/**
 * One time for the operator and the clouds. It moves only when a test moves it; sockets keep their own. Unlike
 * `virtualClock` it can be put back, so that a stored moment can be played on from again.
 */
export type StageClock = Clock & {
  /** Due time of the earliest waiting timer, milliseconds since the epoch. */
  nextAtMs(): number | undefined;
  /** Moves forward to `atMs` and fires what falls due, each at its own moment, in order. */
  moveTo(atMs: number): void;
  /** Any time, also an earlier one; every waiting timer is forgotten. */
  reset(nowMs: number): void;
};

type Timer = { atMs: number; order: number; callback: () => void };

export function stageClock(startMs: number): StageClock {
  let nowMs = startMs;
  let order = 0;
  const timers = new Set<Timer>();

  const earliest = (): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (!first || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) first = timer;
    }
    return first;
  };

  return {
    now: () => nowMs,
    scaled: (publishedMs) => publishedMs,
    after(delayMs, callback) {
      order += 1;
      const timer = { atMs: nowMs + Math.max(0, delayMs), order, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    nextAtMs: () => earliest()?.atMs,
    moveTo(atMs) {
      for (let timer = earliest(); timer && timer.atMs <= atMs; timer = earliest()) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.callback();
      }
      nowMs = Math.max(nowMs, atMs);
    },
    reset(atMs) {
      timers.clear();
      nowMs = atMs;
    },
  };
}
