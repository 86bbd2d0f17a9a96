/** How often one ladder of an object was found where it is, and how often it failed there, in a row. */
export type Attempt = { phase: string; repeats: number; failures: number };

/**
 * Counters that only ever say *when* to look again, never *what* to do: a restart forgets them and nothing but the pace
 * changes. Kept only for ladders that are looked at more than hourly, so that ten thousand objects at rest cost nothing.
 */
export function createAttempts() {
  const byKey = new Map<string, Map<string, Attempt>>();
  return {
    /** Counts this pass's rest of a ladder. */
    count(key: string, ladder: string, phase: string, failed: boolean): Attempt {
      let ladders = byKey.get(key);
      if (!ladders) {
        ladders = new Map();
        byKey.set(key, ladders);
      }
      const last = ladders.get(ladder);
      const same = last?.phase === phase;
      const attempt = { phase, repeats: same ? last.repeats + 1 : 0, failures: failed ? (last?.failures ?? 0) + 1 : 0 };
      ladders.set(ladder, attempt);
      return attempt;
    },
    /** This ladder is at rest. */
    clear(key: string, ladder: string): void {
      const ladders = byKey.get(key);
      if (ladders?.delete(ladder) && ladders.size === 0) byKey.delete(key);
    },
    /** Ladders that the object no longer has are forgotten. */
    keepOnly(key: string, names: readonly string[]): void {
      const ladders = byKey.get(key);
      if (!ladders) return;
      for (const ladder of ladders.keys()) if (!names.includes(ladder)) ladders.delete(ladder);
      if (ladders.size === 0) byKey.delete(key);
    },
    /** Somebody changed the object: whatever was slow is looked at afresh. */
    forget: (key: string): void => void byKey.delete(key),
    size: () => byKey.size,
  };
}

export type Attempts = ReturnType<typeof createAttempts>;
