import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';

/** What is known of one place where only one may be at a time. */
type Place = {
  holder: string;
  untilMs: number;
  sinceMs: number;
};

export interface Gate {
  /**
   * Lets one holder in at a time; whoever holds it already may come again. Throws OperatorError `throttled` for
   * everybody else, in order of arrival. `boundMs` (published duration) frees the place when nobody reports the end.
   */
  enter(place: string, holder: string, boundMs: number, what: string): void;
  /** The holder's operation has been seen to be over. Nothing happens when somebody else holds the place. */
  leave(place: string, holder: string): void;
}

/** First guess of how long an endpoint of a subnet holds its place; then the mean of what was seen. */
const FIRST_GUESS_MS = 30_000;
const SOONEST_MS = 1_000;
const LONGEST_WAIT_MS = 120_000;

/**
 * Serialises mutations that a service refuses to do side by side (two endpoints in one subnet, two records of one
 * zone). Nobody blocks: a refused caller comes back. After a restart nothing is held: the service's own
 * AnotherOperationInProgress then does the gate's work for a while.
 */
export function createGate(clock: Clock, firstGuessMs = FIRST_GUESS_MS): Gate {
  const places = new Map<string, Place>();
  const waiting = new Map<string, Map<string, number>>();
  let meanHeldMs = clock.scaled(firstGuessMs);

  const lineAt = (place: string, nowMs: number): Map<string, number> => {
    let line = waiting.get(place);
    if (!line) waiting.set(place, (line = new Map()));
    // Who did not come back in time has given up its place.
    for (const [holder, dueAtMs] of line) if (dueAtMs + clock.scaled(5_000) < nowMs) line.delete(holder);
    return line;
  };

  return {
    enter(place, holder, boundMs, what) {
      const nowMs = clock.now();
      const held = places.get(place);
      if (held && held.untilMs <= nowMs) places.delete(place);
      const current = places.get(place);
      const line = lineAt(place, nowMs);
      const position = [...line.keys()].indexOf(holder);
      const first = line.size === 0 || position === 0;
      if (current?.holder === holder || (!current && first)) {
        line.delete(holder);
        if (line.size === 0) waiting.delete(place);
        places.set(place, { holder, sinceMs: current?.sinceMs ?? nowMs, untilMs: nowMs + clock.scaled(boundMs) });
        return;
      }
      const before = position === -1 ? line.size : position;
      const waitMs = Math.min(
        Math.max(clock.scaled(SOONEST_MS), before * meanHeldMs + (current ? meanHeldMs / 10 : 0)),
        clock.scaled(LONGEST_WAIT_MS),
      );
      line.set(holder, nowMs + waitMs);
      throw new OperatorError({
        disposition: 'throttled',
        reason: 'WaitingForTurn',
        message: `waiting for a turn: ${what}`,
        retryAfterMs: Math.ceil(waitMs),
      });
    },
    leave(place, holder) {
      const held = places.get(place);
      if (held?.holder !== holder) return;
      meanHeldMs = meanHeldMs * 0.8 + (clock.now() - held.sinceMs) * 0.2;
      places.delete(place);
    },
  };
}
