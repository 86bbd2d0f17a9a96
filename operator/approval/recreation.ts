/**
 * What has been made anew because its connection was rejected or removed (recreatePolicy OnRejection), as annotations
 * hold it: the last thing that was given up for it, and when each was, the oldest first. The same thing counts once,
 * however often its deletion has to be tried.
 */
export type Recreations = { what: string; atMs: readonly number[] };

/** Where what was given up cannot be told from the one before. */
export const UNKNOWN_THING = '-';

/** Before the deletion. `times` adds to those of the present fight, or begins another one. */
export function withRecreation(
  before: Recreations | undefined,
  what: string,
  times: (atMs: readonly number[]) => readonly number[],
): Recreations {
  if (before && before.what === what && what !== UNKNOWN_THING) return before;
  return { what, atMs: times(before?.atMs ?? []) };
}

export const recreationsText = ({ what, atMs }: Recreations): string =>
  `${what} ${atMs.map((ms) => new Date(ms).toISOString()).join(',')}`;

/** Undefined for text that we did not write. */
export function recreationsIn(what: string | undefined, times: string | undefined): Recreations | undefined {
  const atMs = (times ?? '').split(',').map((text) => Date.parse(text));
  return what === undefined || what === '' || atMs.some(Number.isNaN) ? undefined : { what, atMs };
}
