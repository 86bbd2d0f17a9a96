import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CONFIG_MAPS } from '../../operator/clients/kube/resources.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { OperatorError } from '../../operator/errors.ts';
import { eventually, virtualClock } from '../support/virtual-clock.ts';
import { type ApiServer, startApiServer } from './support/api-server.ts';
import { type Running, runManager } from './support/harness.ts';
import { aToy, createWorkshop, TOYS, TOYS_NAME, type Toy, toyKind, type Workshop } from './support/toy.ts';

let server: ApiServer;
let workshop: Workshop;
let running: Running[] = [];

beforeEach(async () => {
  server = await startApiServer();
  workshop = createWorkshop();
  running = [];
});
afterEach(async () => {
  for (const one of running) await one.close();
  await server.close();
});

type RunArguments = Parameters<typeof runManager> extends [unknown, ...infer Rest] ? Rest : never;

function run(...options: RunArguments): Running {
  const started = runManager(server, ...options);
  running.push(started);
  started.manager.start();
  return started;
}

const key = 'default/a';
const toy = () => server.store.get(TOYS_NAME, key) as Toy;
const effects = () => workshop.calls.map(({ effect }) => effect);
const writes = () => server.asked.filter(({ method, path }) => method !== 'GET' && path.includes('/toys/')).length;
const isStatusWrite = ({ method, path }: { method: string; path: string }) =>
  method === 'PATCH' && path.endsWith('/status');
const transient = () =>
  new OperatorError({ disposition: 'transient', reason: 'CloudAway', message: 'the cloud is away' });

