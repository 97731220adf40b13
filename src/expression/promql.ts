import { formatDuration } from '../duration.ts';
import type { Expression, Match, QuantileOverTime, Select } from './ast.ts';
import { quantiles } from './range.ts';

export interface PromqlOptions {
  /** What an `auto` window prints as: `$__rate_interval` on a board, `5m` elsewhere. */
  readonly autoWindow: string;
  /** Matchers added to every selector, such as `job=~"$job"`. */
  readonly matchers?: readonly string[];
}

const plain: PromqlOptions = { autoWindow: '5m' };

/** Binding strength of PromQL's binary operators; a weaker operand needs parentheses. */
const strength = { or: 1, and: 2, unless: 2, compare: 3, '+': 4, '-': 4, '*': 5, '/': 5 } as const;
const atom = 9;

/** Prints an expression as PromQL. */
export function promql(expression: Expression, options: PromqlOptions = plain): string {
  const print = (part: Expression): string => promql(part, options);
  switch (expression.kind) {
    case 'number':
      return String(expression.value);
    case 'time':
      return 'time()';
    case 'select':
      return selector(expression, options);
    case 'range': {
      const window = expression.window === 'auto' ? options.autoWindow : formatDuration(expression.window * 1000);
      const of = `${selector(expression.of, options)}[${window}]`;
      const { fn } = expression;
      return fn in quantiles ? `quantile_over_time(${quantiles[fn as QuantileOverTime]}, ${of})` : `${fn}(${of})`;
    }
    case 'aggregate': {
      const by = expression.by.length > 0 ? ` by (${expression.by.join(', ')}) ` : '';
      return `${expression.fn}${by}(${print(expression.of)})`;
    }
    case 'quantile':
      return `histogram_quantile(${expression.quantile}, ${print(expression.of)})`;
    default: {
      const own = strengthOf(expression);
      const left = wrap(expression.left, own, options);
      const right = wrap(expression.right, own + 1, options);
      const on = expression.kind === 'set' && expression.on ? ` on (${expression.on.join(', ')})` : '';
      return `${left} ${expression.operator}${on} ${right}`;
    }
  }
}

function strengthOf(expression: Expression): number {
  if (expression.kind === 'arithmetic' || expression.kind === 'set') return strength[expression.operator];
  if (expression.kind === 'compare') return strength.compare;
  return atom;
}

function wrap(operand: Expression, atLeast: number, options: PromqlOptions): string {
  const text = promql(operand, options);
  return strengthOf(operand) < atLeast ? `(${text})` : text;
}

function selector({ series, where }: Select, { matchers = [] }: PromqlOptions): string {
  const own = Object.entries(where).flatMap(([label, match]) => (match === undefined ? [] : [matcher(label, match)]));
  const all = [...own, ...matchers];
  return all.length > 0 ? `${series}{${all.join(', ')}}` : series;
}

function matcher(label: string, match: Match): string {
  if (typeof match === 'string') return `${label}=${JSON.stringify(match)}`;
  if ('not' in match) {
    const { not } = match;
    return typeof not === 'string' ? `${label}!=${JSON.stringify(not)}` : `${label}!~${alternatives(not)}`;
  }
  return `${label}=~${alternatives(match)}`;
}

/** One regular expression for several values; PromQL anchors it by itself. */
function alternatives(values: readonly string[]): string {
  return JSON.stringify(values.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'));
}
