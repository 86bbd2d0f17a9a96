import type { Taken, WorkQueue } from './workqueue.ts';

/** A chain of passes that never waits for a socket would keep timers and sockets waiting: it pauses this often. */
const LONGEST_SLICE_MS = 10;

export type WorkerPoolOptions = {
  queue: Pick<WorkQueue, 'take' | 'done' | 'ready'>;
  workers: number;
  /** Must not reject. */
  work: (taken: Taken) => Promise<void>;
  onActive?: (count: number) => void;
};

/** Starts work while something is ready and a worker is free. */
export function createWorkerPool({ queue, workers, work, onActive }: WorkerPoolOptions) {
  let active = 0;
  let running = false;
  let scheduled: NodeJS.Immediate | undefined;
  let sliceStartedAt = performance.now();

  const one = async (taken: Taken): Promise<void> => {
    try {
      await work(taken);
    } finally {
      active -= 1;
      onActive?.(active);
      queue.done(taken.key);
      if (performance.now() - sliceStartedAt > LONGEST_SLICE_MS) wake();
      else pump();
    }
  };

  const pump = (): void => {
    if (!running) return;
    for (let free = workers - active; free > 0; free -= 1) {
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
      wake();
    },
    /** Something became ready. */
    wake,
    /** Begins nothing more; what is under way goes on. */
    stop(): void {
      running = false;
      if (scheduled) clearImmediate(scheduled);
      scheduled = undefined;
    },
    active: () => active,
    isRunning: () => running,
  };
}
