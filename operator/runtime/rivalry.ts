import type { Clock } from '../clock.ts';

type Scale = Pick<Clock, 'scaled'>;

const HOUR_MS = 3_600_000;
/** So many times in a row what others undo is done again at once. */
const AT_ONCE = 3;
/** At rest things are read about once an hour: a rival as slow as that must not pass for a new one each time. */
const PEACE_MS = 24 * HOUR_MS;
const LONGEST_PAUSE_MS = 24 * HOUR_MS;
/** Enough for the longest pause: 1, 2, 4, 8, 16, 24 hours after the third to the eighth time. */
const REMEMBERED = 8;

/**
 * Whoever undoes what we do, and never gives up, is reported and answered ever more rarely: a door that is opened again
 * (design section 8), a request that is rejected again. How long nothing is done after so many answers in one fight, in
 * published milliseconds.
 */
export const pauseMs = (answers: number): number =>
  answers < AT_ONCE ? 0 : Math.min(LONGEST_PAUSE_MS, HOUR_MS * 2 ** (answers - AT_ONCE));

/** The answers of the present fight with one more, at `nowMs`. A day of peace after a pause ends a fight. */
export function withAnswer(answersMs: readonly number[], nowMs: number, clock: Scale): readonly number[] {
  const lastMs = answersMs.at(-1);
  const goesOn = lastMs !== undefined && nowMs <= lastMs + clock.scaled(pauseMs(answersMs.length) + PEACE_MS);
  return goesOn ? [...answersMs, nowMs].slice(-REMEMBERED) : [nowMs];
}

/** When the present pause ends; undefined: the next answer may be given at once. */
export function pausedUntilMs(answersMs: readonly number[], nowMs: number, clock: Scale): number | undefined {
  const lastMs = answersMs.at(-1);
  const untilMs = lastMs === undefined ? undefined : lastMs + clock.scaled(pauseMs(answersMs.length));
  return untilMs !== undefined && nowMs < untilMs ? untilMs : undefined;
}

/** What others undo at this moment is left alone, and reported. */
export const isPausing = (answersMs: readonly number[], nowMs: number, clock: Scale): boolean =>
  pausedUntilMs(answersMs, nowMs, clock) !== undefined;