describe('a pass', () => {
  test('that meets a conflict on its status write reads again and says it then', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    let conflicts = 3;
    server.fault((request) => {
      if (!isStatusWrite(request) || conflicts === 0) return undefined;
      conflicts -= 1;
      return { status: 409, body: '{"reason":"Conflict"}' };
    });
    const { pass } = run((clock) => [toyKind(workshop, clock)]);
    await pass(10_000);
    expect(conflicts).toBe(0);
    expect(toy().status).toMatchObject({ phase: 'Ready' });
    expect(effects()).toEqual(['claim', 'build']);
  });

  test('never undoes what a person changed between its reading and its writing', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    let once = true;
    const { pass } = run((clock) => [
      toyKind(workshop, clock, {
        onObserve() {
          if (!once) return;
          once = false;
          server.store.merge(TOYS_NAME, key, { metadata: { finalizers: ['other/one'] }, spec: { size: 5 } });
        },
      }),
    ]);
    await pass(10_000);
    expect(toy().metadata.finalizers).toEqual(['other/one', 'fabriclink.dev/finalizer']);
    expect(workshop.built.get(key)).toBe(5);
    expect(toy().status).toMatchObject({ phase: 'Ready', observedGeneration: 2 });
  });

  test('acts on its own last write though the watch lags behind', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const { clock, manager } = run((clock) => [toyKind(workshop, clock)]);
    await eventually(() => server.watches() === 1 && workshop.observed.length > 0, 'the first pass');
    server.lag(true);
    await eventually(async () => {
      await clock.advance(1000);
      return workshop.built.has(key);
    }, 'the toy to be built without a single watch event');
    await eventually(() => manager.isIdle(), 'rest');
    expect(effects()).toEqual(['claim', 'build']);
    server.lag(false);
  });

  test('after an answer that got lost first reads from the server what became of the write', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    let lost = 0;
    server.fault(({ method, path }) => {
      if (method !== 'PATCH' || path.endsWith('/status') || lost > 0) return undefined;
      lost += 1;
      return 'cut-after';
    });
    const { clock, manager } = run((clock) => [toyKind(workshop, clock)]);
    await eventually(() => server.watches() === 1, 'the watch');
    server.lag(true);
    await eventually(async () => {
      await clock.advance(1000);
      return workshop.built.has(key) && manager.isIdle();
    }, 'the toy to be built');
    expect(lost).toBe(1);
    // The claim was applied, its answer lost, the watch silent: a pass on the cached object would have claimed again.
    expect(effects()).toEqual(['claim', 'build']);
    expect(server.asked.some(({ method, path }) => method === 'GET' && path.endsWith('/toys/a'))).toBe(true);
    server.lag(false);
  });

  test('whose one ladder fails goes on with the others, and tries the one again with growing pauses', async () => {
    server.store.create(TOYS_NAME, { ...aToy('a'), spec: { size: 1, boxed: true } });
    const { pass, metrics, clock } = run((clock) => [
      toyKind(workshop, clock, {
        onEffect(name) {
          if (name === 'build') throw transient();
        },
      }),
    ]);
    await pass(60_000);
    expect(workshop.boxes.has(key)).toBe(true);
    const tries = workshop.calls.filter(({ effect }) => effect === 'build').map(({ atMs }) => atMs);
    const gaps = tries.slice(1).map((atMs, index) => atMs - tries[index]!);
    expect(gaps.slice(0, 4)).toEqual([750, 1500, 3000, 6000]);
    expect(toy().status?.['conditions']).toContainEqual(
      expect.objectContaining({ type: 'Ready', reason: 'CloudAway' }),
    );
    expect((await metrics.expose()).text).toMatch(
      /controller_runtime_reconcile_errors_total\{controller="toys"\} [1-9]/,
    );
    expect(clock.now()).toBeGreaterThan(0);
  });

  test('whose observation fails says so and tries again', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    let failing = true;
    const { pass } = run((clock) => [
      toyKind(workshop, clock, {
        onObserve() {
          if (failing) throw transient();
        },
      }),
    ]);
    await pass(5_000);
    expect(toy().status?.['conditions']).toContainEqual(expect.objectContaining({ reason: 'CloudAway' }));
    failing = false;
    await pass(30_000);
    expect(toy().status).toMatchObject({ phase: 'Ready' });
  });

  test('that is throttled waits as long as it was told and is not a failure', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const at: number[] = [];
    const { pass, metrics } = run((clock) => [
      toyKind(workshop, clock, {
        onEffect(name) {
          if (name !== 'build') return;
          at.push(clock.now());
          if (at.length === 1) {
            throw new OperatorError({
              disposition: 'throttled',
              reason: 'Throttled',
              message: 'slow down',
              retryAfterMs: 40_000,
            });
          }
        },
      }),
    ]);
    await pass(120_000);
    expect(at[1]! - at[0]!).toBe(42_000);
    expect((await metrics.expose()).text).toContain('controller_runtime_reconcile_errors_total{controller="toys"} 0');
  });

  test('that throws something nobody classified is a bug with backoff, not the end of the process', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    let bugs = 0;
    const { pass } = run((clock) => [
      toyKind(workshop, clock, {
        onObserve() {
          bugs += 1;
          if (bugs < 3) throw new TypeError('undefined is not a function');
        },
      }),
    ]);
    await pass(60_000);
    expect(toy().status).toMatchObject({ phase: 'Ready' });
  });
});

describe('a pass that takes its time', () => {
  test('is given up after its limit, and the object is tried again', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    let hung = 0;
    const { clock, quiet } = run(
      (clock) => [
        toyKind(workshop, clock, {
          onObserve({ signal }) {
            hung += 1;
            if (hung > 1) return undefined;
            return new Promise<void>((_, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason as Error));
            });
          },
        }),
      ],
      { passTimeoutMs: 20 },
    );
    await quiet();
    expect(hung).toBe(1);
    await clock.advance(10_000);
    await eventually(() => workshop.built.has(key), 'the next try');
    expect(hung).toBeGreaterThan(1);
  });

  test('may write twice at once: the second follows the first', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    let once = true;
    const { pass } = run((clock) => [
      toyKind(workshop, clock, {
        async onEffect(name, pass) {
          if (name !== 'build' || !once) return;
          once = false;
          await Promise.all([
            pass.annotate({ 'fabriclink.dev/one': '1' }),
            pass.annotate({ 'fabriclink.dev/two': '2' }),
          ]);
        },
      }),
    ]);
    await pass(10_000);
    expect(toy().metadata.annotations).toMatchObject({ 'fabriclink.dev/one': '1', 'fabriclink.dev/two': '2' });
    expect(effects()).toEqual(['claim', 'build']);
  });
});

