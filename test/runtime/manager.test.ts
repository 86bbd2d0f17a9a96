import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/virtual-clock.ts';
import { type ApiServer, startApiServer } from './support/api-server.ts';
import { type Running, runManager } from './support/harness.ts';
import { aToy, createWorkshop, TOYS_NAME, type Toy, toyKind, type Workshop } from './support/toy.ts';

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

function run(...options: Parameters<typeof runManager> extends [unknown, ...infer Rest] ? Rest : never): Running {
  const started = runManager(server, ...options);
  running.push(started);
  started.manager.start();
  return started;
}

const toy = (key = 'default/a') => server.store.get(TOYS_NAME, key) as Toy;
const statusWrites = () =>
  server.asked.filter(({ method, path }) => method === 'PATCH' && path.endsWith('/status')).length;
const effects = () => workshop.calls.map(({ effect }) => effect);

describe('a toy over real HTTP', () => {
  test('is claimed, built and reported on, one effect a pass', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const { pass } = run((clock) => [toyKind(workshop, clock)]);
    await pass(10_000);
    expect(effects()).toEqual(['claim', 'build']);
    expect(toy().metadata.finalizers).toEqual(['fabriclink.dev/finalizer']);
    expect(toy().status).toMatchObject({ phase: 'Ready', observedGeneration: 1 });
    expect(toy().status?.['conditions']).toEqual([
      expect.objectContaining({ type: 'Ready', status: 'True', reason: 'Built', observedGeneration: 1 }),
    ]);
  });

  test('writes nothing while nothing changes, however often it is looked at', async () => {
    server.store.create(TOYS_NAME, aToy('a'));
    const { pass } = run((clock) => [toyKind(workshop, clock)]);
    await pass(10_000);
    const writes = server.asked.filter(({ method }) => method !== 'GET').length;
    const looks = workshop.observed.length;
    await pass(5 * 3_600_000);
    expect(workshop.observed.length).toBeGreaterThan(looks + 3);
    expect(server.asked.filter(({ method }) => method !== 'GET').length).toBe(writes);
  });

  test('is let go of when deleted, leaving the finalizers of others alone', async () => {
    server.store.create(TOYS_NAME, {
      ...aToy('a'),
      metadata: { name: 'a', namespace: 'default', finalizers: ['other/one'] },
    });
    const { pass } = run((clock) => [toyKind(workshop, clock)]);
    await pass(10_000);
    expect(toy().metadata.finalizers).toEqual(['other/one', 'fabriclink.dev/finalizer']);
    server.store.delete(TOYS_NAME, 'default/a');
    await eventually(() => effects().includes('release'), 'the release');
    await pass(10_000);
    expect(toy().metadata.finalizers).toEqual(['other/one']);
    expect(workshop.built.size).toBe(0);
    expect(statusWrites()).toBeGreaterThan(0);
  });
});
