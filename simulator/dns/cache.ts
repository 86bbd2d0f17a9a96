import type { SimClock } from '../clock.ts';
import type { Resolution } from './resolve.ts';

export type Cache = {
  ask(name: string, find: (name: string) => Resolution): Resolution;
  clear(): void;
};

/**
 * What a recursive resolver remembers: an answer for the shortest lifetime in it, an absence for the minimum of the
 * zone's SOA (RFC 2308), so that names heal minutes after their records do.
 */
export function createCache(clock: SimClock): Cache {
  const kept = new Map<string, { resolution: Resolution; untilMs: number }>();
  return {
    ask(name, find) {
      const key = name.toLowerCase();
      const known = kept.get(key);
      if (known && clock.now() < known.untilMs) return known.resolution;
      const resolution = find(name);
      kept.set(key, { resolution, untilMs: clock.now() + clock.scaled(lifetimeSeconds(resolution) * 1_000) });
      return resolution;
    },
    clear: () => kept.clear(),
  };
}

function lifetimeSeconds({ records, soa }: Resolution): number {
  return Math.min(...records.map(({ ttl }) => ttl), ...(soa ? [soa.minimumSeconds] : []));
}
