import type { Taken, WorkQueue } from './workqueue.ts';

/** A chain of passes that never waits for a socket would keep timers and sockets waiting: it pauses this often. */
const LONGEST_SLICE_MS = 10;

/**
 * The first passes of a process each read the long lists of their tenant. All workers at once would read those of as
 * many tenants side by side, and the first decision come with the last of them: few begin, and one joins them with each
 * pass that ends, or after so many milliseconds.
 */
const FIRST_WORKERS = 2;
const ANOTHER_AFTER_MS = 500;

export type WorkerPoolOptions = {
  queue: Pick<WorkQueue, 'take' | 'done' | 'ready'>;
  /** The most that work at the same time. */
  workers: number;
  /** Must not reject. */
  work: (taken: Taken) => Promise<void>;
  onActive?: (count: number) => void;
};

/** Starts work while something is ready and a worker is free. */
export function createWorkerPool({ queue, workers, work, onActive }: WorkerPoolOptions) {
  let active = 0;
  let hired = Math.min(FIRST_WORKERS, workers);
  let hiring: NodeJS.Timeout | undefined;
  let running = false;
  let scheduled: NodeJS.Immediate | undefined;
  let sliceStartedAt = performance.now();

  const hire = (): void => {
    if (hired < workers) hired += 1;
    if (hired === workers) clearInterval(hiring);
  };

  const one = async (taken: Taken): Promise<void> => {
    try {
      await work(taken);
    } finally {
      active -= 1;
      onActive?.(active);
      queue.done(taken.key);
      hire();
      if (performance.now() - sliceStartedAt > LONGEST_SLICE_MS) wake();
      else pump();
    }
  };

  const pump = (): void => {
    if (!running) return;
    for (let free = hired - active; free > 0; free -= 1) {
      const taken = queue.take();
      if (!taken) return;
      active += 1;
      onActive?.(active);
      void one(taken);
    }
  };

  const wake = (): void => {
    if (!running || scheduled) return;
    scheduled = setImmediate(() => {
      scheduled = undefined;
      sliceStartedAt = performance.now();
      pump();
    });
  };

  return {
    start(): void {
      running = true;
      if (hired < workers) {
        hiring = setInterval(() => {
          hire();
          wake();
        }, ANOTHER_AFTER_MS);
      }
      wake();
    },
    /** Something became ready. */
    wake,
    /** Begins nothing more; what is under way goes on. */
    stop(): void {
      running = false;
      clearInterval(hiring);
      if (scheduled) clearImmediate(scheduled);
      scheduled = undefined;
    },
    active: () => active,
    isRunning: () => running,
  };
}
