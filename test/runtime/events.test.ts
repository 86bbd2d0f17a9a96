import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { silentLogger } from '../../operator/log.ts';
import { createEventRecorder, type EventRecorder } from '../../operator/runtime/events.ts';
import { createFence, type Fence } from '../../operator/runtime/fence.ts';
import { createMetrics, type Metrics } from '../../operator/runtime/metrics.ts';
import { eventually, type VirtualClock, virtualClock } from '../support/virtual-clock.ts';
import { type ApiServer, startApiServer } from './support/api-server.ts';
import { accessTo } from './support/harness.ts';
import { aToy, TOYS } from './support/toy.ts';

const EVENTS_NAME = 'events.events.k8s.io';
const transport = createTransport();
const note = { type: 'Normal' as const, reason: 'Built', action: 'Build', note: 'the toy is built' };

type EventObject = KubeObject & {
  series?: { count: number; lastObservedTime: string };
  note: string;
  regarding: object;
};

let server: ApiServer;
let clock: VirtualClock;
let fence: Fence;
let metrics: Metrics;
let recorder: EventRecorder;

beforeEach(async () => {
  server = await startApiServer();
  clock = virtualClock();
  fence = createFence(() => clock.now());
  fence.grant(Number.POSITIVE_INFINITY);
  metrics = createMetrics();
  recorder = record();
});
afterEach(async () => {
  await recorder.stop();
  await server.close();
});

function record(): EventRecorder {
  const kube = createKubeClient({ transport, access: accessTo(server.url) });
  return createEventRecorder({
    kube,
    fence,
    clock,
    log: silentLogger,
    metrics,
    controller: 'fabric-link-operator',
    instance: 'pod-1',
  });
}

const about = (uid = 'u1') => ({
  type: TOYS,
  object: { ...aToy('a', 'ns'), metadata: { name: 'a', namespace: 'ns', uid } },
});
const events = () => server.store.list(EVENTS_NAME) as EventObject[];
const written = () => eventually(() => recorder.pending() === 0, 'events to be written');
const dropped = async (cause: string) =>
  (await metrics.expose()).text.match(new RegExp(`dropped_total\\{cause="${cause}"\\} (\\d+)`))?.[1];

describe('events', () => {
  test('say who, what and about which object', async () => {
    recorder.record(about(), note);
    await written();
    expect(events()).toEqual([
      expect.objectContaining({
        type: 'Normal',
        reason: 'Built',
        action: 'Build',
        note: 'the toy is built',
        reportingController: 'fabric-link-operator',
        reportingInstance: 'pod-1',
        eventTime: '2026-01-01T00:00:00.000000Z',
        regarding: expect.objectContaining({
          apiVersion: 'toys.test/v1',
          kind: 'Toy',
          name: 'a',
          namespace: 'ns',
          uid: 'u1',
        }),
      }),
    ]);
  });

  test('that repeat become one with a series, told once a minute', async () => {
    for (let time = 0; time < 6; time += 1) recorder.record(about(), note);
    await written();
    expect(events()).toHaveLength(1);
    expect(events()[0]?.series).toBeUndefined();
    await clock.advance(60_000);
    await written();
    expect(events()).toHaveLength(1);
    expect(events()[0]?.series?.count).toBe(6);
    expect(server.asked.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  test('that repeat after a restart are no twins', async () => {
    recorder.record(about(), note);
    await written();
    await recorder.stop();
    recorder = record();
    recorder.record(about(), note);
    await written();
    expect(events()).toHaveLength(1);
    expect(events()[0]?.series?.count).toBe(2);
  });

  test('of a whole fleet cost one list of the namespace, however many there are', async () => {
    for (let index = 0; index < 20; index += 1) recorder.record(about(`u${index}`), note);
    await written();
    expect(events()).toHaveLength(20);
    expect(server.asked.filter(({ method, path }) => method === 'GET' && /events(\?|$)/.test(path))).toHaveLength(1);
  });

  test('list in the order in which things happened, which is all that kubectl describe has to go by', async () => {
    const words = ['one', 'two', 'three', 'four', 'five', 'six'];
    for (const word of words) {
      recorder.record(about(), { ...note, note: word });
      if (word === 'three') await clock.advance(5_000);
    }
    await written();
    const byName = events().toSorted((one, other) => one.metadata.name.localeCompare(other.metadata.name));
    expect(byName.map((event) => event.note)).toEqual(words);
  });

  test('of another object of the same name are not taken for its own', async () => {
    recorder.record(about('u1'), note);
    await written();
    recorder = record();
    recorder.record(about('u2'), note);
    await written();
    expect(events()).toHaveLength(2);
    expect(events().every(({ series }) => series === undefined)).toBe(true);
  });

  test('that differ in words or in their object are told apart', async () => {
    recorder.record(about(), note);
    recorder.record(about(), { ...note, note: 'the toy is built anew' });
    recorder.record(about('u2'), note);
    await written();
    expect(events()).toHaveLength(3);
  });

  test('are written anew once the server has forgotten them', async () => {
    recorder.record(about(), note);
    await written();
    const [{ metadata }] = events() as [EventObject];
    server.store.delete(EVENTS_NAME, `ns/${metadata.name}`);
    recorder.record(about(), note);
    await clock.advance(60_000);
    await written();
    expect(events()).toHaveLength(1);
  });

  test('of an object that talks without end are cut short, and counted', async () => {
    for (let index = 0; index < 40; index += 1) recorder.record(about(), { ...note, note: `step ${index}` });
    recorder.record(about('u2'), note);
    await written();
    expect(events()).toHaveLength(26);
    expect(await dropped('rate')).toBe('15');
  });

  test('are not written by a replica that may not write', async () => {
    fence.revoke('lost');
    recorder.record(about(), note);
    await written();
    expect(events()).toEqual([]);
    expect(await dropped('fenced')).toBe('1');
  });

  test('never hold anybody up: a server that refuses costs the event, not the pass', async () => {
    server.fault(() => ({ status: 500 }));
    recorder.record(about(), note);
    expect(recorder.pending()).toBeGreaterThan(0);
    await written();
    expect(await dropped('failed')).toBe('1');
  });

  test('cut a note to what the server takes', async () => {
    recorder.record(about(), { ...note, note: 'x'.repeat(5000) });
    recorder.record(about(), { ...note, note: '€'.repeat(5000) });
    await written();
    expect(events().map((event) => event.note)).toEqual(['x'.repeat(1024), '€'.repeat(341)]);
  });
});
