import type { SeriesReader } from '../expression/series.ts';
import type { ActiveRule } from '../rule.ts';
import { type AlertEffect, type AlertState, step } from './alert-state.ts';
import { judge } from './evaluate.ts';

export type Replayed = AlertEffect & {
  /** Wall time in milliseconds. */
  readonly at: number;
};

/** What the rules would have said of stored samples at `from`, `from + every`, … `to`. Failing checks are not known to it. */
export function replay(
  rules: readonly ActiveRule[],
  samples: SeriesReader,
  { from, to, everyMs }: { readonly from: number; readonly to: number; readonly everyMs: number },
): Replayed[] {
  const found: Replayed[] = [];
  let state: AlertState = new Map();
  for (let at = from; at <= to; at += everyMs) {
    const { state: next, effects } = step(state, judge(rules, samples, [], at), at);
    found.push(...effects.map((effect) => ({ ...effect, at })));
    state = next;
  }
  return found;
}
