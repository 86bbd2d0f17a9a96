import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createWorkerPool } from '../../operator/runtime/worker-pool.ts';
import type { Taken } from '../../operator/runtime/workqueue.ts';

describe('workers at the start of a process', () => {
  beforeEach(
    () => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick', 'performance'] }),
  );
  afterEach(() => void jest.useRealTimers());

  function crowd(workers: number) {
    const left = Array.from({ length: 100 }, (_, index): Taken => ({ key: `ns-${index}/a`, priority: 'resync' }));
    const ends: (() => void)[] = [];
    const pool = createWorkerPool({
      workers,
      queue: { take: () => left.shift(), done: () => {}, ready: () => left.length },
      work: () => new Promise((resolve) => void ends.push(resolve)),
    });
    pool.start();
    return {
      pool,
      end: async (passes: number) => {
        for (const end of ends.splice(0, passes)) end();
        await turn();
        await turn();
      },
      after: async (ms: number) => {
        jest.advanceTimersByTime(ms);
        await turn();
        await turn();
      },
    };
  }

  test('are few, so that the first decision does not wait for the lists of all tenants', async () => {
    const { pool, after } = crowd(16);
    await after(0);
    expect(pool.active()).toBe(2);
  });

  test('become more with each pass that ends, and never more than there are', async () => {
    const { pool, after, end } = crowd(16);
    await after(0);
    await end(2);
    expect(pool.active()).toBe(4);
    for (let round = 0; round < 10; round += 1) await end(4);
    expect(pool.active()).toBe(16);
  });

  test('become more with time, when the first passes take long', async () => {
    const { pool, after } = crowd(16);
    await after(0);
    await after(2_000);
    expect(pool.active()).toBe(6);
    await after(60_000);
    expect(pool.active()).toBe(16);
    pool.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('are all there are, where there is one', async () => {
    const { pool, after } = crowd(1);
    await after(10_000);
    expect(pool.active()).toBe(1);
  });
});
