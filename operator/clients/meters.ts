import type { Clock } from '../clock.ts';
import type { Limit } from './quotas.ts';

/** Counts what has been spent of one limit, and tells when more is free. All times in milliseconds since the epoch. */
export type Meter = {
  /** Calls that may begin now. */
  available(nowMs: number): number;
  /** One call begins. It counts as being made until `answered`, since only then we know that the service has counted it. */
  take(nowMs: number): void;
  /** A call that was taken has been answered, or given up. */
  answered(nowMs: number): void;
  /** A call that was taken was not made. */
  givenBack(nowMs: number): void;
  /** When the `nth` further call (1 is the next) may begin, if nobody else comes. */
  freeAtMs(nth: number, nowMs: number): number;
  /** The service says that only so many remain: believe it when it is less than we thought. */
  cap(remaining: number, nowMs: number): void;
  /** The service refused although we kept the limit: others spend from it too. Take a fifth less for a while. */
  stepDown(nowMs: number): void;
  /** Nothing is spent and nothing is stepped down: the meter can be forgotten. */
  idle(nowMs: number): boolean;
};

const STEP_DOWN = 0.8;
/** Never below this share of the published number, or a burst of refusals would stop us for good. */
const LOWEST_SHARE = 0.1;
/** After so many windows without a refusal one step is taken back. */
const WINDOWS_TO_RECOVER = 5;
const BUCKET_RECOVERS_AFTER_MS = 300_000;

export function createMeter(limit: Limit, clock: Clock): Meter {
  return limit.kind === 'window'
    ? windowMeter(limit.calls, clock.scaled(limit.windowMs))
    : bucketMeter(limit.capacity, limit.perSecond / clock.scaled(1000), clock.scaled(BUCKET_RECOVERS_AFTER_MS));
}

/** The share of the published number that is in use: 1 until refused. */
function createShare(recoverAfterMs: number) {
  let share = 1;
  let changedAtMs = 0;
  return {
    at(nowMs: number): number {
      while (share < 1 && nowMs - changedAtMs >= recoverAfterMs) {
        share = Math.min(1, share / STEP_DOWN);
        changedAtMs += recoverAfterMs;
      }
      return share;
    },
    stepDown(nowMs: number): void {
      share = Math.max(LOWEST_SHARE, share * STEP_DOWN);
      changedAtMs = nowMs;
    },
  };
}

/**
 * At most `calls` in any window, as the service sees it: a call is counted from when it begins until a window after its
 * answer, because it arrived at some time in between.
 */
function windowMeter(calls: number, windowMs: number): Meter {
  let times: number[] = [];
  let first = 0;
  let underWay = 0;
  const share = createShare(windowMs * WINDOWS_TO_RECOVER);

  const limitAt = (nowMs: number) => Math.max(1, Math.floor(calls * share.at(nowMs)));
  const prune = (nowMs: number) => {
    while (first < times.length && times[first]! <= nowMs - windowMs) first += 1;
    if (first > 1000 && first * 2 > times.length) {
      times = times.slice(first);
      first = 0;
    }
  };
  const available = (nowMs: number) => {
    prune(nowMs);
    return Math.max(0, limitAt(nowMs) - underWay - (times.length - first));
  };
  return {
    available,
    take() {
      underWay += 1;
    },
    answered(nowMs) {
      underWay -= 1;
      times.push(nowMs);
    },
    givenBack() {
      underWay -= 1;
    },
    freeAtMs(nth, nowMs) {
      const limit = limitAt(nowMs);
      // Whole windows' worth of callers in front only move the answer by whole windows.
      const rounds = Math.floor((nth - 1) / limit);
      const place = nth - rounds * limit;
      const free = available(nowMs);
      const spent = underWay + times.length - first;
      // A window over its (stepped down) limit must drain by that much more, hence spent - limit.
      const leaving = first + spent - limit + place - 1;
      // What is under way leaves last: at best a window from now.
      const baseMs = place <= free ? nowMs : (times[leaving] ?? nowMs) + windowMs;
      return baseMs + rounds * windowMs;
    },
    cap(remaining, nowMs) {
      // Calls that we know nothing of count as made now: they leave the window at the latest possible time.
      for (let excess = available(nowMs) - remaining; excess > 0; excess -= 1) times.push(nowMs);
    },
    stepDown: (nowMs) => share.stepDown(nowMs),
    idle(nowMs) {
      prune(nowMs);
      return underWay === 0 && first === times.length && share.at(nowMs) === 1;
    },
  };
}

/** A bucket that never holds more than the service's does: what calls under way have taken is not refilled. */
function bucketMeter(capacity: number, perMs: number, recoverAfterMs: number): Meter {
  let level = capacity;
  let atMs = 0;
  let underWay = 0;
  const share = createShare(recoverAfterMs);

  const refill = (nowMs: number) => {
    const factor = share.at(nowMs);
    // The service's bucket is full for as long as our calls have not arrived: then nothing is added there either.
    level = Math.min(level + Math.max(0, nowMs - atMs) * perMs * factor, capacity * factor - underWay);
    atMs = Math.max(atMs, nowMs);
  };
  return {
    available(nowMs) {
      refill(nowMs);
      return Math.max(0, Math.floor(level + 1e-9));
    },
    take(nowMs) {
      refill(nowMs);
      level -= 1;
      underWay += 1;
    },
    answered(nowMs) {
      refill(nowMs);
      underWay -= 1;
    },
    givenBack(nowMs) {
      refill(nowMs);
      underWay -= 1;
      level += 1;
    },
    freeAtMs(nth, nowMs) {
      refill(nowMs);
      return nowMs + Math.max(0, (nth - level) / (perMs * share.at(nowMs)));
    },
    cap(remaining, nowMs) {
      refill(nowMs);
      level = Math.min(level, remaining);
    },
    stepDown: (nowMs) => share.stepDown(nowMs),
    idle(nowMs) {
      refill(nowMs);
      return underWay === 0 && level >= capacity && share.at(nowMs) === 1;
    },
  };
}