describe('the pace', () => {
  test('of a phase that does not move slows down, though its effect succeeds each time', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const { pass } = run((clock) => [toyKind(workshop, clock, { onObserve: () => workshop.built.clear() })]);
    await pass(30_000);
    const builds = workshop.calls.filter(({ effect }) => effect === 'build').map(({ atMs }) => atMs);
    const gaps = builds.slice(1).map((atMs, index) => atMs - builds[index]!);
    expect(gaps.slice(0, 3)).toEqual([3000, 4500, 6750]);
  });

  const urgenciesOf = async (createdFirst: boolean) => {
    if (createdFirst) server.store.create(TOYS_NAME, aToy('a'));
    const urgencies: string[] = [];
    const { pass, quiet } = run((clock) => [
      toyKind(workshop, clock, { onObserve: ({ call }) => void urgencies.push(call.urgency) }),
    ]);
    await quiet();
    if (!createdFirst) server.store.create(TOYS_NAME, aToy('a'));
    await pass(2 * 3_600_000);
    return urgencies.slice(0, 4);
  };

  test('of what follows at once keeps the urgency of what set it off; a later look is routine', async () => {
    expect(await urgenciesOf(false)).toEqual(['person', 'person', 'routine', 'resync']);
  });

  test('of what was there before us is behind whoever comes now: thousands may have been', async () => {
    expect(await urgenciesOf(true)).toEqual(['routine', 'routine', 'routine', 'resync']);
  });
});

describe('what brings an object back', () => {
  test('somebody who changes it without end gets a bounded number of looks', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const { pass, quiet, metrics } = run((clock) => [toyKind(workshop, clock)]);
    await pass(10_000);
    workshop.observed.length = 0;
    for (let change = 0; change < 100; change += 1) {
      server.store.merge(TOYS_NAME, key, { metadata: { labels: { change: String(change) } } });
      await quiet();
    }
    expect(workshop.observed.length).toBeGreaterThan(20);
    expect(workshop.observed.length).toBeLessThanOrEqual(30);
    const { text } = await metrics.expose();
    expect(text).toMatch(/fabriclink_watch_storm_delays_total\{controller="toys"\} [1-9]/);
    await pass(6_000);
    expect(workshop.observed.length).toBeLessThanOrEqual(31);
  });

  test('a changed spec is looked at at once, however long the next look was away', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const { pass, quiet } = run((clock) => [toyKind(workshop, clock)]);
    await pass(10_000);
    server.store.merge(TOYS_NAME, key, { spec: { size: 9 } });
    await quiet();
    expect(workshop.built.get(key)).toBe(9);
  });

  test('a person who changes what had become slow is served at the first pace again', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const tries: number[] = [];
    const { pass, clock, quiet } = run((clock) => [
      toyKind(workshop, clock, {
        onEffect(name) {
          if (name !== 'build') return;
          tries.push(clock.now());
          throw transient();
        },
      }),
    ]);
    await pass(300_000);
    tries.length = 0;
    server.store.merge(TOYS_NAME, key, { spec: { size: 4 } });
    await quiet();
    await pass(10_000);
    expect(tries[0]).toBe(clock.now() - 10_000);
    expect(tries[1]! - tries[0]!).toBe(750);
  });

  test('the annotation that asks to look now makes the pass read afresh', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const ages: unknown[] = [];
    const { pass, quiet } = run((clock) => [
      toyKind(workshop, clock, { onObserve: ({ call }) => void ages.push([call.urgency, call.maxAgeMs]) }),
    ]);
    await pass(10_000);
    ages.length = 0;
    server.store.merge(TOYS_NAME, key, { metadata: { annotations: { 'fabriclink.dev/reconcile': '1' } } });
    await quiet();
    expect(ages).toEqual([['person', 0]]);
  });

  test('our own status write does not', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const { pass, quiet } = run((clock) => [toyKind(workshop, clock)]);
    await pass(10_000);
    const looks = workshop.observed.length;
    server.store.create(TOYS_NAME, aToy('marker'));
    await quiet();
    expect(workshop.observed.slice(looks)).not.toContain(key);
  });

  test('a related object does, and nothing else', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    server.store.create(TOYS_NAME, aToy('b'));
    const watches = [
      {
        type: CONFIG_MAPS,
        keys: (related: KubeObject, all: readonly KubeObject[]) =>
          all
            .filter(({ metadata }) => metadata.name === related.metadata.name)
            .map(({ metadata }) => `default/${metadata.name}`),
      },
    ];
    const { pass, quiet } = run((clock) => [toyKind(workshop, clock, { watches })]);
    await pass(10_000);
    workshop.observed.length = 0;
    server.store.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default' },
    });
    await eventually(() => workshop.observed.length > 0, 'the look');
    await quiet();
    expect(workshop.observed).toEqual([key]);
  });

  test('what a person changed while we were away goes before the sweep', async () => {
    const settled = (name: string) => ({ ...aToy(name), status: { observedGeneration: 1 } });
    for (let index = 0; index < 20; index += 1) server.store.create(TOYS_NAME, settled(`settled-${index}`));
    server.store.create(TOYS_NAME, aToy('changed'));
    const { quiet } = run((clock) => [toyKind(workshop, clock)], { workers: 1 });
    await quiet();
    expect(workshop.observed[0]).toBe('default/changed');
  });
});

