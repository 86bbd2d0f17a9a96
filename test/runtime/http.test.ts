import { afterEach, describe, expect, test } from '@jest/globals';
import { type RunningServer, serveHealth, serveMetrics, type Verdict } from '../../operator/runtime/http.ts';
import { createInstruments } from '../../operator/runtime/instruments.ts';
import { createMetrics } from '../../operator/runtime/metrics.ts';
import { createWorkQueue } from '../../operator/runtime/workqueue.ts';
import { virtualClock } from '../support/virtual-clock.ts';

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const get = async (path: string, method = 'GET') => {
  const answer = await fetch(`http://127.0.0.1:${server!.port}${path}`, { method });
  return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
};

describe('probes', () => {
  test('tell live from ready, and say why not', async () => {
    let ready: Verdict = { ok: false, reason: 'still listing toys' };
    server = await serveHealth({ host: '127.0.0.1', port: 0 }, { live: () => ({ ok: true }), ready: () => ready });
    expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await get('/readyz')).toMatchObject({ status: 503, text: 'still listing toys\n' });
    ready = { ok: true };
    expect((await get('/readyz')).status).toBe(200);
    expect((await get('/elsewhere')).status).toBe(404);
    expect((await get('/healthz', 'POST')).status).toBe(405);
  });
});

describe('metrics', () => {
  test('exist from zero under the names that dashboards for Go operators know', async () => {
    const metrics = createMetrics();
    const instruments = createInstruments(metrics);
    const clock = virtualClock();
    const controller = instruments.controller('toys', 4, 'Toy');
    const queue = createWorkQueue({ clock, observer: controller.queue });
    controller.watchQueue(queue, () => clock.now());
    instruments.informer('toys.toys.test');
    instruments.leader('fabric-link-operator', false);
    server = await serveMetrics({ host: '127.0.0.1', port: 0 }, metrics);
    const { text, type } = await get('/metrics');
    expect(type).toContain('text/plain');
    for (const line of [
      'controller_runtime_reconcile_total{controller="toys",result="error"} 0',
      'controller_runtime_reconcile_errors_total{controller="toys"} 0',
      'controller_runtime_reconcile_time_seconds_count{controller="toys"} 0',
      'controller_runtime_active_workers{controller="toys"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="toys"} 4',
      'workqueue_depth{name="toys",controller="toys",priority="person"} 0',
      'workqueue_adds_total{name="toys",controller="toys"} 0',
      'workqueue_retries_total{name="toys",controller="toys"} 0',
      'workqueue_unfinished_work_seconds{name="toys",controller="toys"} 0',
      'workqueue_longest_running_processor_seconds{name="toys",controller="toys"} 0',
      'workqueue_queue_duration_seconds_count{name="toys",controller="toys"} 0',
      'workqueue_work_duration_seconds_count{name="toys",controller="toys"} 0',
      'leader_election_master_status{name="fabric-link-operator"} 0',
      'fabriclink_watch_faults_total{resource="toys.toys.test",fault="bad_line"} 0',
      'fabriclink_informer_missed_events_total{resource="toys.toys.test"} 0',
    ]) {
      expect(text).toContain(line);
    }
  });

  test('show how long the oldest pass has been under way', async () => {
    const metrics = createMetrics();
    const clock = virtualClock();
    const controller = createInstruments(metrics).controller('toys', 4, 'Toy');
    const queue = createWorkQueue({ clock, observer: controller.queue });
    controller.watchQueue(queue, () => clock.now());
    queue.add('a/1');
    queue.add('a/2');
    queue.take();
    await clock.advance(3000);
    const { text } = await metrics.expose();
    expect(text).toContain('workqueue_longest_running_processor_seconds{name="toys",controller="toys"} 3');
    expect(text).toContain('workqueue_depth{name="toys",controller="toys",priority="routine"} 1');
  });
});
