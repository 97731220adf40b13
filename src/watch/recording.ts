import { evaluate } from '../expression/evaluate.ts';
import type { RecordingRule } from '../rule.ts';
import type { SampleStore } from '../store/samples.ts';

/** Writes the points of the recording rules that are due at `now`, milliseconds. */
export function record(rules: readonly RecordingRule[], samples: SampleStore, now: number): void {
  for (const { record: metric, expression, every } of rules) {
    if (samples.latest(metric.name, now - every).length > 0) continue;
    samples.append(evaluate(expression, samples, now).map((one) => ({ ...one, name: metric.name, at: now })));
  }
}

/** Since when, milliseconds, the points of each recorded series are kept. */
export const keptSince = (rules: readonly RecordingRule[], now: number): Map<string, number> =>
  new Map(rules.map(({ record: metric, keep }) => [metric.name, now - keep]));
