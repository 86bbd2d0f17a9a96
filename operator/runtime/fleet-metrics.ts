import type { Condition, KubeObject } from '../clients/kube/types.ts';
import type { ObjectCount, ObjectGauge } from './kind.ts';
import type { GaugeMetric, HistogramMetric, Metrics } from './metrics.ts';

/** Minutes for what takes a call or two, hours for propagation, days for approvals by people. */
const WAITS = [10, 30, 60, 300, 900, 1_800, 3_600, 10_800, 43_200, 86_400, 259_200, 604_800];

type Labels = 'controller' | 'ready' | 'reason';

/**
 * What a fleet looks like from outside: how many objects are in which state, and how long they took to get there.
 * Series are by kind and reason, so that their number does not grow with the fleet; an object has one of its own only
 * while something about it waits for a person.
 */
export function createFleetMetrics(metrics: Metrics) {
  const fleets = new Map<string, () => readonly KubeObject[]>();
  const shown = new Map<string, Record<Labels, string>>();
  const toReady = metrics.histogram(
    'fabriclink_time_to_ready_seconds',
    'From creation, or from when it was Ready last, to Ready.',
    ['controller'],
    WAITS,
  );
  const toGone = metrics.histogram(
    'fabriclink_deletion_seconds',
    'From the request to delete to letting go.',
    ['controller'],
    WAITS,
  );

  const collect = (gauge: GaugeMetric<Labels>): void => {
    const counts = new Map<string, { labels: Record<Labels, string>; count: number }>();
    for (const [controller, objects] of fleets) {
      for (const object of objects()) {
        const ready = readyOf(object);
        const labels = { controller, ready: ready?.status ?? 'Unknown', reason: ready?.reason ?? '' };
        const key = `${controller} ${labels.ready} ${labels.reason}`;
        const entry = counts.get(key) ?? { labels, count: 0 };
        entry.count += 1;
        counts.set(key, entry);
      }
    }
    // A state that nobody is in any more shows zero, not its last number.
    for (const [key, labels] of shown) if (!counts.has(key)) gauge.set(labels, 0);
    for (const [key, { labels, count }] of counts) {
      shown.set(key, labels);
      gauge.set(labels, count);
    }
  };
  metrics.gauge(
    'fabriclink_objects',
    'Objects by what their Ready condition says.',
    ['controller', 'ready', 'reason'],
    collect,
  );

  return {
    declare(
      controller: string,
      objects: () => readonly KubeObject[],
      { counts: counted = [], gauges = [] }: { counts?: readonly ObjectCount[]; gauges?: readonly ObjectGauge[] },
      now: () => number,
    ): void {
      fleets.set(controller, objects);
      for (const gauge of gauges) watchEach(metrics, controller, objects, gauge, now);
      for (const { metric, help, counts } of counted) {
        metrics.gauge(metric, help, ['controller'], (gauge) =>
          gauge.set({ controller }, objects().filter((object) => counts(object)).length),
        );
      }
      const labels = { controller, ready: 'True', reason: '' };
      shown.set(`${controller} True `, labels);
      toReady.zero({ controller });
      toGone.zero({ controller });
    },
    /** After a status write. */
    reported(controller: string, before: KubeObject, after: KubeObject, nowMs: number): void {
      const was = readyOf(before);
      if (readyOf(after)?.status !== 'True' || was?.status === 'True') return;
      observe(toReady, controller, was?.lastTransitionTime ?? after.metadata.creationTimestamp, nowMs);
    },
    released(controller: string, object: KubeObject, nowMs: number): void {
      observe(toGone, controller, object.metadata.deletionTimestamp, nowMs);
    },
  };
}

type ObjectLabels = 'controller' | 'namespace' | 'name';

/** One series for each object that has a value now; those of the last scrape that have none any more are taken away. */
function watchEach(
  metrics: Metrics,
  controller: string,
  objects: () => readonly KubeObject[],
  { metric, help, value }: ObjectGauge,
  now: () => number,
): void {
  let before: readonly Record<ObjectLabels, string>[] = [];
  metrics.gauge<ObjectLabels>(metric, help, ['controller', 'namespace', 'name'], (gauge) => {
    for (const labels of before) gauge.remove(labels);
    const nowMs = now();
    before = objects().flatMap((object) => {
      const found = value(object, nowMs);
      if (found === undefined) return [];
      const labels = { controller, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
      gauge.set(labels, found);
      return [labels];
    });
  });
}

function readyOf(object: KubeObject): Condition | undefined {
  const { conditions } = (object.status ?? {}) as { conditions?: readonly Condition[] };
  return conditions?.find(({ type }) => type === 'Ready');
}

function observe(
  histogram: HistogramMetric<'controller'>,
  controller: string,
  since: string | undefined,
  nowMs: number,
): void {
  const sinceMs = Date.parse(since ?? '');
  if (!Number.isNaN(sinceMs)) histogram.observe({ controller }, Math.max(0, nowMs - sinceMs) / 1000);
}
