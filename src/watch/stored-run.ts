import { checkDuration, checkLastSuccess, checkSuccess } from '../catalogue/watch.ts';
import type { Sample } from '../expression/series.ts';
import type { SampleStore } from '../store/samples.ts';
import type { PlannedCheck } from './checks.ts';
import type { CheckRun } from './run.ts';

/**
 * The last run of a check as samples.db has it, since its start at `startedAt`, wall time in milliseconds; undefined where
 * samples.db was begun anew, or where another check measures the same metrics, so that whose they are cannot be told.
 */
export function storedRun(
  { name, check }: PlannedCheck,
  planned: readonly PlannedCheck[],
  samples: Pick<SampleStore, 'latest'>,
  startedAt: number,
): CheckRun | undefined {
  const others = new Set(planned.flatMap((one) => (one.name === name ? [] : one.check.metrics.map((its) => its.name))));
  if (check.metrics.some((its) => others.has(its.name))) return undefined;
  const latest = (metric: { readonly name: string }): Sample[] => samples.latest(metric.name, startedAt - 1);
  const about = [checkSuccess, checkDuration, checkLastSuccess].flatMap((metric) =>
    latest(metric).filter(({ labels }) => labels['check'] === name),
  );
  const success = about.find((one) => one.name === checkSuccess.name);
  if (!success) return undefined;
  const ok = success.value === 1;
  const durationSeconds = about.find((one) => one.name === checkDuration.name)?.value ?? null;
  const reason = ok ? null : 'it failed before this watch was started';
  return {
    name,
    about,
    samples: ok ? check.metrics.flatMap(latest) : [],
    status: { name, state: ok ? 'ok' : 'failing', lastRunAt: startedAt, durationSeconds, reason },
  };
}
