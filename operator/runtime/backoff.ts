/** A source of numbers in [0, 1), such as Math.random. */
export type Random = () => number;

export type BackoffPolicy = {
  /** Delay after the first failure, milliseconds. */
  baseMs: number;
  /** No delay is longer than this, jitter included. */
  maxMs: number;
  /** Each further failure multiplies the delay by this. */
  factor: number;
  /** Share of the delay that chance may take away, 0 to 1: those who failed together do not come back together. */
  jitter: number;
};

/** Delay after `failures` failures in a row (1 or more), in milliseconds. */
export function backoffMs(failures: number, policy: BackoffPolicy, random: Random): number {
  // Beyond 64 steps any factor above 1 has long met the maximum, and powers would overflow to Infinity.
  const steps = Math.min(Math.max(failures - 1, 0), 64);
  const delayMs = Math.min(policy.maxMs, policy.baseMs * policy.factor ** steps);
  return delayMs * (1 - policy.jitter * random());
}

/** `valueMs` moved by at most `share` of itself in either direction. */
export function jittered(valueMs: number, share: number, random: Random): number {
  return valueMs * (1 + share * (2 * random() - 1));
}

/**
 * Backoff of one long-lived connection. It outlives reconnects: only a connection that stayed well for
 * `healthyAfterMs` clears the count, so that a server which accepts and drops at once is not hammered.
 */
export function createReconnectBackoff(policy: BackoffPolicy & { healthyAfterMs: number }, random: Random) {
  let failures = 0;
  return {
    /** The connection ended after `livedMs`; answers how long to wait before the next one. */
    afterFailure(livedMs: number): number {
      failures = livedMs >= policy.healthyAfterMs ? 1 : failures + 1;
      return backoffMs(failures, policy, random);
    },
    /** The connection ended as it should have. */
    afterHealthyEnd(): void {
      failures = 0;
    },
    failures: () => failures,
  };
}
