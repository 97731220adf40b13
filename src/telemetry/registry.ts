import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { LabelsOf, LabelValues, Metric } from '../catalogue/metric.ts';

type Instrument = Counter | Gauge | Histogram;

/** The process's metrics, addressed by their catalogue entries: a wrong label is a compile error. */
export interface Metrics {
  /** Adds to a counter or gauge. */
  add<M extends Metric>(metric: M, labels: LabelsOf<M>, amount?: number): void;
  /** Sets a gauge. */
  set<M extends Metric>(metric: M, labels: LabelsOf<M>, value: number): void;
  /** Records a value in a histogram. */
  observe<M extends Metric>(metric: M, labels: LabelsOf<M>, value: number): void;
  /** Forgets every series of a metric, for gauges that mirror a list which can shrink. */
  clear(metric: Metric): void;
  /** Runs before each scrape. */
  beforeScrape(task: () => void): void;
  /** The metrics in Prometheus' text format. */
  exposition(): Promise<string>;
  readonly contentType: string;
}

/** Registers the given part of the catalogue. Counters with closed labels start at 0, so that `rate` sees the first event. */
export function createMetrics(metrics: readonly Metric[]): Metrics {
  const registry = new Registry();
  const instruments = new Map<string, Instrument>(metrics.map((metric) => [metric.name, create(metric, registry)]));
  const seen = new Map<string, Set<string>>();
  const tasks: (() => void)[] = [];

  const find = (metric: Metric): Instrument => {
    const instrument = instruments.get(metric.name);
    if (!instrument) throw new Error(`${metric.name} is not registered in this process`);
    return instrument;
  };

  const folded = (metric: Metric, labels: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(labels).map(([label, value]) => {
        const allowed = metric.labels[label];
        if (!allowed || isClosed(allowed)) return [label, value];
        const key = `${metric.name}/${label}`;
        const values = seen.get(key) ?? new Set();
        seen.set(key, values);
        if (!values.has(value) && values.size >= allowed.atMost) return [label, 'other'];
        values.add(value);
        return [label, value];
      }),
    );

  return {
    contentType: registry.contentType,
    add(metric, labels, amount = 1) {
      (find(metric) as Counter | Gauge).inc(folded(metric, labels), amount);
    },
    set(metric, labels, value) {
      (find(metric) as Gauge).set(folded(metric, labels), value);
    },
    observe(metric, labels, value) {
      (find(metric) as Histogram).observe(folded(metric, labels), value);
    },
    clear(metric) {
      const instrument = find(metric);
      instrument.reset();
      // Resetting leaves a 0 where there are no labels, which nobody measured.
      if (Object.keys(metric.labels).length === 0) instrument.remove();
    },
    beforeScrape(task) {
      tasks.push(task);
    },
    async exposition() {
      for (const task of tasks) task();
      return registry.metrics();
    },
  };
}

function create(metric: Metric, registry: Registry): Instrument {
  const options = {
    name: metric.name,
    help: metric.help,
    labelNames: Object.keys(metric.labels),
    registers: [registry],
  };
  if (metric.type === 'histogram') {
    const histogram = new Histogram({ ...options, buckets: [...(metric.buckets ?? [])] });
    for (const labels of closedCombinations(metric)) histogram.zero(labels);
    return histogram;
  }
  if (metric.type === 'gauge') return new Gauge(options);
  const counter = new Counter(options);
  for (const labels of closedCombinations(metric)) counter.inc(labels, 0);
  return counter;
}

const isClosed = (values: LabelValues): values is readonly string[] => Array.isArray(values);

/** All label sets of a metric whose labels are all closed; none as soon as one label is open. */
function closedCombinations(metric: Metric): Record<string, string>[] {
  let combinations: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(metric.labels)) {
    if (!isClosed(values)) return [];
    combinations = combinations.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value })));
  }
  return combinations;
}
