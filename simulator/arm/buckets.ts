/** Token buckets and fixed windows. Counters are no part of the world: a restored world starts with full buckets. */
type Bucket = { tokens: number; atMs: number };

export type Buckets = {
  /** Takes one token; `remaining` is what is left, `waitMs` until the next one is there (0: taken). */
  take(key: string, size: number, perMs: number, nowMs: number): { remaining: number; waitMs: number };
  /** Counts one call in a fixed window. */
  count(key: string, limit: number, windowMs: number, nowMs: number): { remaining: number; waitMs: number };
};

export function createBuckets(): Buckets {
  const buckets = new Map<string, Bucket>();
  const windows = new Map<string, { startMs: number; calls: number }>();
  return {
    take(key, size, perMs, nowMs) {
      const bucket = buckets.get(key) ?? { tokens: size, atMs: nowMs };
      const tokens = Math.min(size, bucket.tokens + (nowMs - bucket.atMs) * perMs);
      const taken = tokens >= 1;
      buckets.set(key, { tokens: taken ? tokens - 1 : tokens, atMs: nowMs });
      return taken
        ? { remaining: Math.floor(tokens - 1), waitMs: 0 }
        : { remaining: 0, waitMs: Math.ceil((1 - tokens) / perMs) };
    },
    count(key, limit, windowMs, nowMs) {
      const known = windows.get(key);
      const window = known && nowMs - known.startMs < windowMs ? known : { startMs: nowMs, calls: 0 };
      windows.set(key, window);
      if (window.calls >= limit) return { remaining: 0, waitMs: Math.ceil(window.startMs + windowMs - nowMs) };
      window.calls += 1;
      return { remaining: limit - window.calls, waitMs: 0 };
    },
  };
}
