import type { Match, Select } from './ast.ts';
import type { Labels } from './series.ts';

/** Whether a label set meets every matcher of a selector; an absent label is the empty text. */
export function matches({ where }: Pick<Select, 'where'>, labels: Labels): boolean {
  return Object.entries(where).every(([label, match]) => match === undefined || meets(match, labels[label] ?? ''));
}

function meets(match: Match, value: string): boolean {
  if (typeof match === 'string') return match === value;
  if ('not' in match) return !meets(match.not, value);
  return match.includes(value);
}
