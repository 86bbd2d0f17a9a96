import type { Clock } from '../../operator/clock.ts';

/** A clock that stands still until somebody moves it. Sockets and promises keep running on their own time. */
export type VirtualClock = Clock & {
  /** Moves time forward, firing each timer that falls due at its own moment; work that a timer sets off runs before the next one fires. */
  advance(durationMs: number): Promise<void>;
  /** Moves to the next timer and fires everything due then. Undefined when no timer is set. Answers how far it went, in milliseconds. */
  advanceToNext(): Promise<number | undefined>;
  /** Time of the next timer, milliseconds since the epoch. */
  nextAtMs(): number | undefined;
  /** How many timers are set. */
  timers(): number;
};

type Timer = { atMs: number; order: number; callback: () => void };

/** Starts at 2026-01-01T00:00:00Z unless told otherwise; `timeScale` divides published durations, as in a real process. */
export function virtualClock(startMs = Date.UTC(2026, 0, 1), timeScale = 1): VirtualClock {
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

  const fireUntil = async (untilMs: number): Promise<void> => {
    for (let timer = earliest(); timer && timer.atMs <= untilMs; timer = earliest()) {
      timers.delete(timer);
      nowMs = Math.max(nowMs, timer.atMs);
      timer.callback();
      await settle();
    }
    nowMs = Math.max(nowMs, untilMs);
  };

  return {
    now: () => nowMs,
    scaled: (publishedMs) => publishedMs / timeScale,
    after(delayMs, callback) {
      order += 1;
      const timer = { atMs: nowMs + Math.max(0, delayMs), order, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(durationMs) {
      await settle();
      await fireUntil(nowMs + durationMs);
    },
    async advanceToNext() {
      await settle();
      const next = earliest();
      if (!next) return undefined;
      const beforeMs = nowMs;
      await fireUntil(next.atMs);
      return nowMs - beforeMs;
    },
    nextAtMs: () => earliest()?.atMs,
    timers: () => timers.size,
  };
}

/** Lets every promise that can already settle do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Waits on real time, `pollMs` at a turn, until `condition` holds; for what depends on a real socket. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 10_000,
  pollMs = 2,
) {
  const endsAt = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > endsAt) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
