import type { LabelValues, Metric } from '../catalogue/metric.ts';

export type Labels = Readonly<Record<string, string>>;

export interface LabelSetEvents {
  /** A value beyond the cap of its label was replaced by `other`. */
  folded(): void;
  /** Label sets that belong to a new value of an open label: one for each value of the closed ones. */
  opened(sets: readonly Labels[]): void;
}

/**
 * The label sets of one metric. Values of an open label beyond its cap become `other`. A set is worked out once and then
 * found by its values, because a request passes here about ten times.
 */
export class LabelSets {
  readonly #metric: Metric;
  readonly #names: readonly string[];
  readonly #open: readonly string[];
  readonly #events: LabelSetEvents;
  readonly #known = new Map<string, Labels>();
  readonly #values = new Map<string, Set<string>>();
  readonly #started = new Set<string>();

  constructor(metric: Metric, events: LabelSetEvents) {
    this.#metric = metric;
    this.#names = Object.keys(metric.labels);
    this.#open = openLabels(metric);
    this.#events = events;
  }

  /** The labels under which a value is kept. */
  resolve(labels: Labels): Labels {
    let key = '';
    for (const name of this.#names) key += `${labels[name]}\n`;
    return this.#known.get(key) ?? this.#learn(key, labels);
  }

  /** Forgets which values were seen. */
  forget(): void {
    for (const cache of [this.#known, this.#values, this.#started]) cache.clear();
  }

  /** Only sets within the caps are remembered, so that invented values cannot fill the memory. */
  #learn(key: string, labels: Labels): Labels {
    const kept = Object.fromEntries(this.#names.map((name) => [name, this.#cap(name, labels[name] ?? '')]));
    if (this.#names.every((name) => kept[name] === labels[name])) this.#known.set(key, kept);
    else this.#events.folded();
    this.#start(kept);
    return kept;
  }

  #cap(name: string, value: string): string {
    const allowed = this.#metric.labels[name];
    if (!allowed || isClosed(allowed)) return value;
    const values = this.#values.get(name) ?? new Set();
    this.#values.set(name, values);
    if (!values.has(value) && values.size >= allowed.atMost) return 'other';
    values.add(value);
    return value;
  }

  #start(labels: Labels): void {
    const open = Object.fromEntries(this.#open.map((name) => [name, labels[name] ?? '']));
    const key = JSON.stringify(open);
    if (this.#open.length === 0 || this.#started.has(key)) return;
    this.#started.add(key);
    this.#events.opened(combinations(this.#metric, open));
  }
}

const isClosed = (values: LabelValues): values is readonly string[] => Array.isArray(values);

/** Labels of a metric whose values are not known in advance. */
export function openLabels(metric: Metric): string[] {
  return Object.keys(metric.labels).filter((name) => !isClosed(metric.labels[name] ?? []));
}

/** All label sets over the closed labels of a metric; none while an open label has no value in `open`. */
export function combinations(metric: Metric, open: Labels = {}): Labels[] {
  let sets: Labels[] = [{}];
  for (const [label, allowed] of Object.entries(metric.labels)) {
    const given = open[label];
    if (given === undefined && !isClosed(allowed)) return [];
    const values = given !== undefined ? [given] : (allowed as readonly string[]);
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })));
  }
  return sets;
}
