import { describe, expect, test } from '@jest/globals';
import { createBudgets } from '../../operator/clients/budget.ts';
import type { CallOptions } from '../../operator/clients/call.ts';
import { createMeter } from '../../operator/clients/meters.ts';
import { armQuotas, LIMITS, type Limit, type Quota } from '../../operator/clients/quotas.ts';
import { OperatorError } from '../../operator/errors.ts';
import { type VirtualClock, virtualClock } from '../support/virtual-clock.ts';
import { aCall } from './fakes.ts';

const TEN: Limit = { name: 'ten', about: 'ten a minute', kind: 'window', calls: 10, windowMs: 60_500 };
/** Without the half second of grace: the accounting itself must hold. */
const TEN_EXACTLY: Limit = { name: 'ten', about: 'ten a minute', kind: 'window', calls: 10, windowMs: 60_000 };
const BUCKET: Limit = { name: 'bucket', about: 'a bucket', kind: 'bucket', capacity: 20, perSecond: 2 };
const quota = (limit: Limit, scope = 'one'): Quota => ({ limit, scope });

/** A small generator, so that a failing run can be repeated by its seed. */
function random(seed: number) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

type Asker = Partial<CallOptions> & { key: string; write?: boolean };

/** When each asker came through, if every one comes back exactly when it was told to. */
async function serveAll(
  clock: VirtualClock,
  limit: Limit,
  askers: readonly Asker[],
  arriveMs: (index: number) => number = () => 0,
  latencyMs: () => number = () => 0,
) {
  const budgets = createBudgets(clock);
  const startMs = clock.now();
  const served: { key: string; namespace: string; atMs: number }[] = [];
  const arrivals: number[] = [];
  let visits = 0;
  const visit = (asker: Asker) => {
    visits += 1;
    try {
      const call = aCall({ namespace: 'team-a', ...asker });
      const admission = budgets.admit([quota(limit)], { write: asker.write ?? false, call });
      const thereMs = latencyMs();
      arrivals.push(clock.now() - startMs + thereMs);
      clock.after(thereMs + latencyMs(), () => admission.answered());
      served.push({ key: asker.key, namespace: call.namespace, atMs: clock.now() - startMs });
    } catch (error) {
      if (!(error instanceof OperatorError) || error.disposition !== 'throttled') throw error;
      clock.after(error.retryAfterMs!, () => visit(asker));
    }
  };
  askers.forEach((asker, index) => void clock.after(arriveMs(index), () => visit(asker)));
  while (served.length < askers.length && (await clock.advanceToNext()) !== undefined);
  return { served, visits, arrivals };
}

