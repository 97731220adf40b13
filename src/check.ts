import { z } from 'zod';
import type { LabelsOf, Metric } from './catalogue/metric.ts';
import type { Clock } from './clock.ts';
import { type CronSchedule, cronProblem } from './cron.ts';
import { parseDuration } from './duration.ts';
import type { Endpoints } from './endpoints.ts';
import type { Sample } from './expression/series.ts';
import type { Log } from './telemetry/log.ts';
import type { Text } from './text.ts';
import { isTimeZone } from './zone.ts';

/** A fixed distance between runs, or five cron fields in a zone. */
export type Schedule = { readonly kind: 'interval'; readonly ms: number } | CronSchedule;

const shortestMs = 100;

/** `15s`, `1h`, or five cron fields such as `30 0 * * *`: in `alerts.timezone`, or in the IANA zone that follows them. */
export const schedule = z.string().transform((text, context): Schedule => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= shortestMs) return { kind: 'interval', ms };
  const [, expression = '', timezone] = /^\s*((?:\S+\s+){4}\S+)(?:\s+(\S+))?\s*$/.exec(text) ?? [];
  if (cronProblem(expression) === undefined && (timezone === undefined || isTimeZone(timezone))) {
    return { kind: 'cron', expression, timezone };
  }
  context.addIssue({
    code: 'custom',
    message: 'expected a duration such as 15s, or cron such as "30 0 * * *" or "30 0 * * * Europe/Berlin"',
    input: text,
  });
  return z.NEVER;
});

/** What every check's schema has. */
export interface CheckConfig {
  readonly every: Schedule;
  /** Milliseconds that one run may take. */
  readonly timeout: number;
}

export interface CheckContext {
  readonly endpoints: Endpoints;
  /** Aborted at the run's deadline and when watch stops. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
  /** IANA zone of whoever reads: a day begins at its midnight. */
  readonly timezone: string;
  /** The newest stored sample of each series of a metric since a moment, milliseconds: what an earlier watch measured. */
  readonly stored: (metric: Metric, since: number) => readonly Sample[];
}

/** One check, the default export of a file in checks/. It returns samples or throws; the runner does the rest. */
export interface Check<Config extends CheckConfig = CheckConfig> {
  readonly summary: Text;
  /** Everything that it may measure. */
  readonly metrics: readonly Metric[];
  /** The command of the article's daily duties (§5.2) that it makes superfluous. */
  readonly replaces?: string;
  /** Section `watch.checks.NAME`; every option has a default. */
  readonly schema: z.ZodType<Config>;
  run(config: Config, context: CheckContext): Promise<Sample[]>;
}

/** A sample of a catalogue metric: a wrong label is a compile error. */
export function sampleOf<M extends Metric>(metric: M, labels: LabelsOf<M>, value: number, at: number): Sample {
  return { name: metric.name, labels, value, at };
}
