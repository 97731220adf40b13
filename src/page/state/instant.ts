import type { Expression } from '../../expression/ast.ts';
import type { Labels } from '../../expression/series.ts';
import type { PageSource } from '../source.ts';

/** Values of an expression at one moment, milliseconds. */
export function instant(source: PageSource, expression: Expression, at: number): { labels: Labels; value: number }[] {
  return source
    .series(expression, at, at, 1)
    .flatMap(({ labels, points }) => points.slice(-1).map(({ value }) => ({ labels, value })));
}
