import type { Comparison, Expression, Select } from './ast.ts';
import { bucketQuantile } from './quantile.ts';
import { extrapolate, kahanSum, overTime } from './range.ts';
import { type Labels, labelKey, type SeriesReader } from './series.ts';

export interface Element {
  readonly labels: Labels;
  readonly value: number;
}

export type Vector = readonly Element[];

type Value = number | Vector;

/** How old a point may be and still count as current, milliseconds; Prometheus' look-back. */
export const lookBackMs = 300_000;
const autoWindowSeconds = 300;

/**
 * Value of an expression at a moment (Unix milliseconds) with the semantics of Prometheus 3: left-open windows, look-back
 * of 5 minutes, extrapolated rates, one-to-one matching on all labels, comparisons that filter. A scalar expression gives
 * one element without labels.
 */
export function evaluate(expression: Expression, reader: SeriesReader, at: number): Vector {
  const value = compute(expression, reader, at);
  return typeof value === 'number' ? [{ labels: {}, value }] : value;
}

function compute(expression: Expression, reader: SeriesReader, at: number): Value {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'time':
      return at / 1000;
    case 'select':
      return current(expression, reader, at);
    case 'range':
      return ranged(expression, reader, at);
    case 'aggregate':
      return aggregate(expression, vectorOf(compute(expression.of, reader, at)));
    case 'quantile':
      return quantiles(expression.quantile, vectorOf(compute(expression.of, reader, at)));
    case 'set':
      return combine(
        expression,
        vectorOf(compute(expression.left, reader, at)),
        vectorOf(compute(expression.right, reader, at)),
      );
    default:
      return binary(expression, compute(expression.left, reader, at), compute(expression.right, reader, at));
  }
}

const vectorOf = (value: Value): Vector => (typeof value === 'number' ? [{ labels: {}, value }] : value);

function current(select: Select, reader: SeriesReader, at: number): Vector {
  return reader.read(select, at - lookBackMs, at).flatMap(({ labels, points }) => {
    const last = points.at(-1);
    return last ? [{ labels, value: last.value }] : [];
  });
}

function ranged(expression: Expression & { kind: 'range' }, reader: SeriesReader, at: number): Vector {
  const windowMs = (expression.window === 'auto' ? autoWindowSeconds : expression.window) * 1000;
  return reader.read(expression.of, at - windowMs, at).flatMap(({ labels, points }) => {
    const { fn } = expression;
    const value =
      fn === 'rate' || fn === 'increase'
        ? extrapolate(points, at - windowMs, at, fn === 'rate')
        : overTime(
            fn,
            points.map((point) => point.value),
          );
    return value === undefined ? [] : [{ labels, value }];
  });
}

function aggregate({ fn, by }: Expression & { kind: 'aggregate' }, elements: Vector): Vector {
  const groups = new Map<string, { labels: Labels; values: number[] }>();
  for (const { labels, value } of elements) {
    const kept = only(labels, by);
    const key = labelKey(kept);
    const group = groups.get(key);
    if (group) group.values.push(value);
    else groups.set(key, { labels: kept, values: [value] });
  }
  return [...groups.values()].map(({ labels, values }) => ({ labels, value: reduce(fn, values) }));
}

function reduce(fn: (Expression & { kind: 'aggregate' })['fn'], values: readonly number[]): number {
  if (fn === 'count') return values.length;
  if (fn === 'min' || fn === 'max') return overTime(`${fn}_over_time`, values) ?? Number.NaN;
  const { sum, rest } = kahanSum(values);
  return fn === 'sum' ? sum + rest : sum / values.length + rest / values.length;
}

function quantiles(q: number, elements: Vector): Vector {
  const groups = new Map<string, { labels: Labels; buckets: { upper: number; count: number }[] }>();
  for (const { labels, value } of elements) {
    const { le, ...rest } = labels;
    if (le === undefined) continue;
    const key = labelKey(rest);
    const group = groups.get(key) ?? { labels: rest, buckets: [] };
    group.buckets.push({ upper: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: value });
    groups.set(key, group);
  }
  return [...groups.values()].map(({ labels, buckets }) => ({ labels, value: bucketQuantile(q, buckets) }));
}

function combine({ operator, on }: Expression & { kind: 'set' }, left: Vector, right: Vector): Vector {
  const keyOf = ({ labels }: Element): string => labelKey(on ? only(labels, on) : labels);
  if (operator === 'or') {
    const known = new Set(left.map(keyOf));
    return [...left, ...right.filter((element) => !known.has(keyOf(element)))];
  }
  const keys = new Set(right.map(keyOf));
  return left.filter((element) => keys.has(keyOf(element)) === (operator === 'and'));
}

const only = (labels: Labels, names: readonly string[]): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([label]) => names.includes(label)));

function binary(expression: Expression & { kind: 'arithmetic' | 'compare' }, left: Value, right: Value): Value {
  if (expression.kind === 'compare') return filter(expression.operator, left, right);
  const { operator } = expression;
  if (typeof left === 'number' && typeof right === 'number') return calculate(operator, left, right);
  if (typeof left === 'number') {
    return vectorOf(right).map(({ labels, value }) => ({ labels, value: calculate(operator, left, value) }));
  }
  return pairs(left, right).map(([{ labels, value }, other]) => ({ labels, value: calculate(operator, value, other) }));
}

function filter(operator: Comparison, left: Value, right: Value): Vector {
  if (typeof left === 'number' && typeof right !== 'number') {
    return right.filter(({ value }) => holds(operator, left, value));
  }
  return pairs(vectorOf(left), right)
    .filter(([{ value }, other]) => holds(operator, value, other))
    .map(([element]) => element);
}

/** Each element of the left with the value that it meets on the right: the scalar, or that of the same labels. */
function pairs(left: Vector, right: Value): (readonly [Element, number])[] {
  if (typeof right === 'number') return left.map((element) => [element, right] as const);
  const values = new Map(right.map(({ labels, value }) => [labelKey(labels), value]));
  return left.flatMap((element) => {
    const other = values.get(labelKey(element.labels));
    return other === undefined ? [] : [[element, other] as const];
  });
}

function calculate(operator: '+' | '-' | '*' | '/', left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  return operator === '*' ? left * right : left / right;
}

function holds(operator: Comparison, left: number, right: number): boolean {
  switch (operator) {
    case '>':
      return left > right;
    case '<':
      return left < right;
    case '>=':
      return left >= right;
    case '<=':
      return left <= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
  }
}
