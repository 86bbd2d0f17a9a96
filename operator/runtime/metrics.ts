import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Labels<L extends string> = Record<L, string>;
export type CounterMetric<L extends string> = { add(labels: Labels<L>, by?: number): void };
export type GaugeMetric<L extends string> = {
  set(labels: Labels<L>, value: number): void;
  remove(labels: Labels<L>): void;
};
export type HistogramMetric<L extends string> = {
  observe(labels: Labels<L>, value: number): void;
  zero(labels: Labels<L>): void;
};

/** The one place that knows prom-client. Asking twice for a name answers with the same metric. */
export interface Metrics {
  counter<L extends string>(name: string, help: string, labels: readonly L[]): CounterMetric<L>;
  /** `collect` runs at each scrape and sets what is only known then. */
  gauge<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    collect?: (gauge: GaugeMetric<L>) => void,
  ): GaugeMetric<L>;
  /** Buckets in seconds unless the name says otherwise. */
  histogram<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    buckets: readonly number[],
  ): HistogramMetric<L>;
  /** Text exposition of everything. */
  expose(): Promise<{ contentType: string; text: string }>;
}

export function createMetrics(registry: Registry = new Registry()): Metrics {
  const registers = [registry];
  /** What runs at a scrape, by gauge: each kind of object may bring its own share of one metric. */
  const collectors = new Map<string, (() => void)[]>();
  return {
    counter(name, help, labels) {
      const known = registry.getSingleMetric(name) as Counter | undefined;
      const counter = known ?? new Counter({ name, help, labelNames: [...labels], registers });
      return { add: (values, by = 1) => counter.inc(values, by) };
    },
    gauge(name, help, labels, collect) {
      const shares = collectors.get(name) ?? [];
      collectors.set(name, shares);
      const gauge =
        (registry.getSingleMetric(name) as Gauge | undefined) ??
        new Gauge({
          name,
          help,
          labelNames: [...labels],
          registers,
          collect: () => shares.forEach((share) => share()),
        });
      if (collect) shares.push(() => collect(gaugeOf(gauge)));
      return gaugeOf(gauge);
    },
    histogram(name, help, labels, buckets) {
      const known = registry.getSingleMetric(name) as Histogram | undefined;
      const histogram =
        known ?? new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers });
      return {
        observe: (values, value) => histogram.observe(values, value),
        zero: (values) => histogram.zero(values),
      };
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function gaugeOf<L extends string>(gauge: Gauge): GaugeMetric<L> {
  return { set: (values, value) => gauge.set(values, value), remove: (values) => gauge.remove(values) };
}
