import { watchMetrics } from '../catalogue/index.ts';
import * as watch from '../catalogue/watch.ts';
import { type Cancel, type Clock, systemClock } from '../clock.ts';
import type { ListenAddress } from '../config/types.ts';
import type { Endpoints } from '../endpoints.ts';
import type { Expression } from '../expression/ast.ts';
import { evaluate } from '../expression/evaluate.ts';
import { labelKey, type Point, type Sample, type Series } from '../expression/series.ts';
import { announcements, renderEntry } from '../notify/announce.ts';
import { openChannels } from '../notify/channels.ts';
import type { NotifyConfig } from '../notify/config.ts';
import { type Delivery, startDelivery } from '../notify/deliver.ts';
import type { MessageContext } from '../notify/message.ts';
import type { Backoff } from '../notify/outbox.ts';
import { type IncidentStore, openIncidents } from '../store/incidents.ts';
import { lockFolder } from '../store/lock.ts';
import { openSamples, type SampleStore } from '../store/samples.ts';
import type { Log } from '../telemetry/log.ts';
import { observeProcess } from '../telemetry/process.ts';
import { createMetrics, type Metrics } from '../telemetry/registry.ts';
import type { Diagnosis } from '../triage/diagnosis.ts';
import { type Alerting, createAlerting } from './alerting.ts';
import { planChecks } from './checks.ts';
import type { AlertsConfig, WatchConfig } from './config.ts';
import { exposeSamples, ownSamples } from './observe.ts';
import { planRules } from './rules.ts';
import { type CheckRun, checkRunner } from './run.ts';
import { runBy } from './schedule.ts';
import type { WatchSnapshot } from './snapshot.ts';
import { snapshotOf } from './status.ts';

export interface WatchOptions {
  readonly config: {
    readonly watch: WatchConfig;
    readonly alerts: AlertsConfig;
    readonly notify: NotifyConfig;
    readonly page: { readonly listen: ListenAddress; readonly external_url?: string | undefined };
  };
  readonly endpoints: Endpoints;
  /** Folder of samples.db and incidents.db; one watch per folder. */
  readonly stateDir: string;
  readonly host: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** Asked when a mail about a firing incident is rendered. */
  readonly diagnose?: () => Promise<Diagnosis>;
  readonly backoff?: Backoff;
}

/** A running watch. It is also what the ops page reads. */
export interface Watch {
  snapshot(): WatchSnapshot;
  /** Values of an expression at `from`, `from + step`, … `to`, milliseconds. */
  series(expression: Expression, from: number, to: number, step: number): readonly Series[];
  exposition(): Promise<string>;
  readonly contentType: string;
  readonly metrics: Metrics;
  /** Evaluates the rules now, outside their schedule. */
  tick(): void;
  close(): Promise<void>;
}

const keepRawMs = 6 * 3_600_000;
/** Samples of rarer checks are written again at each evaluation, as a scrape would: expressions look back 5 minutes. */
const repeatAfterMs = 60_000;
const longestAbsenceMs = 300_000;

/**
 * Starts checks, rules and delivery.
 *
 * @throws OpsError `config_invalid`, `state_locked` or `state_unwritable`.
 */
