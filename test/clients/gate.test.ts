import { describe, expect, test } from '@jest/globals';
import { createGate } from '../../operator/clients/gate.ts';
import { OperatorError } from '../../operator/errors.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const BOUND_MS = 600_000;

describe('a gate', () => {
  const set = () => {
    const clock = virtualClock();
    const gate = createGate(clock);
    const enter = (holder: string) => gate.enter('subnet', holder, BOUND_MS, 'another endpoint is being changed');
    const waitOf = (holder: string): number => {
      try {
        enter(holder);
      } catch (error) {
        if (error instanceof OperatorError && error.disposition === 'throttled') return error.retryAfterMs!;
        throw error;
      }
      return 0;
    };
    return { clock, gate, enter, waitOf };
  };

  test('lets one in, and the same one again', () => {
    const { enter } = set();
    enter('a');
    enter('a');
    expect(() => enter('b')).toThrow('another endpoint is being changed');
  });

  test('opens when the holder is seen to be done, and not when somebody else is', () => {
    const { gate, enter } = set();
    enter('a');
    gate.leave('subnet', 'b');
    expect(() => enter('b')).toThrow(OperatorError);
    gate.leave('subnet', 'a');
    enter('b');
  });

  test('opens after its bound when nobody reports the end', async () => {
    const { clock, enter } = set();
    enter('a');
    await clock.advance(BOUND_MS - 1);
    expect(() => enter('b')).toThrow(OperatorError);
    await clock.advance(1);
    expect(() => enter('b')).not.toThrow();
  });

  test('serves in order of arrival', async () => {
    const { clock, gate, enter, waitOf } = set();
    enter('a');
    const waits = ['b', 'c', 'd'].map(waitOf);
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    gate.leave('subnet', 'a');
    await clock.advance(1000);
    expect(waitOf('d')).toBeGreaterThan(0);
    expect(waitOf('b')).toBe(0);
  });

  test('does not wait for one who has gone away', async () => {
    const { clock, gate, enter, waitOf } = set();
    enter('a');
    const waitMs = waitOf('gone');
    waitOf('c');
    gate.leave('subnet', 'a');
    await clock.advance(waitMs + 5_001);
    expect(waitOf('c')).toBe(0);
  });

  test('keeps places apart', () => {
    const { gate, enter } = set();
    enter('a');
    expect(() => gate.enter('other subnet', 'b', BOUND_MS, 'x')).not.toThrow();
  });
});
