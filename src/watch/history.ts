import type { Expression } from '../expression/ast.ts';
import { evaluate } from '../expression/evaluate.ts';
import { labelKey, type Point, type Series, type SeriesReader } from '../expression/series.ts';

/** Values of an expression at `from`, `from + step`, … `to`, milliseconds, one series per label set. */
export function seriesOf(
  samples: SeriesReader,
  expression: Expression,
  from: number,
  to: number,
  step: number,
): Series[] {
  const found = new Map<string, { labels: Series['labels']; points: Point[] }>();
  for (let at = from; at <= to; at += step) {
    for (const { labels, value } of evaluate(expression, samples, at)) {
      const key = labelKey(labels);
      const series = found.get(key) ?? { labels, points: [] };
      series.points.push({ at, value });
      found.set(key, series);
    }
  }
  return [...found.values()];
}
