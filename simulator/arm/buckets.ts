/** Token buckets and fixed windows. Counters are no part of the world: a restored world starts with full buckets. */
type Bucket = { tokens: number; atMs: number };

type Draw = { key: string; size: number; perMs: number };

export type Buckets = {
  /** Takes one token of each, or none at all: `waitMs` until all would have one (0: taken), `remaining` in the given order. */
  take(draws: readonly Draw[], nowMs: number): { remaining: number[]; waitMs: number };
  /** Counts one call in a fixed window. */
  count(key: string, limit: number, windowMs: number, nowMs: number): { remaining: number; waitMs: number };
};

export function createBuckets(): Buckets {
  const buckets = new Map<string, Bucket>();
  const windows = new Map<string, { startMs: number; calls: number }>();
  const filled = ({ key, size, perMs }: Draw, nowMs: number) => {
    const bucket = buckets.get(key);
    return bucket ? Math.min(size, bucket.tokens + (nowMs - bucket.atMs) * perMs) : size;
  };
  return {
    take(draws, nowMs) {
      const levels = draws.map((draw) => ({ ...draw, tokens: filled(draw, nowMs) }));
      const waitMs = Math.max(0, ...levels.map(({ tokens, perMs }) => Math.ceil((1 - tokens) / perMs)));
      const cost = waitMs > 0 ? 0 : 1;
      for (const { key, tokens } of levels) buckets.set(key, { tokens: tokens - cost, atMs: nowMs });
      return { remaining: levels.map(({ tokens }) => Math.floor(tokens - cost)), waitMs };
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
