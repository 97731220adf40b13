import type { LabelsOf, Metric } from '../catalogue/metric.ts';

/** A label matcher: equal to a value, or to one of several. `{not}` inverts it. */
export type Match = string | readonly string[] | { readonly not: string | readonly string[] };

export type Where<M extends Metric = Metric> = { readonly [Label in keyof LabelsOf<M>]?: Match };

/** Seconds, or `auto`: the dashboard's own rate interval (5 minutes where there is no dashboard). */
export type Window = number | 'auto';

export interface Select {
  readonly kind: 'select';
  /** Series name: the metric's, or that of one of a histogram's series. */
  readonly series: string;
  readonly metric: Metric;
  readonly where: Where;
}

/**
 * The closed expression language of rules and panels, over the catalogue. It has two readers that are proven equal:
 * `promql.ts` prints it for Prometheus and Grafana, `evaluate.ts` computes it over the store.
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'time' }
  | Select
  | { readonly kind: 'range'; readonly fn: RangeFunction; readonly of: Select; readonly window: Window }
  | {
      readonly kind: 'aggregate';
      readonly fn: AggregateFunction;
      readonly by: readonly string[];
      readonly of: Expression;
    }
  | { readonly kind: 'quantile'; readonly quantile: number; readonly of: Expression }
  | {
      readonly kind: 'arithmetic';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'set';
      readonly operator: 'and' | 'or' | 'unless';
      /** Labels to match on: none makes the right a condition for all of the left. All labels unless given. */
      readonly on?: readonly string[];
      readonly left: Expression;
      readonly right: Expression;
    };

export type OverTime = 'avg_over_time' | 'min_over_time' | 'max_over_time' | 'count_over_time' | QuantileOverTime;
/** Two of PromQL's `quantile_over_time`, by name. */
export type QuantileOverTime = 'median_over_time' | 'upper_quartile_over_time';
export type RangeFunction = 'rate' | 'increase' | OverTime;
export type AggregateFunction = 'sum' | 'min' | 'max' | 'avg' | 'count';
export type Comparison = '>' | '<' | '>=' | '<=' | '==' | '!=';

export const number = (value: number): Expression => ({ kind: 'number', value });

/** Unix time of the evaluation in seconds. */
export const time: Expression = { kind: 'time' };

/** The current value of a gauge or counter, at most 5 minutes old. */
export function select<M extends Metric>(metric: M, where: Where<M> = {}): Select {
  return { kind: 'select', series: metric.name, metric, where };
}

/** The cumulative buckets of a histogram; only inside `rate` or `increase`. */
export function buckets<M extends Metric>(metric: M, where: Where<M> = {}): Select {
  return { kind: 'select', series: `${metric.name}_bucket`, metric, where };
}

const range =
  (fn: RangeFunction) =>
  (of: Select, window: Window): Expression => ({ kind: 'range', fn, of, window });

export const rate = range('rate');
export const increase = range('increase');
export const averageOverTime = range('avg_over_time');
export const minimumOverTime = range('min_over_time');
export const maximumOverTime = range('max_over_time');
export const countOverTime = range('count_over_time');
export const medianOverTime = range('median_over_time');
export const upperQuartileOverTime = range('upper_quartile_over_time');

const aggregate =
  (fn: AggregateFunction) =>
  (of: Expression, ...by: readonly string[]): Expression => ({ kind: 'aggregate', fn, by, of });

export const sum = aggregate('sum');
export const minimum = aggregate('min');
export const maximum = aggregate('max');
export const average = aggregate('avg');
export const count = aggregate('count');

/** `histogram_quantile` over rates of buckets that kept their `le` label. */
export const quantile = (q: number, of: Expression): Expression => ({ kind: 'quantile', quantile: q, of });

const arithmetic =
  (operator: '+' | '-' | '*' | '/') =>
  (left: Expression, right: Expression): Expression => ({ kind: 'arithmetic', operator, left, right });

export const add = arithmetic('+');
export const subtract = arithmetic('-');
export const multiply = arithmetic('*');
export const divide = arithmetic('/');

/** Keeps the series of `left` for which the comparison holds, with the value of `left`. */
export const compare = (left: Expression, operator: Comparison, right: Expression): Expression => ({
  kind: 'compare',
  operator,
  left,
  right,
});

const set =
  (operator: 'and' | 'or' | 'unless') =>
  (left: Expression, right: Expression, on?: readonly string[]): Expression => ({
    kind: 'set',
    operator,
    left,
    right,
    ...(on ? { on } : {}),
  });

/** Keeps the series of `left` that have, or do not have, one of the same labels in `right`. */
export const and = set('and');
export const unless = set('unless');
/** The series of `left`, and those of `right` that have none of the same labels there. */
export const or = set('or');

/** The selectors without whose series an expression has no value; the right of a set operation only filters. */
export function measuredBy(expression: Expression): Select[] {
  if (expression.kind === 'set') return measuredBy(expression.left);
  if (expression.kind === 'compare' || expression.kind === 'arithmetic') {
    return [...measuredBy(expression.left), ...measuredBy(expression.right)];
  }
  return selectorsOf(expression);
}

/** Every selector of an expression. */
export function selectorsOf(expression: Expression): Select[] {
  switch (expression.kind) {
    case 'select':
      return [expression];
    case 'range':
    case 'aggregate':
    case 'quantile':
      return selectorsOf(expression.of);
    case 'arithmetic':
    case 'compare':
    case 'set':
      return [...selectorsOf(expression.left), ...selectorsOf(expression.right)];
    default:
      return [];
  }
}
