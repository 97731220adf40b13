import { Counter, Gauge, Histogram, Registry, type RegistryContentType } from 'prom-client';
import type { LabelsOf, Metric } from '../catalogue/metric.ts';
import { valuesFolded } from '../catalogue/process.ts';
import { combinations, LabelSets, openLabels } from './label-sets.ts';
import { type OpenMetricsRegistry, openMetricsOf, openMetricsRegistry } from './openmetrics.ts';

type Instrument = Counter | Gauge | Histogram;

interface Family {
  readonly instrument: Instrument;
  readonly labelSets: LabelSets;
}

/** What leads from a bucket of a histogram to one of its requests. All of it has at most 128 characters. */
export interface Exemplar {
  readonly request_id?: string;
  readonly trace_id?: string;
}

/** What a scraper gets; Prometheus' text format unless said otherwise. */
export interface Exposition {
  /** Scrapes at the same time share one collection. */
  exposition(): Promise<string>;
  readonly contentType: string;
}

/** The process's metrics, addressed by their catalogue entries: a wrong label is a compile error. */
export interface Metrics extends Exposition {
  /** Adds to a counter or gauge. */
  add<M extends Metric>(metric: M, labels: LabelsOf<M>, amount?: number): void;
  /** Sets a gauge. */
  set<M extends Metric>(metric: M, labels: LabelsOf<M>, value: number): void;
  /** Records a value in a histogram; the exemplar is kept for its bucket until the next one. */
  observe<M extends Metric>(metric: M, labels: LabelsOf<M>, value: number, exemplar?: Exemplar): void;
  /** Forgets every series of a metric, for gauges that mirror a list which can shrink. */
  clear(metric: Metric): void;
  /** Runs before each scrape. */
  beforeScrape(task: () => void): void;
  /** The same in the OpenMetrics format, with exemplars. */
  readonly openMetrics: Exposition;
}

/**
 * Registers the given part of the catalogue. Counters start at 0 for every value of their
 * closed labels, so that `rate` sees the first event.
 */
export function createMetrics(metrics: readonly Metric[]): Metrics {
  const registry = openMetricsRegistry();
  const tasks: (() => void)[] = [];
  const folds = metrics.includes(valuesFolded) ? createCounter(valuesFolded, registry) : undefined;
  const families = new Map<string, Family>();
  for (const metric of metrics) families.set(metric.name, createFamily(metric, registry, folds));
  const instruments = [...families.values()].map(({ instrument }) => instrument);
  const text = new Registry();
  for (const instrument of instruments) text.registerMetric(instrument);

  const find = (metric: Metric): Family => {
    const family = families.get(metric.name);
    if (!family) throw new Error(`${metric.name} is not registered in this process`);
    return family;
  };

  return {
    ...expositionOf(text, tasks),
    openMetrics: expositionOf(openMetricsOf(instruments), tasks),
    add(metric, labels, amount = 1) {
      const { instrument, labelSets } = find(metric);
      (instrument as Counter | Gauge).inc(labelSets.resolve(labels), amount);
    },
    set(metric, labels, value) {
      const { instrument, labelSets } = find(metric);
      (instrument as Gauge).set(labelSets.resolve(labels), value);
    },
    observe(metric, labels, value, exemplar) {
      const { instrument, labelSets } = find(metric);
      const set = labelSets.resolve(labels);
      (instrument as Histogram).observe({ labels: set, value, ...(exemplar && { exemplarLabels: { ...exemplar } }) });
    },
    clear(metric) {
      const { instrument, labelSets } = find(metric);
      labelSets.forget();
      instrument.reset();
      // Resetting leaves a 0 where there are no labels, which nobody measured.
      if (Object.keys(metric.labels).length === 0) instrument.remove();
    },
    beforeScrape(task) {
      tasks.push(task);
    },
  };
}

function expositionOf(registry: Registry<RegistryContentType>, tasks: readonly (() => void)[]): Exposition {
  let scrape: Promise<string> | undefined;
  const collect = async () => {
    for (const task of tasks) task();
    return registry.metrics();
  };
  return {
    contentType: registry.contentType,
    async exposition() {
      scrape ??= collect().finally(() => {
        scrape = undefined;
      });
      return scrape;
    },
  };
}

function createFamily(metric: Metric, registry: OpenMetricsRegistry, folds: Counter | undefined): Family {
  const own = { metric: metric.name };
  const instrument = metric === valuesFolded && folds ? folds : createInstrument(metric, registry);
  const labelSets = new LabelSets(metric, {
    folded: () => folds?.inc(own),
    opened: (sets) => {
      if (metric.type === 'counter') for (const labels of sets) (instrument as Counter).inc(labels, 0);
    },
  });
  if (openLabels(metric).length > 0 && metric !== valuesFolded) folds?.inc(own, 0);
  return { instrument, labelSets };
}

function createInstrument(metric: Metric, registry: OpenMetricsRegistry): Instrument {
  if (metric.type === 'counter') return createCounter(metric, registry);
  if (metric.type === 'gauge') return new Gauge(optionsOf(metric, registry));
  const histogram = new Histogram({
    ...optionsOf(metric, registry),
    buckets: [...(metric.buckets ?? [])],
    enableExemplars: true,
  });
  for (const labels of combinations(metric)) histogram.zero(labels);
  return histogram;
}

function createCounter(metric: Metric, registry: OpenMetricsRegistry): Counter {
  const counter = new Counter(optionsOf(metric, registry));
  for (const labels of combinations(metric)) counter.inc(labels, 0);
  return counter;
}

const optionsOf = ({ name, help, labels }: Metric, registry: OpenMetricsRegistry) => ({
  name,
  help,
  labelNames: Object.keys(labels),
  registers: [registry],
});
