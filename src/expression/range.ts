import type { OverTime, QuantileOverTime } from './ast.ts';
import type { Point } from './series.ts';

/** Share of the average distance of points up to which a series is taken to reach the edge of the window. */
const edgeTolerance = 1.1;

/**
 * `increase` (or `rate`, per second) of a counter over the window (from, to], extrapolated to its edges exactly as
 * Prometheus 3 does it. Undefined with fewer than two points.
 */
export function extrapolate(
  points: readonly Point[],
  from: number,
  to: number,
  perSecond: boolean,
): number | undefined {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 2) return undefined;
  const raw = rawIncrease(points);
  const sampled = (last.at - first.at) / 1000;
  const average = sampled / (points.length - 1);
  let toStart = (first.at - from) / 1000;
  let toEnd = (to - last.at) / 1000;
  if (toStart >= average * edgeTolerance) toStart = average / 2;
  // A counter cannot have been below zero: it is not extended further back than to where it would have started.
  if (raw > 0 && first.value >= 0) toStart = Math.min(toStart, sampled * (first.value / raw));
  if (toEnd >= average * edgeTolerance) toEnd = average / 2;
  let factor = (sampled + toStart + toEnd) / sampled;
  if (perSecond) factor /= (to - from) / 1000;
  return raw * factor;
}

/** Growth between the first and the last point; at each drop the counter began again from zero. */
function rawIncrease(points: readonly Point[]): number {
  let raw = (points.at(-1)?.value ?? 0) - (points[0]?.value ?? 0);
  let before = points[0]?.value ?? 0;
  for (const { value } of points.slice(1)) {
    if (value < before) raw += before;
    before = value;
  }
  return raw;
}

/** `…_over_time` of the values of a window; undefined of none. */
export function overTime(fn: OverTime, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  if (fn === 'count_over_time') return values.length;
  if (fn === 'median_over_time' || fn === 'upper_quartile_over_time') return quantileOf(quantiles[fn], values);
  if (fn === 'avg_over_time') {
    const { sum, rest } = kahanSum(values);
    return sum / values.length + rest / values.length;
  }
  const numbers = values.filter((value) => !Number.isNaN(value));
  if (numbers.length === 0) return Number.NaN;
  return fn === 'min_over_time' ? Math.min(...numbers) : Math.max(...numbers);
}

export const quantiles: Readonly<Record<QuantileOverTime, number>> = {
  median_over_time: 0.5,
  upper_quartile_over_time: 0.75,
};

/** Interpolated between the two nearest, in the order of operations of Prometheus. */
function quantileOf(q: number, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const lower = Math.floor(rank);
  const weight = rank - lower;
  const below = sorted[lower] ?? Number.NaN;
  const above = sorted[Math.min(sorted.length - 1, lower + 1)] ?? Number.NaN;
  return below * (1 - weight) + above * weight;
}

/** Sum with Neumaier's compensation, as Prometheus adds: `rest` is what rounding lost. */
export function kahanSum(values: readonly number[]): { sum: number; rest: number } {
  let sum = 0;
  let rest = 0;
  for (const value of values) {
    const next = sum + value;
    if (!Number.isFinite(next)) rest = 0;
    else if (Math.abs(sum) >= Math.abs(value)) rest += sum - next + value;
    else rest += value - next + sum;
    sum = next;
  }
  return { sum, rest };
}
