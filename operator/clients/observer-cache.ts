import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import type { CallOptions, Read } from './call.ts';

type Flight = {
  promise: Promise<Read<unknown>>;
  controller: AbortController;
  askers: number;
  begun: number;
  begunAtMs: number;
};

type Failure = { error: unknown; untilMs: number; begun: number };

/** Undefined rather than deleted: an object that loses a property takes five times the memory, and each zone group has one. */
type Entry = {
  value: { read: Read<unknown>; begun: number } | undefined;
  failure: Failure | undefined;
  flight: Flight | undefined;
  /** Reads that began before this point in the order of events must not serve anybody any more. */
  floor: number;
  usedAtMs: number;
};

export type Load<T> = (call: CallOptions) => Promise<T>;

export interface ObserverCache {
  /**
   * The value under `key`: a cached one that is young enough for `call.maxAgeMs` (else `periodMs`), a call in flight
   * that is, or a new call. Its age counts from when the call began. One caller's abort never hurts the others.
   */
  read<T>(key: string, periodMs: number, call: CallOptions, load: Load<T>): Promise<Read<T>>;
  /** The last value, however old, unless invalidated. */
  peek<T>(key: string): Read<T> | undefined;
  /**
   * We have just written what the key shows, and know what that made of it. A value that is there is changed and keeps
   * its age; what is still in flight serves nobody, as after `invalidate`.
   */
  amend<T>(key: string, change: (value: T) => T): void;
  /** We have just written what the key shows: whatever was read before serves nobody, also what is still in flight. */
  invalidate(key: string): void;
}

/** Two passes a moment apart must not both run into the same failure; a third a little later shall try. */
const FAILURE_MOMENT_MS = 1_000;
/** Rights change slowly, and asking again is what uses up a budget. */
const REFUSAL_MOMENT_MS = 15_000;
const UNUSED_AFTER_MS = 3 * 3_600_000;
const SWEEP_EVERY = 1000;

/**
 * Reads that many objects share. A key must name everything that the answer depends on, the identity included.
 * Published periods are given unscaled.
 */
export function createObserverCache(clock: Clock): ObserverCache {
  const entries = new Map<string, Entry>();
  /** Orders reads and writes even when the clock does not move between them. */
  let events = 0;
  let sinceSweep = 0;

  const entryOf = (key: string): Entry => {
    let entry = entries.get(key);
    if (!entry) {
      entry = { value: undefined, failure: undefined, flight: undefined, floor: 0, usedAtMs: clock.now() };
      entries.set(key, entry);
      sinceSweep += 1;
      if (sinceSweep > SWEEP_EVERY) {
        sinceSweep = 0;
        sweep(entries, clock.now() - clock.scaled(UNUSED_AFTER_MS));
      }
    }
    entry.usedAtMs = clock.now();
    return entry;
  };

  const begin = <T>(entry: Entry, key: string, call: CallOptions, load: Load<T>): Flight => {
    const controller = new AbortController();
    events += 1;
    const begun = events;
    const begunAtMs = clock.now();
    // The line in front of a budget is kept for the shared read, not for each of the objects that want it.
    const shared = { ...call, signal: controller.signal, key: `read/${key}` };
    const promise = load(shared).then(
      (value) => {
        const read = { value, readAtMs: begunAtMs };
        if (begun > entry.floor && begun > (entry.value?.begun ?? 0)) entry.value = { read, begun };
        entry.failure = undefined;
        return read;
      },
      (error: unknown) => {
        if (!controller.signal.aborted && begun > entry.floor) entry.failure = failureOf(error, begun, clock);
        throw error;
      },
    );
    const flight: Flight = { promise, controller, askers: 0, begun, begunAtMs };
    entry.flight = flight;
    const land = () => {
      if (entry.flight === flight) entry.flight = undefined;
    };
    promise.then(land, land);
    return flight;
  };

  return {
    async read<T>(key: string, periodMs: number, call: CallOptions, load: Load<T>): Promise<Read<T>> {
      call.signal.throwIfAborted();
      const entry = entryOf(key);
      const nowMs = clock.now();
      const oldestMs = nowMs - (call.maxAgeMs ?? clock.scaled(periodMs));
      const { value, failure, flight } = entry;
      if (value && value.read.readAtMs >= oldestMs && call.maxAgeMs !== 0) return value.read as Read<T>;
      if (failure && failure.untilMs > nowMs && failure.begun > entry.floor) throw failure.error;
      const joinable =
        flight && flight.begun > entry.floor && flight.begunAtMs >= oldestMs && !flight.controller.signal.aborted;
      return (await join(joinable ? flight : begin(entry, key, call, load), call.signal)) as Read<T>;
    },
    peek: <T>(key: string) => entries.get(key)?.value?.read as Read<T> | undefined,
    amend<T>(key: string, change: (value: T) => T) {
      const entry = entryOf(key);
      const { value } = entry;
      events += 1;
      entry.floor = events;
      if (value) {
        const read = { value: change(value.read.value as T), readAtMs: value.read.readAtMs };
        entry.value = { read, begun: value.begun };
      }
      entry.failure = undefined;
      entry.flight = undefined;
    },
    invalidate(key) {
      const entry = entryOf(key);
      events += 1;
      entry.floor = events;
      entry.value = undefined;
      entry.failure = undefined;
      entry.flight = undefined;
    },
  };
}

/** Waits for a flight as one of its askers; the last asker who gives up ends it. */
async function join(flight: Flight, signal: AbortSignal): Promise<Read<unknown>> {
  flight.askers += 1;
  let giveUp = () => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => {
      // While this asker still counts: whoever is left keeps the flight going.
      if (flight.askers === 1) flight.controller.abort(signal.reason);
      reject(signal.reason as Error);
    };
  });
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([flight.promise, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
    flight.askers -= 1;
  }
}

/** A budget that says when to come back keeps its own line: its word is not repeated to others. */
function failureOf(error: unknown, begun: number, clock: Clock): Failure {
  const disposition = error instanceof OperatorError ? error.disposition : 'bug';
  if (disposition === 'throttled') return { error, untilMs: 0, begun };
  const momentMs = disposition === 'blocked' || disposition === 'terminal' ? REFUSAL_MOMENT_MS : FAILURE_MOMENT_MS;
  return { error, untilMs: clock.now() + clock.scaled(momentMs), begun };
}

function sweep(entries: Map<string, Entry>, beforeMs: number): void {
  for (const [key, entry] of entries) if (entry.usedAtMs < beforeMs && !entry.flight) entries.delete(key);
}