export async function startWatch(options: WatchOptions): Promise<Watch> {
  const { config, stateDir, log, clock = systemClock } = options;
  const planned = await planChecks(config.watch.checks);
  const channels = await openChannels(config.notify);
  const rules = await planRules(config.alerts.rules);
  const unlock = lockFolder(stateDir);
  const samples = openSamples(stateDir, (reason) => log.error({ reason }, 'samples.db was damaged: begun anew'));
  const incidents = openIncidents(stateDir, mailDomain(config.notify, options.host), (reason) =>
    log.error({ reason }, 'incidents.db was damaged: set aside and begun anew'),
  );
  const metrics = createMetrics(watchMetrics);
  observeProcess(metrics);

  const stop = new AbortController();
  const runs = new Map<string, CheckRun>();
  const runners = planned.map((one) =>
    checkRunner(one, { endpoints: options.endpoints, stop: stop.signal, log, clock }),
  );
  const startedAt = clock.now();
  const context = (): MessageContext => messageContext(options, clock.now());
  const delivery = startDelivery({
    outbox: incidents.outbox,
    channels,
    clock,
    log,
    render: (entry, minimal) => renderEntry(entry, minimal, { context, diagnose: options.diagnose, log }),
    onResult: (channel, result) =>
      countResult(metrics, channel, result.kind === 'accepted' ? 'accepted' : result.class),
    ...(options.backoff ? { backoff: options.backoff } : {}),
  });
  const lastTick = samples.latest(watch.ruleLastEvaluation.name, startedAt - longestAbsenceMs);
  const alerting = createAlerting({
    rules,
    samples,
    incidents,
    log,
    announce: (event, rule) => announcements(event, rule, channels, context()),
    everyMs: config.alerts.evaluate_every,
    keepPending: lastTick.length > 0,
  });
  const loop = evaluationLoop({ alerting, samples, incidents, delivery, runs, clock, log, runners });
  metrics.beforeScrape(() => exposeSamples(metrics, loop.current()));
  if (channels.size === 0) log.warn('NOBODY IS MAILED: notify.email is not configured');

  const cancels: Cancel[] = planned.map(({ config: { every }, name }, index) =>
    runBy(every, clock, async () => {
      const run = await runners[index]?.run();
      if (!run || stop.signal.aborted) return;
      runs.set(name, run);
      if (run.status.reason !== null) log.warn({ check: name, reason: run.status.reason }, 'check failed');
      try {
        samples.append([...run.samples, ...run.about]);
      } catch (error) {
        // A full disk: the samples of later runs may fit again, and the check itself goes on.
        log.error({ check: name, err: error }, 'samples could not be stored');
      }
    }),
  );
  cancels.push(runBy({ kind: 'interval', ms: config.alerts.evaluate_every }, clock, async () => loop.tick()));

  return {
    contentType: metrics.contentType,
    metrics,
    exposition: () => metrics.exposition(),
    tick: () => loop.tick(),
    series: (expression, from, to, step) => seriesOf(samples, expression, from, to, step),
    snapshot: () =>
      snapshotOf(
        runners.map((runner) => runner.status()),
        alerting.alerts(),
        incidents,
        channels.size > 0,
        clock.now(),
      ),
    async close() {
      stop.abort();
      for (const cancel of cancels) cancel();
      await delivery.close();
      samples.close();
      incidents.close();
      unlock();
    },
  };
}

interface Loop {
  readonly alerting: Alerting;
  readonly samples: SampleStore;
  readonly incidents: IncidentStore;
  readonly delivery: Delivery;
  readonly runs: ReadonlyMap<string, CheckRun>;
  readonly runners: readonly { status(): WatchSnapshot['checks'][number] }[];
  readonly clock: Clock;
  readonly log: Log;
}

function evaluationLoop({ alerting, samples, incidents, delivery, runs, runners, clock, log }: Loop) {
  let evaluatedAt: number | undefined;

  const repeated = (now: number): Sample[] =>
    [...runs.values()]
      .filter(({ status }) => now - (status.lastRunAt ?? now) > repeatAfterMs)
      .flatMap((run) => [...run.samples, ...run.about].map((sample) => ({ ...sample, at: now })));

  const own = (now: number): Sample[] => ownSamples(alerting.alerts(), incidents.outbox.unsent(), evaluatedAt, now);

  return {
    /** The newest samples of everything, for a scrape. */
    current: (): Sample[] => [
      ...[...runs.values()].flatMap((run) => [...run.samples, ...run.about]),
      ...own(clock.now()),
    ],
    tick(): void {
      const now = clock.now();
      try {
        samples.append(repeated(now));
        const statuses = runners.map((runner) => runner.status());
        if (alerting.tick(now, statuses)) delivery.wake();
        evaluatedAt = now;
        samples.append(own(now));
        samples.prune(now - keepRawMs);
      } catch (error) {
        // A full disk or a locked file: the next evaluation may succeed, and ops_rule_last_evaluation stands still.
        log.error({ err: error }, 'the rules could not be evaluated');
      }
    },
  };
}

const resultLabels = {
  accepted: 'accepted',
  transient: 'transient',
  unknown: 'transient',
  content: 'permanent',
  permanent: 'permanent',
  configuration: 'configuration',
} as const;

function countResult(metrics: Metrics, channel: string, result: keyof typeof resultLabels): void {
  metrics.add(watch.notifications, { channel, result: resultLabels[result] });
}

function messageContext({ config, host }: WatchOptions, now: number): MessageContext {
  const { listen, external_url } = config.page;
  return {
    language: config.notify.language,
    timezone: config.alerts.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    pageUrl: external_url,
    pageAddress: `${listen.host ?? '127.0.0.1'}:${listen.port}`,
    host,
    now,
  };
}

/** The right part of Message-IDs: that of the sender's address. */
function mailDomain({ email }: NotifyConfig, host: string): string {
  return /@([\w.-]+)>?\s*$/.exec(email?.from ?? '')?.[1] ?? host;
}

function seriesOf(samples: SampleStore, expression: Expression, from: number, to: number, step: number): Series[] {
  const found = new Map<string, { labels: Series['labels']; points: Point[] }>();
  for (let at = from; at <= to; at += step) {
    for (const { labels, value } of evaluate(expression, samples, at)) {
      const key = labelKey(labels);
      const series = found.get(key) ?? { labels, points: [] };
      series.points.push({ at, value });
      found.set(key, series);
    }
  }
  return [...found.values()];
}
