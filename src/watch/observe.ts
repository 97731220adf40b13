import { alertSeries } from '../alert-series.ts';
import { watchMetrics } from '../catalogue/index.ts';
import type { Metric } from '../catalogue/metric.ts';
import * as processMetrics from '../catalogue/process.ts';
import * as watch from '../catalogue/watch.ts';
import { sampleOf } from '../check.ts';
import type { Sample } from '../expression/series.ts';
import type { OutboxEntry } from '../store/outbox-row.ts';
import type { Metrics } from '../telemetry/registry.ts';
import type { Alert } from './alert-state.ts';

const severities = ['critical', 'warning', 'info'] as const;
const states = ['pending', 'firing'] as const;

/** Watch's own state as samples: it is stored like any other, so that the page can draw it and rules can judge it. */
export function ownSamples(
  alerts: readonly Alert[],
  unsent: readonly OutboxEntry[],
  { evaluatedAt, configAccepted }: { readonly evaluatedAt: number | undefined; readonly configAccepted: boolean },
  now: number,
): Sample[] {
  const counted = severities.flatMap((severity) =>
    states.map((state) => {
      const matching = alerts.filter((alert) => alert.rule.severity === severity && alert.state === state);
      return sampleOf(watch.alerts, { severity, state }, matching.length, now);
    }),
  );
  const oldest = Math.min(now, ...unsent.map(({ createdAt }) => createdAt));
  return [
    ...counted,
    ...firingSamples(alerts, now),
    sampleOf(watch.notificationsPending, {}, unsent.length, now),
    sampleOf(watch.oldestPendingNotification, {}, (now - oldest) / 1000, now),
    sampleOf(processMetrics.configReloadSuccessful, {}, Number(configAccepted), now),
    ...(evaluatedAt === undefined ? [] : [sampleOf(watch.ruleLastEvaluation, {}, evaluatedAt / 1000, now)]),
  ];
}

/** The firing alerts as Prometheus keeps them, for rules that end later than they begin. */
export const firingSamples = (alerts: readonly Alert[], now: number): Sample[] =>
  alerts
    .filter(({ state }) => state === 'firing')
    .map(({ rule, labels }) =>
      sampleOf(alertSeries, { ...labels, alertname: rule.name, alertstate: 'firing' }, 1, now),
    );

/**
 * What watch exposes from samples; the gateway's series, which a check reads too, are exposed by the gateway alone, and
 * those about a process by itself.
 */
const exposed: ReadonlyMap<string, Metric> = new Map(
  watchMetrics
    .filter((metric) => !Object.values<Metric>(processMetrics).includes(metric))
    .map((metric) => [metric.name, metric]),
);

/**
 * Shows the newest samples at a scrape. A series that is no longer measured disappears instead of standing still.
 * Counters that a check reads are shown as they were read; those that watch counts itself never have samples.
 */
export function sampleExposer(metrics: Metrics): (samples: readonly Sample[]) => void {
  const cleared = new Set([...exposed.values()].filter(({ type }) => type === 'gauge'));
  return (samples) => {
    const shown = samples.flatMap((sample) => {
      const metric = exposed.get(sample.name);
      return metric ? [{ ...sample, metric }] : [];
    });
    for (const { metric } of shown) cleared.add(metric);
    for (const metric of cleared) metrics.clear(metric);
    for (const { metric, labels, value } of shown) {
      if (metric.type === 'counter') metrics.add(metric, labels, value);
      else metrics.set(metric, labels, value);
    }
  };
}
