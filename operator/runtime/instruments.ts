import { createFleetMetrics } from './fleet-metrics.ts';
import type { Metrics } from './metrics.ts';
import { PRIORITIES } from './ready-lanes.ts';
import type { WatchFault } from './reflector.ts';
import type { WorkQueue } from './workqueue.ts';

const RESULTS = ['success', 'error', 'requeue', 'requeue_after'] as const;
const FAULTS: readonly WatchFault[] = ['refused', 'cut', 'silent', 'bad_line', 'expired', 'short'];
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const WAITS = [0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * What the runtime measures. Where controller-runtime or client-go has a metric, name and labels are theirs, so that
 * existing dashboards and alerts fit; the rest is prefixed `fabriclink_`. Every series exists, at zero, once it is declared.
 */
export function createInstruments(metrics: Metrics) {
  const reconciles = metrics.counter('controller_runtime_reconcile_total', 'Passes by result.', [
    'controller',
    'result',
  ]);
  const errors = metrics.counter('controller_runtime_reconcile_errors_total', 'Passes that failed.', ['controller']);
  const seconds = metrics.histogram(
    'controller_runtime_reconcile_time_seconds',
    'Length of a pass.',
    ['controller'],
    SECONDS,
  );
  const workers = metrics.gauge('controller_runtime_active_workers', 'Passes under way.', ['controller']);
  const limits = metrics.gauge('controller_runtime_max_concurrent_reconciles', 'Most passes at once.', ['controller']);
  const adds = metrics.counter('workqueue_adds_total', 'Keys added to the queue.', ['name', 'controller']);
  const retries = metrics.counter('workqueue_retries_total', 'Keys added again after a failure.', [
    'name',
    'controller',
  ]);
  const waits = metrics.histogram(
    'workqueue_queue_duration_seconds',
    'Time between ready and taken.',
    ['name', 'controller'],
    WAITS,
  );
  const works = metrics.histogram(
    'workqueue_work_duration_seconds',
    'Time between taken and done.',
    ['name', 'controller'],
    SECONDS,
  );
  const queues = new Map<string, { queue: WorkQueue; nowMs: () => number }>();
  const faults = metrics.counter('fabriclink_watch_faults_total', 'Lists and watches that ended badly.', [
    'resource',
    'fault',
  ]);
  const relists = metrics.counter('fabriclink_informer_relists_total', 'Complete lists after the first.', ['resource']);
  const missed = metrics.counter('fabriclink_informer_missed_events_total', 'Changes that only a relist found.', [
    'resource',
  ]);
  const statusWrites = metrics.counter('fabriclink_status_writes_total', 'Status patches sent.', ['controller']);
  const storms = metrics.counter(
    'fabriclink_watch_storm_delays_total',
    'Looks put off because their object changes without end.',
    ['controller'],
  );
  const audits = metrics.counter('fabriclink_audit_entries_total', 'Lines of the audit trail.', [
    'controller',
    'action',
  ]);
  const abandoned = metrics.counter(
    'fabriclink_abandoned_total',
    'Objects let go without credentials, with things of ours left in a cloud.',
    ['kind'],
  );
  const leader = metrics.gauge('leader_election_master_status', '1 while this replica holds the lease.', ['name']);

  metrics.gauge('workqueue_depth', 'Keys ready to be taken.', ['name', 'controller', 'priority'], (gauge) => {
    for (const [name, { queue }] of queues) {
      for (const priority of PRIORITIES) gauge.set({ name, controller: name, priority }, queue.ready(priority));
    }
  });
  metrics.gauge(
    'workqueue_unfinished_work_seconds',
    'Summed age of passes under way.',
    ['name', 'controller'],
    (gauge) => {
      for (const [name, { queue, nowMs }] of queues) gauge.set({ name, controller: name }, sum(ages(queue, nowMs())));
    },
  );
  metrics.gauge(
    'workqueue_longest_running_processor_seconds',
    'Age of the oldest pass.',
    ['name', 'controller'],
    (gauge) => {
      for (const [name, { queue, nowMs }] of queues) {
        gauge.set(
          { name, controller: name },
          ages(queue, nowMs()).reduce((one, other) => Math.max(one, other), 0),
        );
      }
    },
  );

  const blind = new Map<string, () => number>();
  metrics.gauge(
    'fabriclink_unobservable_objects',
    'Objects of which something could not be read for minutes.',
    ['controller'],
    (gauge) => {
      for (const [controller, count] of blind) gauge.set({ controller }, count());
    },
  );

  return {
    fleet: createFleetMetrics(metrics),
    watchBlindness: (controller: string, count: () => number) => void blind.set(controller, count),
    leader: (name: string, held: boolean) => leader.set({ name }, held ? 1 : 0),
    informer(resource: string) {
      for (const fault of FAULTS) faults.add({ resource, fault }, 0);
      relists.add({ resource }, 0);
      missed.add({ resource }, 0);
      return {
        fault: (fault: WatchFault) => faults.add({ resource, fault }),
        missed: (count: number) => missed.add({ resource }, count),
        relisted: () => relists.add({ resource }),
      };
    },
    controller(name: string, maxWorkers: number, kind: string) {
      const own = { controller: name };
      const queued = { name, controller: name };
      for (const result of RESULTS) reconciles.add({ ...own, result }, 0);
      errors.add(own, 0);
      seconds.zero(own);
      workers.set(own, 0);
      limits.set(own, maxWorkers);
      adds.add(queued, 0);
      retries.add(queued, 0);
      waits.zero(queued);
      works.zero(queued);
      statusWrites.add(own, 0);
      storms.add(own, 0);
      abandoned.add({ kind }, 0);
      return {
        active: (count: number) => workers.set(own, count),
        passed(result: (typeof RESULTS)[number], tookSeconds: number) {
          reconciles.add({ ...own, result });
          if (result === 'error') errors.add(own);
          seconds.observe(own, tookSeconds);
        },
        wroteStatus: () => statusWrites.add(own),
        stormed: () => storms.add(own),
        abandoned: () => abandoned.add({ kind }),
        retried: () => retries.add(queued),
        audited: (action: string) => audits.add({ ...own, action }),
        queue: {
          added: () => adds.add(queued),
          waited: (waited: number) => waits.observe(queued, waited),
          worked: (worked: number) => works.observe(queued, worked),
        },
        /** Depth and ages are read from the queue at each scrape. */
        watchQueue: (queue: WorkQueue, nowMs: () => number) => void queues.set(name, { queue, nowMs }),
      };
    },
  };
}

export type Instruments = ReturnType<typeof createInstruments>;

function ages(queue: WorkQueue, nowMs: number): number[] {
  return Array.from(queue.takenSinceMs(), (sinceMs) => Math.max(0, nowMs - sinceMs) / 1000);
}

function sum(values: readonly number[]): number {
  return values.reduce((one, other) => one + other, 0);
}
