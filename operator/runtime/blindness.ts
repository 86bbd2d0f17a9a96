import type { Clock } from '../clock.ts';
import type { Fault } from './reading.ts';

const MINUTE_MS = 60_000;
/** Published: shorter than this, clouds stammer every day, and nobody need hear of it. */
const NOTABLE_MS = 5 * MINUTE_MS;
/** Then once in a while, for as long as it lasts. */
const AGAIN_MS = 60 * MINUTE_MS;

/**
 * Who has been blind for minutes. A fact that cannot be read fails no pass and needs no person: without this, a cloud
 * that is down for an hour would leave no line anywhere but in the status. A hint about what to say, never about what to
 * do: a new process begins to count anew.
 */
export function createBlindness(clock: Pick<Clock, 'now' | 'scaled'>) {
  const since = new Map<string, { fromMs: number; toldAtMs?: number }>();
  return {
    /**
     * Counts this pass. Answers what is to be told now: what could not be read for minutes, or that everything can be
     * read again after that was told.
     */
    look(key: string, unread: readonly Fault[]): { unread: Fault; minutes: number } | 'seesAgain' | undefined {
      const nowMs = clock.now();
      const before = since.get(key);
      // What waits for a quota is not blind, and what is refused is shown and told as that.
      const passing = unread.find(({ error }) => error.disposition === 'transient');
      if (!passing) {
        since.delete(key);
        return before?.toldAtMs === undefined ? undefined : 'seesAgain';
      }
      const entry = before ?? { fromMs: nowMs };
      since.set(key, entry);
      const dueAtMs =
        entry.toldAtMs === undefined
          ? entry.fromMs + clock.scaled(NOTABLE_MS)
          : entry.toldAtMs + clock.scaled(AGAIN_MS);
      if (nowMs < dueAtMs) return undefined;
      entry.toldAtMs = nowMs;
      return { unread: passing, minutes: Math.floor((nowMs - entry.fromMs) / MINUTE_MS) };
    },
    forget: (key: string): void => void since.delete(key),
    /** How many have been told about. */
    count: () => [...since.values()].filter(({ toldAtMs }) => toldAtMs !== undefined).length,
  };
}
