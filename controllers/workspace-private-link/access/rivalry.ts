import type { Clock } from '../../../operator/clock.ts';

type Scale = Pick<Clock, 'scaled'>;

const HOUR_MS = 3_600_000;
/** So many times in a row a door that others open is closed again at once. */
const AT_ONCE = 3;
/** At rest the policy is read about once an hour: a writer as slow as that must not pass for a new one each time. */
const PEACE_MS = 24 * HOUR_MS;
const LONGEST_PAUSE_MS = 24 * HOUR_MS;
/** Enough for the longest pause: 1, 2, 4, 8, 16, 24 hours after the third to the eighth time. */
const REMEMBERED = 8;

/**
 * How long an opening by somebody else is left alone after so many relocks of one fight, in published milliseconds: a
 * writer who never gives up is reported, and answered ever more rarely (design section 8).
 */
export const pauseMs = (relocks: number): number =>
  relocks < AT_ONCE ? 0 : Math.min(LONGEST_PAUSE_MS, HOUR_MS * 2 ** (relocks - AT_ONCE));

/** The relocks of the present fight with one more, at `nowMs`. A day of peace after a pause ends a fight. */
export function withRelock(relocksMs: readonly number[], nowMs: number, clock: Scale): readonly number[] {
  const lastMs = relocksMs.at(-1);
  const goesOn = lastMs !== undefined && nowMs <= lastMs + clock.scaled(pauseMs(relocksMs.length) + PEACE_MS);
  return goesOn ? [...relocksMs, nowMs].slice(-REMEMBERED) : [nowMs];
}

/** An opening at this moment is left alone, and reported. */
export function isPausing(relocksMs: readonly number[], nowMs: number, clock: Scale): boolean {
  const lastMs = relocksMs.at(-1);
  return lastMs !== undefined && nowMs < lastMs + clock.scaled(pauseMs(relocksMs.length));
}
