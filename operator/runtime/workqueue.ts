import type { Clock } from '../clock.ts';
import { createDelays } from './delays.ts';
import { createReadyLanes, isMoreUrgent, type LanePolicy, type Priority } from './ready-lanes.ts';

export type { Priority } from './ready-lanes.ts';

export type AddOptions = {
  /** Default routine. */
  priority?: Priority;
  /** Not before this many milliseconds from now. Default 0. */
  delayMs?: number;
};

export type Taken = { key: string; priority: Priority };

/** What the queue tells its metrics. */
export type QueueObserver = {
  added(): void;
  /** Seconds between being ready and being taken. */
  waited(seconds: number): void;
  worked(seconds: number): void;
};

export type WorkQueueOptions = {
  clock: Clock;
  /** Called, synchronously, whenever something became ready. */
  onReady?: () => void;
  namespaceOf?: (key: string) => string;
  lanes?: Partial<LanePolicy>;
  observer?: QueueObserver;
};

type Entry = {
  key: string;
  priority: Priority;
  state: 'waiting' | 'ready' | 'taken';
  readyAtMs: number;
  takenAtMs: number;
  /** Undefined rather than deleted: an object that loses a property takes five times the memory, and each key has one. */
  again: { priority: Priority; readyAtMs: number } | undefined;
};

/**
 * Keys to work on.
 *
 * Guarantees: a key is taken by one worker at a time; what is added while a key is being worked on is worked on again
 * afterwards, never lost and never twice; adding again raises the priority and shortens the wait, never the other way.
 */
export function createWorkQueue(options: WorkQueueOptions) {
  const { clock, observer } = options;
  const onReady = options.onReady ?? (() => {});
  const namespaceOf = options.namespaceOf ?? ((key: string) => key.slice(0, Math.max(0, key.indexOf('/'))));
  const entries = new Map<string, Entry>();
  const lanes = createReadyLanes({ agedAfterMs: 30_000, agedShare: 4, ...options.lanes });
  const delays = createDelays(clock, (key) => {
    const entry = entries.get(key);
    if (entry?.state === 'waiting') makeReady(entry);
  });
  let taken = 0;
  let closed = false;
  let onDrained: (() => void)[] = [];

  const makeReady = (entry: Entry): void => {
    entry.state = 'ready';
    lanes.add(entry.key, namespaceOf(entry.key), entry.priority, entry.readyAtMs);
    onReady();
  };

  const place = (entry: Entry): void => {
    if (entry.readyAtMs <= clock.now()) {
      delays.delete(entry.key);
      makeReady(entry);
    } else {
      entry.state = 'waiting';
      delays.set(entry.key, entry.readyAtMs);
    }
  };

  const improve = (entry: Entry, priority: Priority, readyAtMs: number): void => {
    const moreUrgent = isMoreUrgent(priority, entry.priority);
    if (moreUrgent) entry.priority = priority;
    if (entry.state === 'ready') {
      // Its age goes with it: rank was gained, not waiting time lost.
      if (moreUrgent) lanes.add(entry.key, namespaceOf(entry.key), priority, lanes.remove(entry.key) ?? readyAtMs);
    } else if (readyAtMs < entry.readyAtMs) {
      entry.readyAtMs = readyAtMs;
      place(entry);
    }
  };

  return {
    add(key: string, { priority = 'routine', delayMs = 0 }: AddOptions = {}): void {
      if (closed) return;
      observer?.added();
      const readyAtMs = clock.now() + Math.max(0, delayMs);
      const entry = entries.get(key);
      if (!entry) {
        const fresh: Entry = { key, priority, state: 'waiting', readyAtMs, takenAtMs: 0, again: undefined };
        entries.set(key, fresh);
        place(fresh);
      } else if (entry.state === 'taken') {
        const { again } = entry;
        entry.again = {
          priority: again && isMoreUrgent(again.priority, priority) ? again.priority : priority,
          readyAtMs: Math.min(again?.readyAtMs ?? readyAtMs, readyAtMs),
        };
      } else {
        improve(entry, priority, readyAtMs);
      }
    },

    /** The next key, now owned by the caller until `done`. Undefined when nothing is ready. */
    take(): Taken | undefined {
      if (closed) return undefined;
      const picked = lanes.pick(clock.now());
      if (!picked) return undefined;
      const entry = entries.get(picked.key)!;
      entry.state = 'taken';
      entry.takenAtMs = clock.now();
      taken += 1;
      observer?.waited((entry.takenAtMs - picked.sinceMs) / 1000);
      return { key: entry.key, priority: entry.priority };
    },

    /** The caller has finished with a key that it took. */
    done(key: string): void {
      const entry = entries.get(key);
      if (entry?.state !== 'taken') throw new Error(`workqueue: ${key} was not taken`);
      taken -= 1;
      observer?.worked((clock.now() - entry.takenAtMs) / 1000);
      const { again } = entry;
      if (again && !closed) {
        entry.priority = again.priority;
        entry.readyAtMs = again.readyAtMs;
        entry.again = undefined;
        place(entry);
      } else {
        entries.delete(key);
      }
      if (taken === 0) {
        for (const drained of onDrained) drained();
        onDrained = [];
      }
    },

    /** Nothing is taken any more; resolves when what was taken is done. */
    drain(): Promise<void> {
      closed = true;
      delays.clear();
      return taken === 0 ? Promise.resolve() : new Promise((resolve) => onDrained.push(resolve));
    },

    ready: (priority?: Priority) => lanes.size(priority),
    waiting: () => delays.size(),
    taken: () => taken,
    /** When the next delayed key becomes ready, milliseconds since the epoch. */
    nextAtMs: () => delays.nextAtMs(),
    /** Start times of the keys being worked on, for unfinished-work metrics. */
    *takenSinceMs(): Generator<number> {
      for (const entry of entries.values()) if (entry.state === 'taken') yield entry.takenAtMs;
    },
  };
}

export type WorkQueue = ReturnType<typeof createWorkQueue>;
