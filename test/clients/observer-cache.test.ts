import { describe, expect, test } from '@jest/globals';
import { createObserverCache } from '../../operator/clients/observer-cache.ts';
import { OperatorError } from '../../operator/errors.ts';
import { settle, virtualClock } from '../support/virtual-clock.ts';
import { aCall } from './fakes.ts';

const PERIOD_MS = 60_000;

/** Loads that are answered by hand. */
function set() {
  const clock = virtualClock();
  const cache = createObserverCache(clock);
  const loads: { answer: (value: string) => void; fail: (error: unknown) => void; signal: AbortSignal; key: string }[] =
    [];
  const read = (call: Parameters<typeof aCall>[0] = {}) =>
    cache.read('list', PERIOD_MS, aCall(call), ({ signal, key }) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      loads.push({ answer: resolve, fail: reject, signal, key });
      return promise;
    });
  return { clock, cache, loads, read };
}

describe('the observer cache', () => {
  test('asks once for all who ask at the same time', async () => {
    const { loads, read } = set();
    const reads = [read({ key: 'a/1' }), read({ key: 'a/2' }), read({ key: 'b/3' })];
    expect(loads).toHaveLength(1);
    loads[0]!.answer('x');
    expect((await Promise.all(reads)).map(({ value }) => value)).toEqual(['x', 'x', 'x']);
  });

  test('shows what we have just written, at the age of what was read, and lets nothing older take its place', async () => {
    const { cache, clock, loads, read } = set();
    const first = read();
    loads[0]!.answer('x');
    const { readAtMs } = await first;
    await clock.advance(1_000);
    void read({ maxAgeMs: 0 });
    cache.amend<string>('list', (value) => `${value}+`);
    loads[1]!.answer('from before the write');
    await settle();
    expect(await read()).toEqual({ value: 'x+', readAtMs });
    expect(loads).toHaveLength(2);
    await clock.advance(PERIOD_MS);
    void read();
    expect(loads).toHaveLength(3);
  });

  test('invents nothing of what was never read', async () => {
    const { cache, loads, read } = set();
    cache.amend<string>('list', (value) => `${value}+`);
    expect(cache.peek('list')).toBeUndefined();
    const asked = read();
    loads[0]!.answer('x');
    expect((await asked).value).toBe('x');
  });

  test('stands in a budget’s line once, whoever asks first', () => {
    const { loads, read } = set();
    void read({ key: 'a/1' });
    expect(loads[0]!.key).toBe('read/list');
  });

  test('serves an answer for its period, and then reads anew', async () => {
    const { clock, loads, read } = set();
    const first = read();
    loads[0]!.answer('old');
    const { readAtMs } = await first;
    await clock.advance(PERIOD_MS);
    expect(await read()).toEqual({ value: 'old', readAtMs });
    await clock.advance(1);
    void read();
    expect(loads).toHaveLength(2);
  });

  test('an answer is as old as its question', async () => {
    const { clock, loads, read } = set();
    const askedAtMs = clock.now();
    const first = read();
    await clock.advance(5_000);
    loads[0]!.answer('x');
    expect((await first).readAtMs).toBe(askedAtMs);
  });

  test('reads anew for a caller who wants it fresher', async () => {
    const { clock, loads, read } = set();
    const first = read();
    loads[0]!.answer('old');
    await first;
    await clock.advance(10_000);
    const fresh = read({ maxAgeMs: 5_000 });
    loads[1]!.answer('new');
    expect((await fresh).value).toBe('new');
    expect((await read()).value).toBe('new');
    void read({ maxAgeMs: 0 });
    expect(loads).toHaveLength(3);
  });

  test('does not let a caller who wants it fresher join a call that began too early', async () => {
    const { clock, loads, read } = set();
    void read();
    await clock.advance(10_000);
    void read({ maxAgeMs: 5_000 });
    expect(loads).toHaveLength(2);
  });

  test('after our own write nothing read before serves anybody, in flight or not, even within one millisecond', async () => {
    const { cache, loads, read } = set();
    const before = read();
    cache.invalidate('list');
    const after = read();
    expect(loads).toHaveLength(2);
    loads[1]!.answer('after the write');
    loads[0]!.answer('before the write');
    expect((await before).value).toBe('before the write');
    expect((await after).value).toBe('after the write');
    expect((await read()).value).toBe('after the write');
    expect(cache.peek('list')?.value).toBe('after the write');
  });

  test('an older answer that arrives late does not replace a newer one', async () => {
    const { clock, loads, read } = set();
    const slow = read();
    await clock.advance(10);
    const fast = read({ maxAgeMs: 5 });
    loads[1]!.answer('newer');
    await fast;
    loads[0]!.answer('older');
    await slow;
    expect((await read()).value).toBe('newer');
  });

  test('one caller’s abort does not hurt the others; the last one’s ends the call', async () => {
    const { loads, read } = set();
    const [one, two] = [new AbortController(), new AbortController()];
    const reads = [read({ signal: one.signal }), read({ signal: two.signal })];
    const settled = Promise.allSettled(reads);
    one.abort(new Error('pass over'));
    await settle();
    expect(loads[0]!.signal.aborted).toBe(false);
    two.abort(new Error('pass over'));
    await settle();
    expect(loads[0]!.signal.aborted).toBe(true);
    loads[0]!.fail(new Error('aborted'));
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    void read();
    expect(loads).toHaveLength(2);
  });

  test.each([
    ['transient', 1_000],
    ['blocked', 15_000],
  ] as const)('shares a %s failure for a moment only', async (disposition, momentMs) => {
    const { clock, loads, read } = set();
    const first = read();
    loads[0]!.fail(new OperatorError({ disposition, reason: 'X', message: 'no' }));
    await expect(first).rejects.toThrow('no');
    await clock.advance(momentMs - 1);
    await expect(read()).rejects.toThrow('no');
    expect(loads).toHaveLength(1);
    await clock.advance(1);
    void read();
    expect(loads).toHaveLength(2);
  });

  test('does not repeat a budget’s word to others: each learns its own time', async () => {
    const { loads, read } = set();
    const first = read();
    loads[0]!.fail(new OperatorError({ disposition: 'throttled', reason: 'X', message: 'wait', retryAfterMs: 10 }));
    await expect(first).rejects.toThrow('wait');
    void read();
    expect(loads).toHaveLength(2);
  });
});
