import type { Clock } from '../clock.ts';

export type TokenBucketPolicy = {
  burst: number;
  /** One token comes back after this many milliseconds. */
  refillMs: number;
  /** The least recently used bucket is forgotten, full again, past this many. */
  mostKeys: number;
};

/** One bucket of tokens per key. */
export function createTokenBuckets(policy: TokenBucketPolicy, clock: Clock) {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    /** Takes a token; false when none is left. */
    take(key: string): boolean {
      const nowMs = clock.now();
      const last = buckets.get(key);
      const tokens = last ? Math.min(policy.burst, last.tokens + (nowMs - last.atMs) / policy.refillMs) : policy.burst;
      const allowed = tokens >= 1;
      buckets.delete(key);
      buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, atMs: nowMs });
      if (buckets.size > policy.mostKeys) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      return allowed;
    },
  };
}
