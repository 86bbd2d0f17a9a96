/**
 * Time as the simulated clouds see it. Structurally the operator's own clock, so that a test can hand one object to
 * both sides. Timestamps are real (or virtual in tests); only published durations go through `scaled`. Token
 * lifetimes never do: they run on the machine's clock, by which client libraries keep their tokens.
 */
export interface SimClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `callback` once after `delayMs`; the result cancels it. */
  after(delayMs: number, callback: () => void): () => void;
  /** A published duration in milliseconds, divided by the speed. */
  scaled(publishedMs: number): number;
}

/** How many times faster than published its durations pass; free of the dust of division. */
export function speedOf(clock: SimClock): number {
  return Number((1 / clock.scaled(1)).toPrecision(12));
}

/** setTimeout fires at once for delays of 2^31 ms and more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Real time; `speed` is the `--speed` option: published delays and quota windows pass that many times faster. */
export function realClock(speed = 1): SimClock {
  return {
    now: () => Date.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
      timer.unref();
      return () => clearTimeout(timer);
    },
    scaled: (publishedMs) => publishedMs / speed,
  };
}

export type VirtualClock = SimClock & {
  /** Moves time forward and runs, in order of due time, what falls due on the way (also what that starts anew). */
  advance(byMs: number): void;
  /** Due time of the earliest waiting timer, in ms since the epoch. */
  nextDueAt(): number | undefined;
};

/** Time that moves only when a test says so. */
export function virtualClock(startMs = Date.parse('2026-01-05T08:00:00Z'), speed = 1): VirtualClock {
  type Timer = { dueMs: number; callback: () => void };
  let nowMs = startMs;
  // By due time; among equals in the order in which they were set.
  const timers: Timer[] = [];
  const placeFor = (dueMs: number) => {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((timers[middle]?.dueMs ?? 0) <= dueMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), callback };
      timers.splice(placeFor(timer.dueMs), 0, timer);
      return () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
      };
    },
    scaled: (publishedMs) => publishedMs / speed,
    advance(byMs) {
      const untilMs = nowMs + byMs;
      for (let next = timers[0]; next && next.dueMs <= untilMs; next = timers[0]) {
        timers.shift();
        nowMs = Math.max(nowMs, next.dueMs);
        next.callback();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
    nextDueAt: () => timers[0]?.dueMs,
  };
}
