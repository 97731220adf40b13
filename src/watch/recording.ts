import { evaluate } from '../expression/evaluate.ts';
import { matches } from '../expression/match.ts';
import type { RecordingRule } from '../rule.ts';
import type { SampleStore } from '../store/samples.ts';

/** Writes the points of the recording rules that are due at `now`, milliseconds. */
export function record(rules: readonly RecordingRule[], samples: SampleStore, now: number): void {
  for (const { record: metric, expression, labels: own = {}, every } of rules) {
    const due = samples.latest(metric.name, now - every).every(({ labels }) => !matches({ where: own }, labels));
    if (!due) continue;
    const found = evaluate(expression, samples, now);
    samples.append(
      found.map(({ labels, value }) => ({ name: metric.name, labels: { ...labels, ...own }, value, at: now })),
    );
  }
}

/** Since when, milliseconds, the points of each recorded series are kept. */
export const keptSince = (rules: readonly RecordingRule[], now: number): Map<string, number> =>
  new Map(rules.map(({ record: metric, keep }) => [metric.name, now - keep]));