describe('the end of a process', () => {
  test('crashed at any moment, the next one finishes with no second claim and one effect each', async () => {
    const { pass: undisturbed, close } = run((clock) => [toyKind(workshop, clock)]);
    server.store.create(TOYS_NAME, aToy('a'));
    await undisturbed(10_000);
    await close();
    const total = writes();
    expect(total).toBeGreaterThan(2);

    for (let crashAt = 1; crashAt <= total; crashAt += 1) {
      for (const fault of ['cut', 'cut-after'] as const) {
        const world = createWorkshop();
        const api = await startApiServer();
        api.store.create(TOYS_NAME, aToy('a'));
        let seen = 0;
        const first = runManager(api, (clock) => [toyKind(world, clock)]);
        api.fault(({ method, path }) => {
          if (method === 'GET' || !path.includes('/toys/')) return undefined;
          seen += 1;
          if (seen !== crashAt) return undefined;
          first.manager.kill();
          return fault;
        });
        first.manager.start();
        await eventually(async () => {
          await first.clock.advance(1000);
          return seen >= crashAt;
        }, `write ${crashAt}`);
        await first.close();
        const second = runManager(api, (clock) => [toyKind(world, clock)]);
        second.manager.start();
        await second.pass(30_000);
        const after = api.store.get(TOYS_NAME, key) as Toy;
        expect([crashAt, fault, after.status?.['phase'], after.metadata.finalizers]).toEqual([
          crashAt,
          fault,
          'Ready',
          ['fabriclink.dev/finalizer'],
        ]);
        expect(world.calls.filter(({ effect }) => effect === 'build').length).toBe(1);
        await second.close();
        await api.close();
      }
    }
  });

  test('killed, it writes nothing more, not even what was under way', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    let go: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { manager } = run((clock) => [toyKind(workshop, clock, { onEffect: () => gate })]);
    await eventually(() => effects().length === 1, 'the effect');
    manager.kill();
    go();
    await eventually(() => manager.isIdle(), 'rest');
    expect(writes()).toBe(0);
  });

  test('stopped, it lets passes end, begins no other and lets go', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    server.store.create(TOYS_NAME, aToy('b'));
    let go: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { manager } = run((clock) => [toyKind(workshop, clock, { onEffect: () => gate })], { workers: 1 });
    await eventually(() => effects().length === 1, 'the effect');
    const stopped = manager.stop();
    go();
    await stopped;
    expect(effects()).toEqual(['claim']);
    const claimed = server.store.list(TOYS_NAME).filter(({ metadata }) => metadata.finalizers !== undefined);
    expect(claimed).toHaveLength(1);
    expect(server.store.list(TOYS_NAME).filter(({ status }) => status !== undefined)).toHaveLength(1);
    await eventually(() => server.watches() === 0, 'the watches to end');
  });

  test('stopped, it does not wait for ever for a pass that hangs', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const { manager } = run((clock) => [
      toyKind(workshop, clock, {
        onEffect: (name, { signal }) =>
          new Promise<void>((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error(`${name} was given up`)));
          }),
      }),
    ]);
    await eventually(() => effects().length === 1, 'the effect');
    await manager.stop(20);
    expect(manager.isIdle()).toBe(true);
  });
});

