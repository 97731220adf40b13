export type MetricType = 'counter' | 'gauge' | 'histogram';

/** The closed set of a label's values, or the number of different values that are kept; the rest becomes `other`. */
export type LabelValues = readonly string[] | { readonly atMost: number };

/** One metric, declared once: emitter, rules, boards, page and documentation read it from here. */
export interface Metric<Label extends string = string> {
  /** Prometheus name: base unit, `_total` for counters. */
  readonly name: string;
  readonly type: MetricType;
  readonly unit: Unit;
  readonly help: string;
  readonly labels: Readonly<Record<Label, LabelValues>>;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
  /** Name in the OpenTelemetry semantic conventions, where there is one. */
  readonly otel?: string;
}

export type Unit = 'seconds' | 'bytes' | 'celsius' | 'watts' | 'ratio' | 'timestamp' | 'count' | 'state' | 'info';

export type LabelsOf<M extends Metric> = Readonly<Record<keyof M['labels'] & string, string>>;

type Declaration<Label extends string> = Omit<Metric<Label>, 'labels'> & {
  readonly labels?: Readonly<Record<Label, LabelValues>>;
};

/** Declares a metric; without `labels` it has none. */
export function metric<const Label extends string = never>(declaration: Declaration<Label>): Metric<Label> {
  return { ...declaration, labels: declaration.labels ?? ({} as Record<Label, LabelValues>) };
}

/** Up to 600 s: a cold load of a large model takes minutes, and the usual client buckets end at 10 s. */
export const durationBuckets = [
  0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600,
] as const satisfies readonly number[];
