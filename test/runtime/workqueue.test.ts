import { beforeEach, describe, expect, test } from '@jest/globals';
import { createWorkQueue, type WorkQueue } from '../../operator/runtime/workqueue.ts';
import { type VirtualClock, virtualClock } from '../support/virtual-clock.ts';

let clock: VirtualClock;
let queue: WorkQueue;
const waits: number[] = [];

beforeEach(() => {
  clock = virtualClock();
  waits.length = 0;
  const observer = { added() {}, waited: (seconds: number) => void waits.push(seconds), worked() {} };
  queue = createWorkQueue({ clock, lanes: { agedAfterMs: 30_000, agedShare: 4 }, observer });
});

function takeAll(): string[] {
  const keys: string[] = [];
  for (let taken = queue.take(); taken; taken = queue.take()) {
    keys.push(taken.key);
    queue.done(taken.key);
  }
  return keys;
}

describe('one key', () => {
  test('is taken once, however often it was added', () => {
    for (let time = 0; time < 5; time += 1) queue.add('a/x');
    expect(takeAll()).toEqual(['a/x']);
  });

  test('is not given to a second worker while the first has it, and comes again afterwards', () => {
    queue.add('a/x');
    expect(queue.take()?.key).toBe('a/x');
    queue.add('a/x');
    queue.add('a/x', { priority: 'person' });
    expect(queue.take()).toBeUndefined();
    queue.done('a/x');
    expect(queue.take()).toEqual({ key: 'a/x', priority: 'person' });
    queue.done('a/x');
    expect(queue.take()).toBeUndefined();
  });

  test('comes when it is due, not before', async () => {
    queue.add('a/x', { delayMs: 1000 });
    await clock.advance(999);
    expect(takeAll()).toEqual([]);
    await clock.advance(1);
    expect(takeAll()).toEqual(['a/x']);
  });

  test('comes sooner when added with a shorter delay, never later', async () => {
    queue.add('a/x', { delayMs: 10_000 });
    queue.add('a/x', { delayMs: 1000 });
    queue.add('a/x', { delayMs: 60_000 });
    await clock.advance(1000);
    expect(takeAll()).toEqual(['a/x']);
    await clock.advance(100_000);
    expect(takeAll()).toEqual([]);
  });

  test('rises in priority when added again, never falls', () => {
    queue.add('a/low', { priority: 'resync' });
    queue.add('a/other', { priority: 'routine' });
    queue.add('a/low', { priority: 'person' });
    queue.add('a/low', { priority: 'resync' });
    expect(queue.take()).toEqual({ key: 'a/low', priority: 'person' });
  });

  test('keeps its waiting time when its priority rises', async () => {
    queue.add('a/x', { priority: 'resync' });
    await clock.advance(2000);
    queue.add('a/x', { priority: 'person' });
    takeAll();
    expect(waits).toEqual([2]);
  });

  test('cannot be done by somebody who has not taken it', () => {
    queue.add('a/x');
    expect(() => queue.done('a/x')).toThrow('was not taken');
  });
});

describe('many keys', () => {
  test('go by priority: person, routine, resync', () => {
    queue.add('a/3', { priority: 'resync' });
    queue.add('a/2', { priority: 'routine' });
    queue.add('a/1', { priority: 'person' });
    expect(takeAll()).toEqual(['a/1', 'a/2', 'a/3']);
  });

  test('take turns by namespace inside one priority', () => {
    for (const name of ['1', '2', '3']) queue.add(`big/${name}`);
    queue.add('small/1');
    queue.add('tiny/1');
    expect(takeAll()).toEqual(['big/1', 'small/1', 'tiny/1', 'big/2', 'big/3']);
  });

  test('low priority is served within a bounded number of picks while high priority keeps refilling', async () => {
    queue.add('a/low', { priority: 'resync' });
    await clock.advance(31_000);
    const order: string[] = [];
    for (let pick = 0; pick < 8; pick += 1) {
      queue.add(`a/high-${pick}`, { priority: 'person' });
      const taken = queue.take()!;
      queue.done(taken.key);
      order.push(taken.key);
    }
    expect(order.indexOf('a/low')).toBeGreaterThanOrEqual(0);
    expect(order.indexOf('a/low')).toBeLessThan(4);
  });

  test('low priority that has not aged yet waits for all of the high', () => {
    queue.add('a/low', { priority: 'resync' });
    for (let pick = 0; pick < 20; pick += 1) queue.add(`a/high-${pick}`, { priority: 'person' });
    expect(takeAll().at(-1)).toBe('a/low');
  });

  test('a person waits for a fraction of a long aged sweep, not behind all of it', async () => {
    for (let index = 0; index < 1000; index += 1) queue.add(`a/sweep-${index}`, { priority: 'resync' });
    await clock.advance(120_000);
    queue.add('a/person', { priority: 'person' });
    expect(takeAll().indexOf('a/person')).toBeLessThan(4);
  });

  test('ten thousand in random order all come out exactly once', async () => {
    const priorities = ['person', 'routine', 'resync'] as const;
    for (let index = 0; index < 10_000; index += 1) {
      const delayMs = index % 7 === 0 ? index : 0;
      queue.add(`ns-${index % 13}/${index}`, { priority: priorities[index % 3]!, delayMs });
      if (index % 5 === 0) queue.add(`ns-${index % 13}/${index}`, { priority: priorities[(index + 1) % 3]! });
    }
    const taken = takeAll();
    await clock.advance(20_000);
    taken.push(...takeAll());
    expect(new Set(taken).size).toBe(10_000);
    expect(taken.length).toBe(10_000);
    expect([queue.ready(), queue.waiting(), queue.taken()]).toEqual([0, 0, 0]);
  });
});

describe('a draining queue', () => {
  test('gives nothing out any more and waits for what was taken', async () => {
    queue.add('a/x');
    queue.add('a/y');
    const taken = queue.take()!;
    let drained = false;
    const draining = queue.drain().then(() => {
      drained = true;
      return drained;
    });
    queue.add('a/z');
    expect(queue.take()).toBeUndefined();
    await Promise.resolve();
    expect(drained).toBe(false);
    queue.done(taken.key);
    expect(await draining).toBe(true);
    expect(clock.timers()).toBe(0);
  });
});
