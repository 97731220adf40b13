import { measuredBy } from '../expression/ast.ts';
import { type Element, evaluate, lookBackMs } from '../expression/evaluate.ts';
import { readOnce } from '../expression/read-once.ts';
import type { SeriesReader } from '../expression/series.ts';
import type { ActiveRule } from '../rule.ts';
import type { CheckStatus } from './snapshot.ts';

/** What the samples say about one rule at one moment. */
export type Verdict =
  | { readonly kind: 'firing'; readonly rule: ActiveRule; readonly elements: readonly Element[] }
  | { readonly kind: 'ok'; readonly rule: ActiveRule }
  /** Nothing to judge by. `blind`: a check is failing, so that silence must not count as recovery. */
  | { readonly kind: 'no-data'; readonly rule: ActiveRule; readonly reason: string; readonly blind: boolean };

/** Judges every rule by the samples at `at`, milliseconds. No data is a verdict of its own, with a reason. */
export function judge(
  rules: readonly ActiveRule[],
  reader: SeriesReader,
  checks: readonly CheckStatus[],
  at: number,
): Verdict[] {
  const samples = readOnce(reader);
  return rules.map((rule): Verdict => {
    const elements = evaluate(rule.expression, samples, at);
    if (elements.length > 0) return { kind: 'firing', rule, elements };
    const silent = measuredBy(rule.expression).find((one) => samples.read(one, at - lookBackMs, at).length === 0);
    if (!silent) return { kind: 'ok', rule };
    const failing = checks.filter(({ state }) => state !== 'ok');
    const reasons = failing.map(({ name, state, reason }) => `${name}: ${reason ?? state}`);
    const reason = [`no samples of ${silent.series} in the last 5 minutes`, ...reasons].join('; ');
    return { kind: 'no-data', rule, reason, blind: failing.length > 0 };
  });
}
