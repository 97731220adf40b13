import type { SeriesReader } from '../expression/series.ts';
import type { ActiveRule } from '../rule.ts';
import { thinnedStepMs } from '../store/samples.ts';
import { type AlertEffect, type AlertState, step } from './alert-state.ts';
import { judge } from './evaluate.ts';

interface ReplayRange {
  readonly from: number;
  readonly to: number;
  readonly rawSince: number;
  readonly everyMs: number;
}

export type Replayed = AlertEffect & {
  /** Wall time in milliseconds. */
  readonly at: number;
};

/**
 * What the rules would have said of stored samples between `from` and `to`, evaluation by evaluation; before `rawSince`,
 * where samples are thinned, at each of those. Failing checks are not known to it.
 */
export function replay(
  rules: readonly ActiveRule[],
  samples: SeriesReader,
  { from, to, rawSince, everyMs }: ReplayRange,
): Replayed[] {
  const found: Replayed[] = [];
  let state: AlertState = new Map();
  for (let at = from; at <= to; at += at < rawSince ? Math.max(everyMs, thinnedStepMs) : everyMs) {
    const { state: next, effects } = step(state, judge(rules, samples, [], at), at);
    found.push(...effects.map((effect) => ({ ...effect, at })));
    state = next;
  }
  return found;
}
