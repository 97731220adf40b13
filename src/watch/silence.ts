import type { Labels } from '../expression/series.ts';
import type { StoredSilence } from '../store/operator.ts';

/** The silence that covers an alert at a moment, if any: all of its matchers hold, and it has not expired. */
export function silencedBy(
  silences: readonly StoredSilence[],
  { rule, labels, severity }: { readonly rule: string; readonly labels: Labels; readonly severity: string },
  now: number,
): StoredSilence | undefined {
  const text = new Map(Object.entries({ ...labels, rule, severity }));
  return silences.find(
    ({ matchers, expiresAt }) =>
      now < expiresAt && Object.entries(matchers).every(([name, wanted]) => globOf(wanted).test(text.get(name) ?? '')),
  );
}

/** `*` stands for any text. */
export const globOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
