import { describe, expect, test } from '@jest/globals';
import { OperatorError } from '../../operator/errors.ts';
import { backoffMs, createReconnectBackoff } from '../../operator/runtime/backoff.ts';
import { mergeConditions } from '../../operator/runtime/conditions.ts';
import { annotationPatch, claimPatch, FINALIZER, releasePatch } from '../../operator/runtime/finalizer.ts';
import { isEqual, mergePatch } from '../../operator/runtime/merge-patch.ts';
import { pollDelayMs, retryDelayMs } from '../../operator/runtime/policy.ts';
import { statusPatch } from '../../operator/runtime/report.ts';
import { isNewer } from '../../operator/runtime/resource-version.ts';
import { createStore } from '../../operator/runtime/store.ts';
import { createTokenBuckets } from '../../operator/runtime/token-buckets.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { noChance } from './support/harness.ts';
import { aToy } from './support/toy.ts';

describe('backoff', () => {
  const policy = { baseMs: 100, maxMs: 1000, factor: 2, jitter: 0.5 };

  test('doubles up to its maximum', () => {
    const delays = [1, 2, 3, 4, 5, 500].map((failures) => backoffMs(failures, policy, () => 0));
    expect(delays).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  test('lets chance take away its share and no more', () => {
    expect(backoffMs(1, policy, () => 0.999)).toBeGreaterThan(50);
    expect(backoffMs(1, policy, () => 0.999)).toBeLessThan(51);
  });

  test('of a connection survives reconnects that do not last', () => {
    const backoff = createReconnectBackoff({ ...policy, jitter: 0, healthyAfterMs: 60_000 }, noChance);
    expect([10, 10, 10].map((livedMs) => backoff.afterFailure(livedMs))).toEqual([100, 200, 400]);
    expect(backoff.afterFailure(60_000)).toBe(100);
  });
});

describe('paces', () => {
  const chance = { clock: virtualClock(), random: noChance };
  const series = (poll: 'now' | 'fast' | 'person') =>
    [0, 1, 2, 30].map((repeats) => pollDelayMs(poll, repeats, undefined, chance));

  test('grow while the same phase is found again, up to a limit', () => {
    expect(series('now')).toEqual([0, 1000, 2000, 60_000]);
    expect(series('fast')).toEqual([3000, 4500, 6750, 60_000]);
    expect(series('person')).toEqual([30_000, 45_000, 67_500, 600_000]);
  });

  test('meet a due time exactly, and slow down when what was due does not come', () => {
    const now = chance.clock.now();
    expect(pollDelayMs('due', 5, now + 1234, chance)).toBe(1234);
    expect(pollDelayMs('due', 0, now - 1, chance)).toBe(0);
    expect(pollDelayMs('due', 3, now - 1, chance)).toBe(4000);
  });

  test('are divided by the time scale, but a due time is a real time', () => {
    const scaled = { clock: virtualClock(undefined, 60), random: noChance };
    expect(pollDelayMs('slow', 0, undefined, scaled)).toBe(10_000);
    expect(pollDelayMs('due', 0, scaled.clock.now() + 1000, scaled)).toBe(1000);
  });

  test('never means never', () => {
    expect(pollDelayMs('never', 0, undefined, chance)).toBeUndefined();
  });

  test('spread the hourly look by chance', () => {
    const at = (random: number) => pollDelayMs('rest', 0, undefined, { ...chance, random: () => random })!;
    expect(at(0)).toBeLessThan(at(0.5));
    expect(at(0.999)).toBeGreaterThan(at(0.5));
  });

  test.each([
    ['conflict', undefined, [0, 37.5]],
    ['throttled', undefined, [1050, 1050]],
    ['throttled', 60_000, [63_000, 63_000]],
    ['transient', undefined, [750, 1500]],
    ['transient', 10_000, [10_000, 10_000]],
    ['blocked', undefined, [27_000, 54_000]],
    ['terminal', undefined, [1_800_000, 1_800_000]],
    ['bug', undefined, [3750, 7500]],
  ] as const)('after %s (retry after %s ms)', (disposition, retryAfterMs, expected) => {
    const error = new OperatorError({ disposition, reason: 'X', message: 'x', ...(retryAfterMs && { retryAfterMs }) });
    expect([1, 2].map((failures) => retryDelayMs(error, failures, chance))).toEqual(expected);
  });

  test('after a refusal by the API server’s roles begin with seconds: a server that has just started knows no role yet', () => {
    const error = new OperatorError({ disposition: 'blocked', reason: 'KubernetesForbidden', message: 'x' });
    expect([1, 2, 20].map((failures) => retryDelayMs(error, failures, chance))).toEqual([1800, 3600, 540_000]);
  });

  test('come to the millisecond when our own budget gave the turn: lateness would leave quota unused', () => {
    const turn = { disposition: 'throttled', reason: 'WaitingForQuota', message: 'x', retryAfterMs: 60_500 } as const;
    expect(retryDelayMs(new OperatorError(turn), 1, chance)).toBe(60_500);
    expect(retryDelayMs(new OperatorError({ ...turn, status: 429 }), 1, chance)).toBeGreaterThan(60_500);
  });

  test('never return before the server said, whatever chance says', () => {
    const error = new OperatorError({ disposition: 'throttled', reason: 'X', message: 'x', retryAfterMs: 5000 });
    for (const random of [0, 0.5, 0.999]) {
      expect(retryDelayMs(error, 1, { ...chance, random: () => random })).toBeGreaterThanOrEqual(5000);
    }
  });
});

describe('conditions', () => {
  const at = (seconds: number) => Date.UTC(2026, 0, 1, 0, 0, seconds);
  const ready = { type: 'Ready', status: 'True' as const, reason: 'Built', message: '' };

  test('move their transition time only when the status moved', () => {
    const first = mergeConditions([], [ready], 1, at(1));
    const again = mergeConditions(first, [{ ...ready, reason: 'StillBuilt' }], 2, at(2));
    expect(again).toEqual([
      { ...ready, reason: 'StillBuilt', observedGeneration: 2, lastTransitionTime: '2026-01-01T00:00:01Z' },
    ]);
    const moved = mergeConditions(again, [{ ...ready, status: 'False' }], 2, at(3));
    expect(moved[0]?.lastTransitionTime).toBe('2026-01-01T00:00:03Z');
  });

  test('all carry the current generation', () => {
    const before = mergeConditions([], [ready, { ...ready, type: 'DNSReady' }], 1, at(1));
    const after = mergeConditions(before, [ready, { ...ready, type: 'DNSReady' }], 7, at(2));
    expect(after.map(({ observedGeneration }) => observedGeneration)).toEqual([7, 7]);
  });

  test('Reconciling and Stalled are there only when true; a type left out is removed', () => {
    const reported = [
      { ...ready, type: 'Reconciling', status: 'False' as const },
      { ...ready, type: 'Stalled', status: 'True' as const },
    ];
    const before = mergeConditions([], [{ ...ready, type: 'Reconciling' }, ready], 1, at(1));
    expect(mergeConditions(before, reported, 1, at(1)).map(({ type }) => type)).toEqual(['Stalled']);
  });

  test('make no patch when everything is said already, whatever the time', () => {
    const report = { status: { phase: 'Ready', list: [{ a: 1, b: undefined }] }, conditions: [ready] };
    const resource = { ...aToy('a'), metadata: { name: 'a', generation: 3 } };
    const patch = statusPatch(resource, report, at(1))!;
    expect(
      statusPatch({ ...resource, status: JSON.parse(JSON.stringify(patch)) as object }, report, at(50)),
    ).toBeUndefined();
  });

  test('make a patch that removes what is no longer said', () => {
    const resource = {
      ...aToy('a'),
      metadata: { name: 'a', generation: 3 },
      status: { stale: 1, deep: { gone: 1, kept: 2 } },
    };
    const patch = statusPatch(resource, { status: { deep: { kept: 2 } }, conditions: [] }, at(1));
    expect(patch).toEqual({ observedGeneration: 3, conditions: [], stale: null, deep: { gone: null } });
  });
});

describe('merge patches', () => {
  const values = [
    {},
    { a: 1 },
    { a: { b: 1 } },
    { a: { b: 2, c: [1] } },
    { a: [1, { x: 1 }] },
    { a: 'text', z: false },
  ];

  test('turn any value into any other, and are undefined only between equals', () => {
    const apply = (target: unknown, patch: unknown): unknown => {
      if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
      const result: Record<string, unknown> = typeof target === 'object' && !Array.isArray(target) ? { ...target } : {};
      for (const [key, value] of Object.entries(patch)) {
        if (value === null) delete result[key];
        else result[key] = apply(result[key], value);
      }
      return result;
    };
    for (const before of values) {
      for (const after of values) {
        const patch = mergePatch(before, after);
        expect(patch === undefined).toBe(before === after);
        expect(isEqual(patch ? apply(before, patch) : before, after)).toBe(true);
      }
    }
  });
});

describe('metadata patches', () => {
  const toy = {
    ...aToy('a'),
    metadata: { name: 'a', resourceVersion: '7', finalizers: ['other/one'], annotations: { 'x.test/y': '1' } },
  };

  test('claim adds ours to what is there, under the version it was read at', () => {
    expect(claimPatch(toy, { 'fabriclink.dev/claimed': 'yes' })).toEqual({
      metadata: {
        resourceVersion: '7',
        finalizers: ['other/one', FINALIZER],
        annotations: { 'fabriclink.dev/claimed': 'yes' },
      },
    });
  });

  test('release removes ours and nothing else', () => {
    const claimed = { ...toy, metadata: { ...toy.metadata, finalizers: ['other/one', FINALIZER, 'other/two'] } };
    expect(releasePatch(claimed)?.metadata.finalizers).toEqual(['other/one', 'other/two']);
    expect(releasePatch(toy)).toBeUndefined();
  });

  test('are nothing when nothing would change', () => {
    const done = {
      ...toy,
      metadata: { ...toy.metadata, finalizers: [FINALIZER], annotations: { 'fabriclink.dev/a': '1' } },
    };
    expect(claimPatch(done, { 'fabriclink.dev/a': '1' })).toBeUndefined();
    expect(annotationPatch(done, { 'fabriclink.dev/a': '1', 'fabriclink.dev/gone': null })).toBeUndefined();
    expect(annotationPatch(done, { 'fabriclink.dev/a': null })?.metadata.annotations).toEqual({
      'fabriclink.dev/a': null,
    });
  });

  test('refuse annotations that are not ours, and objects without a version', () => {
    expect(() => annotationPatch(toy, { 'x.test/y': '2' })).toThrow('not ours');
    expect(() => claimPatch(aToy('a'), {})).toThrow('resourceVersion');
  });
});

describe('versions', () => {
  test.each([
    ['10', '9', true],
    ['9', '10', false],
    ['99', '99', false],
    ['abc', '9', undefined],
    [undefined, '9', undefined],
    ['007', '9', undefined],
  ])('%s is newer than %s: %s', (one, other, expected) => {
    expect(isNewer(one, other)).toBe(expected);
  });
});

describe('the store', () => {
  const at = (version: string, size = 1) => {
    const toy = aToy('a', 'ns', size);
    return { ...toy, metadata: { ...toy.metadata, resourceVersion: version } };
  };

  test('never goes back to an older version', () => {
    const store = createStore();
    store.put(at('10'));
    expect(store.put(at('9'))).toBeUndefined();
    expect(store.put(at('10'))).toBeUndefined();
    expect(store.remove('ns/a', '9')).toBeUndefined();
    expect(store.put(at('11'))).toMatchObject({ key: 'ns/a', before: { metadata: { resourceVersion: '10' } } });
    expect(store.remove('ns/a', '12')).toMatchObject({ after: undefined });
  });

  test('finds by index, and forgets what moved away', () => {
    const store = createStore({ size: (object) => [String((object.spec as { size: number }).size)] });
    store.put(at('1', 5));
    expect(store.indexed('size', '5')).toHaveLength(1);
    store.put(at('2', 6));
    expect(store.indexed('size', '5')).toEqual([]);
    expect(store.indexed('size', '6')).toHaveLength(1);
    expect(() => store.indexed('colour', 'red')).toThrow('no index');
  });

  test('finds one, several and none under a value, while they come and go', () => {
    const store = createStore({ size: (object) => [String((object.spec as { size: number }).size), 'any', 'any'] });
    const found = (value: string) => store.indexed('size', value).map(({ metadata }) => metadata.name);
    const put = (name: string, size: number, version: string) => {
      const toy = aToy(name, 'ns', size);
      store.put({ ...toy, metadata: { ...toy.metadata, resourceVersion: version } });
    };
    put('a', 5, '1');
    put('b', 5, '2');
    expect(found('5')).toEqual(['a', 'b']);
    put('a', 6, '3');
    expect([found('5'), found('6'), found('any')]).toEqual([['b'], ['a'], ['b', 'a']]);
    put('a', 5, '4');
    expect(found('5')).toEqual(['b', 'a']);
    store.remove('ns/b', '5');
    expect([found('5'), found('any')]).toEqual([['a'], ['a']]);
    store.remove('ns/a', '6');
    expect([found('5'), found('any')]).toEqual([[], []]);
  });

  test('freezes what it keeps', () => {
    const store = createStore();
    store.put(at('1'));
    const kept = store.get('ns/a') as { spec: { size: number } };
    expect(() => {
      kept.spec.size = 2;
    }).toThrow(TypeError);
  });
});

test('a bucket gives its burst, then one token at a time', async () => {
  const clock = virtualClock();
  const buckets = createTokenBuckets({ burst: 2, refillMs: 1000, mostKeys: 10 }, clock);
  expect([buckets.take('a'), buckets.take('a'), buckets.take('a'), buckets.take('b')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  await clock.advance(1000);
  expect([buckets.take('a'), buckets.take('a')]).toEqual([true, false]);
});
