import type { Clock } from '../clock.ts';
import { type Disposition, isCredentialTrouble, isOwnTurn, type OperatorError } from '../errors.ts';
import { type BackoffPolicy, backoffMs, jittered, type Random } from './backoff.ts';
import type { Poll } from './kind.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Published milliseconds; `growth` multiplies the delay each further time the same phase is found. */
type Pace = { firstMs: number; maxMs: number; growth: number; jitter: number };

/**
 * The paces of `Poll`. `now` grows, too: a phase that asks to be looked at again at once and is still the same when we
 * do has not moved, and looking harder does not move it.
 */
const PACES: Record<Exclude<Poll, 'due' | 'never'>, Pace> = {
  now: { firstMs: 0, maxMs: MINUTE, growth: 2, jitter: 0.1 },
  fast: { firstMs: 3 * SECOND, maxMs: MINUTE, growth: 1.5, jitter: 0.1 },
  person: { firstMs: 30 * SECOND, maxMs: 10 * MINUTE, growth: 1.5, jitter: 0.1 },
  slow: { firstMs: 10 * MINUTE, maxMs: 10 * MINUTE, growth: 1, jitter: 0.1 },
  rest: { firstMs: 60 * MINUTE, maxMs: 60 * MINUTE, growth: 1, jitter: 0.15 },
};

/** After how many milliseconds `now` begins to grow, once the same phase has been found again. */
const NOW_AGAIN_MS = SECOND;

export type Chance = { clock: Clock; random: Random };

/**
 * Milliseconds until the next look at a ladder that rests where `poll` says; undefined: only when the object changes.
 * `repeats`: how often in a row the same phase has been found before this.
 */
export function pollDelayMs(
  poll: Poll,
  repeats: number,
  dueAtMs: number | undefined,
  chance: Chance,
): number | undefined {
  if (poll === 'never') return undefined;
  if (poll === 'due' && dueAtMs !== undefined && dueAtMs > chance.clock.now()) return dueAtMs - chance.clock.now();
  if (poll === 'due') {
    // Due and still here: either the time has just passed, or what was due does not come.
    return paced(dueAtMs === undefined ? PACES.fast : PACES.now, repeats, chance);
  }
  return paced(PACES[poll], repeats, chance);
}

function paced(pace: Pace, repeats: number, { clock, random }: Chance): number {
  const grown = pace.firstMs === 0 ? nowAgain(pace, repeats) : pace.firstMs * pace.growth ** Math.min(repeats, 64);
  return clock.scaled(jittered(Math.min(pace.maxMs, grown), pace.jitter, random));
}

function nowAgain(pace: Pace, repeats: number): number {
  return repeats === 0 ? 0 : NOW_AGAIN_MS * pace.growth ** Math.min(repeats - 1, 64);
}

const TRANSIENT: BackoffPolicy = { baseMs: SECOND, maxMs: 5 * MINUTE, factor: 2, jitter: 0.5 };
/** Somebody must grant, unlock or raise something; role assignments take minutes to arrive. */
const BLOCKED: BackoffPolicy = { baseMs: 30 * SECOND, maxMs: 10 * MINUTE, factor: 2, jitter: 0.2 };
const CREDENTIALS: BackoffPolicy = { baseMs: 15 * SECOND, maxMs: MINUTE, factor: 2, jitter: 0.2 };
/** Right after its start an API server refuses what its roles allow, until it has read them: moments, not minutes. */
const CLUSTER_ROLES: BackoffPolicy = { baseMs: 2 * SECOND, maxMs: 10 * MINUTE, factor: 2, jitter: 0.2 };
const BUG: BackoffPolicy = { baseMs: 5 * SECOND, maxMs: 10 * MINUTE, factor: 2, jitter: 0.5 };
const CONFLICT: BackoffPolicy = { baseMs: 50, maxMs: 10 * SECOND, factor: 3, jitter: 0.5 };
/** The spec must change; the slow look is for what we took for the spec's fault and was not. */
const TERMINAL_MS = 30 * MINUTE;
const SHORTEST_THROTTLE_MS = SECOND;

type Retry = (error: OperatorError, failures: number, chance: Chance) => number;

const scaledBackoff =
  (policy: BackoffPolicy): Retry =>
  ({ retryAfterMs = 0 }, failures, { clock, random }) =>
    Math.max(retryAfterMs, clock.scaled(backoffMs(failures, policy, random)));

function blockedPolicy(error: OperatorError): BackoffPolicy {
  if (isCredentialTrouble(error)) return CREDENTIALS;
  return error.reason === 'KubernetesForbidden' ? CLUSTER_ROLES : BLOCKED;
}

const RETRIES: Record<Disposition, Retry> = {
  // The first conflict is ordinary life; from the second on somebody else writes as fast as we do.
  conflict: (_, failures, { random }) => (failures <= 1 ? 0 : backoffMs(failures - 1, CONFLICT, random)),
  // Never before the server said; a little after, so that all who were told the same do not return together.
  // A turn in our own budget is kept to the millisecond: who comes late to it leaves a part of the quota unused.
  throttled: (error, _, { random }) =>
    Math.max(SHORTEST_THROTTLE_MS, error.retryAfterMs ?? 0) * (isOwnTurn(error) ? 1 : 1 + 0.1 * random()),
  transient: scaledBackoff(TRANSIENT),
  blocked: (error, failures, chance) => scaledBackoff(blockedPolicy(error))(error, failures, chance),
  terminal: (_, __, { clock, random }) => clock.scaled(jittered(TERMINAL_MS, 0.1, random)),
  bug: scaledBackoff(BUG),
};

/** Milliseconds until the next try after an error. `failures`: in a row, this one included. */
export function retryDelayMs(error: OperatorError, failures: number, chance: Chance): number {
  return RETRIES[error.disposition](error, failures, chance);
}
