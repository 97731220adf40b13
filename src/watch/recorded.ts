import type { Check, CheckConfig } from '../check.ts';
import { selectorsOf } from '../expression/ast.ts';
import type { Sample } from '../expression/series.ts';
import type { RecordingRule } from '../rule.ts';
import type { SampleStore } from '../store/samples.ts';

/** Older values are history; milliseconds. */
const freshMs = 3_600_000;

/** What the recording rules have kept last of a check's metrics, and of what they derive from those in turn. */
export function recordedOf(
  { metrics }: Pick<Check<CheckConfig>, 'metrics'>,
  records: readonly RecordingRule[],
  samples: SampleStore,
  now: number,
): Sample[] {
  const names = new Set(metrics.map(({ name }) => name));
  for (const { record, expression } of records) {
    if (selectorsOf(expression).some(({ series }) => names.has(series))) names.add(record.name);
  }
  const derived = new Set(records.map(({ record }) => record.name).filter((name) => names.has(name)));
  return [...derived].flatMap((name) => samples.latest(name, now - freshMs));
}