describe('what others are told', () => {
  test('the fleet by readiness and reason, and how long it took', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const { pass, metrics } = run((clock) => [
      toyKind(workshop, clock, {
        onEffect(name, { resource }) {
          if (name === 'build' && resource.metadata.name === 'broken') throw transient();
        },
      }),
    ]);
    expect((await metrics.expose()).text).toContain('fabriclink_objects{controller="toys",ready="True",reason=""} 0');
    server.store.create(TOYS_NAME, aToy('broken'));
    await pass(10_000);
    const { text } = await metrics.expose();
    expect(text).toContain('fabriclink_objects{controller="toys",ready="True",reason="Built"} 1');
    expect(text).toContain('fabriclink_objects{controller="toys",ready="False",reason="CloudAway"} 1');
    expect(text).toContain('fabriclink_time_to_ready_seconds_count{controller="toys"} 1');
    server.store.delete(TOYS_NAME, key);
    await pass(10_000);
    const after = (await metrics.expose()).text;
    expect(after).toContain('fabriclink_objects{controller="toys",ready="True",reason="Built"} 0');
    expect(after).toContain('fabriclink_deletion_seconds_count{controller="toys"} 1');
  });

  test('not ready while lists are missing, alive all the same', async () => {
    const mend = server.fault(({ watch, method }) => (method === 'GET' && !watch ? { status: 503 } : undefined));
    const { manager } = run((clock) => [toyKind(workshop, clock)]);
    await eventually(() => server.asked.length > 0, 'the first try');
    expect(manager.ready()).toEqual({ ok: false, reason: 'still listing toys.toys.test' });
    expect(manager.live()).toEqual({ ok: true });
    mend();
    await eventually(() => manager.ready().ok, 'the list');
  });

  test('not alive when a watch loop has shown no sign of life for ten minutes', async () => {
    const ioClock = virtualClock();
    const { manager } = run((clock) => [toyKind(workshop, clock)], { ioClock });
    await eventually(() => manager.hasSynced() && server.watches() === 1, 'the watch');
    expect(manager.live()).toEqual({ ok: true });
    // The silence timer would reconnect; a loop that is stuck does not: time passes and nothing runs.
    server.fault(() => 'hang');
    await ioClock.advance(151_000);
    await ioClock.advance(700_000);
    expect(manager.live()).toMatchObject({ ok: false, reason: expect.stringContaining('toys.toys.test') as unknown });
  });
});

describe('the cache', () => {
  test('finds objects by the index of their kind', async () => {
    server.store.create(TOYS_NAME, aToy('small', 'default', 1));
    server.store.create(TOYS_NAME, aToy('large', 'default', 9));
    const found: string[][] = [];
    const { quiet } = run((clock) => [
      {
        ...toyKind(workshop, clock, {
          onObserve: (pass) =>
            void found.push(pass.indexed<Toy>(TOYS, 'size', '9').map(({ metadata }) => metadata.name)),
        }),
        indexes: { size: (object: KubeObject) => [String((object as Toy).spec.size)] },
      },
    ]);
    await quiet();
    expect(found[0]).toEqual(['large']);
  });

  test('does not hold the content of Secrets', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'default' },
      data: { password: 'cGxhbnRlZA==' },
    };
    server.store.create('secrets', secret);
    const type = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true };
    const { quiet, manager } = run((clock) => [toyKind(workshop, clock, { watches: [{ type, keys: () => [] }] })]);
    await quiet();
    expect(manager.cached(type)).toHaveLength(1);
    expect(JSON.stringify(manager.cached(type))).not.toContain('cGxhbnRlZA');
  });
});