function mostInAnyWindow(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last += 1) {
    while (sorted[last]! - sorted[first]! >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

const many = (count: number, asker: (index: number) => Partial<Asker> = () => ({})): Asker[] =>
  Array.from({ length: count }, (_, index) => ({ key: `object-${index}`, ...asker(index) }));

describe('a budget', () => {
  test.each([1, 2, 3, 4, 5])('never lets more through than published, whatever the load (seed %i)', async (seed) => {
    const next = random(seed);
    const urgencies = ['person', 'routine', 'resync'] as const;
    const askers = many(120, () => ({
      urgency: urgencies[Math.floor(next() * 3)]!,
      write: next() < 0.3,
      namespace: `team-${Math.floor(next() * 5)}`,
    }));
    const arrivals = askers.map(() => Math.floor(next() * 400_000));
    const { served } = await serveAll(virtualClock(), TEN, askers, (index) => arrivals[index]!);
    expect(served).toHaveLength(120);
    expect(
      mostInAnyWindow(
        served.map(({ atMs }) => atMs),
        60_500,
      ),
    ).toBeLessThanOrEqual(10);
  });

  test.each([21, 22, 23])(
    'is kept as the service sees it, however long calls are on the way (seed %i)',
    async (seed) => {
      const next = random(seed);
      const slow = () => Math.floor(next() * 4_000);
      const window = await serveAll(virtualClock(), TEN_EXACTLY, many(80), () => 0, slow);
      expect(mostInAnyWindow(window.arrivals, 60_000)).toBeLessThanOrEqual(10);

      const bucket = await serveAll(virtualClock(), BUCKET, many(120), () => 0, slow);
      let level = 20;
      let atMs = 0;
      for (const arrivalMs of bucket.arrivals.toSorted((one, other) => one - other)) {
        level = Math.min(20, level + ((arrivalMs - atMs) / 1000) * 2) - 1;
        atMs = arrivalMs;
        expect(level).toBeGreaterThanOrEqual(-1e-6);
      }
    },
  );

  test('a fleet of ten thousand does not stop the process while it stands in line', async () => {
    const clock = virtualClock();
    const budgets = createBudgets(clock);
    const startedAt = performance.now();
    let refused = 0;
    for (const { key } of many(10_000)) {
      try {
        budgets.admit([quota(TEN)], { write: false, call: aCall({ key, namespace: `team-${key.length}` }) }).answered();
      } catch {
        refused += 1;
      }
    }
    expect(refused).toBe(9_990);
    // Quadratic work would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('serves a fleet in the time that the quota itself demands', async () => {
    const { served, visits } = await serveAll(virtualClock(), TEN, many(100));
    const lastMs = Math.max(...served.map(({ atMs }) => atMs));
    // 100 calls at 10 a window: the last ten go when nine windows have passed.
    expect(lastMs).toBeLessThanOrEqual(9 * 60_500 * 1.05);
    // Each comes back about once: nobody asks in a loop.
    expect(visits).toBeLessThan(400);
  });

  test('keeps a bucket from being overdrawn and uses all that it refills', async () => {
    const { served } = await serveAll(virtualClock(), BUCKET, many(60));
    const times = served.map(({ atMs }) => atMs).sort((one, other) => one - other);
    times.forEach((atMs, index) => expect(index + 1).toBeLessThanOrEqual(20 + (atMs / 1000) * 2 + 1e-6));
    expect(times.at(-1)).toBeLessThanOrEqual(20_000 * 1.05);
  });

  test('divides windows by the time scale', async () => {
    const { served } = await serveAll(virtualClock(0, 60), TEN, many(20));
    expect(Math.max(...served.map(({ atMs }) => atMs))).toBeLessThanOrEqual((60_500 / 60) * 1.05);
  });

  test('serves a person before a resync, and a write before a poll', async () => {
    const clock = virtualClock();
    const askers: Asker[] = [
      ...many(10, (index) => ({ key: `first-${index}` })),
      ...many(10, (index) => ({ key: `resync-${index}`, urgency: 'resync' as const })),
      ...many(10, (index) => ({ key: `poll-${index}` })),
      ...many(10, (index) => ({ key: `write-${index}`, write: true })),
      ...many(10, (index) => ({ key: `person-${index}`, urgency: 'person' as const })),
    ];
    const { served } = await serveAll(clock, TEN, askers, (index) => index);
    const order = ['person', 'write', 'poll', 'resync'].map((kind) => {
      const times = served.filter(({ key }) => key.startsWith(kind)).map(({ atMs }) => atMs);
      return times.reduce((sum, atMs) => sum + atMs, 0) / times.length;
    });
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(served.slice(10, 20).every(({ key }) => key.startsWith('person'))).toBe(true);
  });

  test('lets namespaces take turns, so that a large one does not starve a small one', async () => {
    const askers: Asker[] = [
      ...many(100, (index) => ({ key: `large-${index}`, namespace: 'large' })),
      ...many(5, (index) => ({ key: `small-${index}`, namespace: 'small' })),
    ];
    const { served } = await serveAll(virtualClock(), TEN, askers, (index) => index);
    const small = served.filter(({ namespace }) => namespace === 'small').map(({ atMs }) => atMs);
    expect(Math.max(...small)).toBeLessThanOrEqual(2 * 60_500);
  });

  test.each(['routine', 'resync'] as const)(
    'lets somebody new go next, however long a %s sweep of the same namespace has waited already',
    async (urgency) => {
      const sweep = many(200, (index) => ({ key: `sweep-${index}`, write: true, urgency }));
      const fresh = many(5, (index) => ({ key: `new-${index}`, write: true, urgency: 'person' as const }));
      // The sweep takes 20 windows; the new ones come after ten.
      const { served } = await serveAll(virtualClock(), TEN, [...sweep, ...fresh], (index) =>
        index < sweep.length ? index : 610_000,
      );
      const times = served.filter(({ key }) => key.startsWith('new')).map(({ atMs }) => atMs);
      expect(Math.max(...times)).toBeLessThanOrEqual(610_000 + 2 * 60_500);
      // … and the sweep goes on beside them.
      const beside = served.filter(({ key, atMs }) => key.startsWith('sweep') && atMs > 610_000);
      expect(beside.at(0)!.atMs).toBeLessThanOrEqual(610_000 + 2 * 60_500);
    },
  );

  test('starves no sweep, however many new ones keep coming', async () => {
    const sweep = many(40, (index) => ({ key: `sweep-${index}`, write: true, urgency: 'routine' as const }));
    const fresh = many(300, (index) => ({ key: `new-${index}`, write: true, urgency: 'person' as const }));
    // As many new ones in each window as it has room for.
    const { served } = await serveAll(virtualClock(), TEN, [...sweep, ...fresh], (index) =>
      index < sweep.length ? 0 : (index - sweep.length) * 6_050,
    );
    const last = served.filter(({ key }) => key.startsWith('sweep')).at(-1)!;
    expect(last.atMs).toBeLessThanOrEqual(20 * 60_500);
  });

  test('does not hold a place for one who never comes back', async () => {
    const clock = virtualClock();
    const budgets = createBudgets(clock);
    const ask = (key: string) => budgets.admit([quota(TEN)], { write: false, call: aCall({ key }) }).answered();
    for (let index = 0; index < 10; index += 1) ask(`first-${index}`);
    for (let index = 0; index < 10; index += 1) expect(() => ask(`gone-${index}`)).toThrow(OperatorError);
    await clock.advance(60_500 + 2_001);
    for (let index = 0; index < 10; index += 1) ask(`late-${index}`);
    expect(() => ask('gone-0')).toThrow(/ten a minute/);
  });

  test('keeps a place for one who is due, against those who only happen to be here', async () => {
    const clock = virtualClock();
    const budgets = createBudgets(clock);
    const ask = (key: string) => budgets.admit([quota(TEN)], { write: false, call: aCall({ key }) }).answered();
    for (let index = 0; index < 10; index += 1) ask(`first-${index}`);
    for (let index = 0; index < 10; index += 1) expect(() => ask(`waiting-${index}`)).toThrow(OperatorError);
    await clock.advance(60_500);
    expect(() => ask('newcomer')).toThrow(OperatorError);
    for (let index = 0; index < 10; index += 1) ask(`waiting-${index}`);
  });

  test.each([
    ['window', TEN, 10],
    ['bucket', BUCKET, 20],
  ] as const)('a %s has again what was given back, and its asker goes first', (_, limit, capacity) => {
    const budgets = createBudgets(virtualClock());
    const ask = (key: string) => budgets.admit([quota(limit)], { write: true, call: aCall({ key }) });
    for (let index = 1; index < capacity; index += 1) ask(`first-${index}`).answered();
    const admission = ask('back');
    for (let index = 0; index < 3; index += 1) expect(() => ask(`waiting-${index}`)).toThrow(OperatorError);
    admission.givenBack();
    ask('back');
    expect(() => ask('waiting-0')).toThrow(OperatorError);
  });

  test('takes from every quota or from none', () => {
    const clock = virtualClock();
    const budgets = createBudgets(clock);
    const small = quota({ ...TEN, name: 'small', calls: 1 });
    const request = { write: true, call: aCall() };
    budgets.admit([quota(TEN), small], request).answered();
    for (let refused = 0; refused < 20; refused += 1)
      expect(() => budgets.admit([quota(TEN), small], request)).toThrow(OperatorError);
    for (let index = 0; index < 9; index += 1)
      budgets.admit([quota(TEN)], { write: true, call: aCall({ key: `other-${index}` }) }).answered();
    expect(() => budgets.admit([quota(TEN)], { write: true, call: aCall({ key: 'eleventh' }) })).toThrow(OperatorError);
  });

  test('counts scopes apart', () => {
    const budgets = createBudgets(virtualClock());
    const ask = (scope: string, key: string) =>
      budgets.admit([quota(TEN, scope)], { write: false, call: aCall({ key }) }).answered();
    for (let index = 0; index < 10; index += 1) ask('one', `${index}`);
    expect(() => ask('one', 'eleventh')).toThrow(OperatorError);
    expect(() => ask('two', 'eleventh')).not.toThrow();
  });

  test('holds everybody back for as long as the service asked, and then takes less', async () => {
    const clock = virtualClock();
    const budgets = createBudgets(clock);
    budgets.refused([quota(TEN)], 30_000);
    const refusal = () => budgets.admit([quota(TEN)], { write: false, call: aCall() }).answered();
    expect(refusal).toThrow(expect.objectContaining({ disposition: 'throttled', retryAfterMs: 30_000 }));
    await clock.advance(30_000);
    const ask = (key: string) => budgets.admit([quota(TEN)], { write: false, call: aCall({ key }) }).answered();
    // Eight instead of ten; the one who was told to come back has its place among them.
    for (let index = 0; index < 7; index += 1) ask(`${index}`);
    expect(() => ask('eighth')).toThrow(OperatorError);
    refusal();
  });

  test('believes the service when it says that less remains', () => {
    const clock = virtualClock();
    const budgets = createBudgets(clock);
    const reads = quota(LIMITS.armReads);
    budgets.remaining(reads, 2);
    const ask = (key: string) => budgets.admit([reads], { write: false, call: aCall({ key }) }).answered();
    ask('one');
    ask('two');
    expect(() => ask('three')).toThrow(OperatorError);
  });

  test('says the same words each time it refuses', () => {
    const budgets = createBudgets(virtualClock());
    budgets.refused([quota(TEN)], 12_345);
    const words = ['a', 'b'].map((key) => {
      try {
        return budgets.admit([quota(TEN)], { write: false, call: aCall({ key }) });
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(words[0]).toBe(words[1]);
  });
});

describe('a meter', () => {
  test.each([11, 12, 13])('tells exactly when it will be free (seed %i)', (seed) => {
    const next = random(seed);
    const clock = virtualClock(0);
    for (const limit of [TEN, BUCKET]) {
      const meter = createMeter(limit, clock);
      let nowMs = 0;
      for (let step = 0; step < 300; step += 1) {
        nowMs += Math.floor(next() * 9_000);
        while (meter.available(nowMs) > 0 && next() < 0.9) {
          meter.take(nowMs);
          meter.answered(nowMs);
        }
        const nth = 1 + Math.floor(next() * 25);
        expect(meter.freeAtMs(nth, nowMs) === nowMs).toBe(nth <= meter.available(nowMs));
        expect(meter.freeAtMs(nth + 1, nowMs)).toBeGreaterThanOrEqual(meter.freeAtMs(nth, nowMs));
      }
      const freeAtMs = Math.ceil(meter.freeAtMs(1, nowMs));
      expect(meter.available(freeAtMs)).toBeGreaterThan(0);
    }
  });

  test('goes back to the published number after a while without refusals', () => {
    const clock = virtualClock(0);
    const meter = createMeter(TEN, clock);
    meter.stepDown(0);
    expect(meter.available(0)).toBe(8);
    meter.stepDown(0);
    expect(meter.available(0)).toBe(6);
    expect(meter.available(5 * 60_500)).toBe(8);
    expect(meter.available(10 * 60_500)).toBe(10);
  });
});

describe('published numbers', () => {
  test('a private DNS write counts against ARM writes and against the DNS provider', () => {
    const names = armQuotas({ method: 'PUT', subscriptionId: 'S', identity: 't/c', provider: 'private-dns' }).map(
      ({ limit, scope }) => `${limit.name} ${scope}`,
    );
    expect(names).toEqual(['arm-writes s/t/c', 'private-dns-writes s']);
  });
});
