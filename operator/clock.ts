/**
 * Time as the operator sees it. Timestamps are always real; only durations that a cloud publishes (delays, polls,
 * quota windows) are scaled, through `scaled`. Leases, token lifetimes, HTTP and watch time-outs are never scaled.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `callback` once after `delayMs`; the result cancels it. */
  after(delayMs: number, callback: () => void): () => void;
  /** A published duration in milliseconds, divided by FABRICLINK_TIME_SCALE. */
  scaled(publishedMs: number): number;
}

/** setTimeout fires at once for delays of 2^31 ms and more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clock of a real process. `timeScale` is FABRICLINK_TIME_SCALE, 1 in production. */
export function systemClock(timeScale = 1): Clock {
  return {
    now: () => Date.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
    scaled: (publishedMs) => publishedMs / timeScale,
  };
}

/** Resolves after `delayMs`, or rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = () => {
      cancel();
      reject(signal!.reason as Error);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
