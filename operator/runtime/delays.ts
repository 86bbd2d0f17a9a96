import type { Clock } from '../clock.ts';

type Delayed = { key: string; atMs: number };

/**
 * Keys that become due at a time, on one timer. A key may be set again: the last word holds, and what was said before
 * is skipped when its turn comes.
 */
export function createDelays(clock: Clock, onDue: (key: string) => void) {
  const heap: Delayed[] = [];
  const current = new Map<string, Delayed>();
  let cancelTimer: (() => void) | undefined;
  let timerAtMs = Number.POSITIVE_INFINITY;

  const arm = (): void => {
    while (heap[0] && current.get(heap[0].key) !== heap[0]) pop(heap);
    const atMs = heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
    if (atMs === timerAtMs) return;
    cancelTimer?.();
    cancelTimer = undefined;
    timerAtMs = atMs;
    if (atMs !== Number.POSITIVE_INFINITY) cancelTimer = clock.after(atMs - clock.now(), fire);
  };

  const fire = (): void => {
    timerAtMs = Number.POSITIVE_INFINITY;
    cancelTimer = undefined;
    const nowMs = clock.now();
    while (heap[0] && (heap[0].atMs <= nowMs || current.get(heap[0].key) !== heap[0])) {
      const due = pop(heap)!;
      if (current.get(due.key) !== due) continue;
      current.delete(due.key);
      onDue(due.key);
    }
    arm();
  };

  return {
    set(key: string, atMs: number): void {
      const delayed = { key, atMs };
      current.set(key, delayed);
      push(heap, delayed);
      arm();
    },
    delete(key: string): void {
      if (current.delete(key)) arm();
    },
    clear(): void {
      current.clear();
      heap.length = 0;
      arm();
    },
    size: () => current.size,
    /** When the next key is due, milliseconds since the epoch. */
    nextAtMs: (): number | undefined => (timerAtMs === Number.POSITIVE_INFINITY ? undefined : timerAtMs),
  };
}

function push(heap: Delayed[], item: Delayed): void {
  heap.push(item);
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (heap[parent]!.atMs <= item.atMs) break;
    heap[child] = heap[parent]!;
    child = parent;
  }
  heap[child] = item;
}

function pop(heap: Delayed[]): Delayed | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let parent = 0;
  for (;;) {
    let child = parent * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]!.atMs < heap[child]!.atMs) child += 1;
    if (heap[child]!.atMs >= last.atMs) break;
    heap[parent] = heap[child]!;
    parent = child;
  }
  heap[parent] = last;
  return top;
}
