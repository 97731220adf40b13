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

/**
 * Registers the given part of the catalogue. Counters start at 0 for every value of their
 * closed labels, so that `rate` sees the first event.
 */
export function createMetrics(metrics: readonly Metric[]): Metrics {
  const registry = new Registry();
  const instruments = new Map<string, Instrument>(metrics.map((metric) => [metric.name, create(metric, registry)]));
  const seen = new Map<string, Set<string>>();
  const started = new Set<string>();
  const tasks: (() => void)[] = [];

  const find = (metric: Metric): Instrument => {
    const instrument = instruments.get(metric.name);
    if (!instrument) throw new Error(`${metric.name} is not registered in this process`);
    return instrument;
  };

  /** A new value of an open label starts at 0 for each value of the closed ones. */
  const startAtZero = (counter: Counter | Gauge, metric: Metric, labels: Readonly<Record<string, string>>): void => {
    const open = Object.entries(labels).filter(([label]) => !isClosed(metric.labels[label] ?? []));
    const key = `${metric.name}${JSON.stringify(open)}`;
    if (open.length === 0 || started.has(key)) return;
    started.add(key);
    for (const zero of combinations(metric, Object.fromEntries(open))) counter.inc(zero, 0);
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
      const instrument = find(metric) as Counter | Gauge;
      const known = folded(metric, labels);
      if (metric.type === 'counter') startAtZero(instrument, metric, known);
      instrument.inc(known, amount);
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
    for (const labels of combinations(metric)) histogram.zero(labels);
    return histogram;
  }
  if (metric.type === 'gauge') return new Gauge(options);
  const counter = new Counter(options);
  for (const labels of combinations(metric)) counter.inc(labels, 0);
  return counter;
}

const isClosed = (values: LabelValues): values is readonly string[] => Array.isArray(values);

/** All label sets over the closed labels of a metric; none while an open label has no value in `open`. */
function combinations(metric: Metric, open: Readonly<Record<string, string>> = {}): Record<string, string>[] {
  let sets: Record<string, string>[] = [{}];
  for (const [label, allowed] of Object.entries(metric.labels)) {
    const given = open[label];
    if (given === undefined && !isClosed(allowed)) return [];
    const values = given !== undefined ? [given] : (allowed as readonly string[]);
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })));
  }
  return sets;
}
