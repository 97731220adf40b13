import { watchMetrics } from '../catalogue/index.ts';
import * as watch from '../catalogue/watch.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { ListenAddress } from '../config/types.ts';
import type { Endpoints } from '../endpoints.ts';
import type { Expression } from '../expression/ast.ts';
import type { Series } from '../expression/series.ts';
import { openChannels } from '../notify/channels.ts';
import type { NotifyConfig } from '../notify/config.ts';
import { startHeartbeat } from '../notify/heartbeat.ts';
import { mailDomain, startNotifier } from '../notify/notifier.ts';
import type { Backoff } from '../notify/outbox.ts';
import { queueDue } from '../notify/report/index.ts';
import { type ActiveRule, loadRuleGroups } from '../rule.ts';
import { bufferedSamples } from '../store/buffered-samples.ts';
import { type IncidentStore, openIncidents } from '../store/incidents.ts';
import { lateSamples } from '../store/late-samples.ts';
import { lockFolder } from '../store/lock.ts';
import { openSamples, type SampleStore } from '../store/samples.ts';
import type { Log } from '../telemetry/log.ts';
import { observeProcess } from '../telemetry/process.ts';
import { createMetrics, type Metrics } from '../telemetry/registry.ts';
import type { Diagnosis } from '../triage/diagnosis.ts';
import { readerZone } from '../zone.ts';
import { createAlerting } from './alerting.ts';
import { startChecks } from './check-loop.ts';
import { planChecks } from './checks.ts';
import type { AlertsConfig, WatchConfig } from './config.ts';
import { evaluationLoop } from './evaluation-loop.ts';
import { seriesOf } from './history.ts';
import { inMaintenance } from './maintenance.ts';
import { sampleExposer } from './observe.ts';
import { startReports } from './reports.ts';
import { planRules } from './rules.ts';
import { startJob } from './schedule.ts';
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
  /** Those in force. */
  rules(): readonly ActiveRule[];
  readonly contentType: string;
  /** What operators say: it is read at the next evaluation. */
  readonly operator: IncidentStore['operator'];
  readonly metrics: Metrics;
  /** Evaluates the rules now, outside their schedule. */
  tick(): void;
  /** Judges by other rules from the next evaluation on; what they no longer know ends silently. */
  use(alerts: { readonly rules: readonly ActiveRule[]; readonly maintenance: AlertsConfig['maintenance'] }): void;
  /** Says whether the configuration file was accepted when it was read again. */
  configurationRead(accepted: boolean): void;
  close(): Promise<void>;
}

/** Evaluations missed in a row, after which the dead man's switch is left to raise the alarm. */
const deadAfter = 4;
const longestAbsenceMs = 300_000;

/**
 * Starts checks, rules and delivery.
 *
 * @throws OpsError `config_invalid`, `state_locked` or `state_unwritable`.
 */
export async function startWatch(options: WatchOptions): Promise<Watch> {
  const { config, endpoints, stateDir, host, log, clock = systemClock } = options;
  const { alerts, notify, page } = config;
  const planned = await planChecks(config.watch.checks);
  const watchMails = alerts.notifier === 'watch';
  const channels = watchMails ? await openChannels(notify) : new Map();
  let rules: readonly ActiveRule[] = await planRules(alerts.rules);
  const records = (await loadRuleGroups()).flatMap((group) => group.records ?? []);
  let { maintenance } = alerts;
  let configAccepted = true;
  const unlock = lockFolder(stateDir);
  const { samples, incidents } = openStores(options);
  const metrics = createMetrics(watchMetrics);
  observeProcess(metrics, 1000);

  const stop = new AbortController();
  const timezone = readerZone(alerts.timezone);
  const { diagnose, backoff } = options;
  const mail = { config: notify, timezone, page, host, groupWaitMs: alerts.group_wait };
  const notifier = startNotifier({ ...mail, channels, incidents, clock, log, metrics, diagnose, backoff });
  const { announce, tellUnkept, wake: announced } = notifier;
  const letters = { incidents, samples, channels, domain: mailDomain(notify, host) };
  const cancelReports =
    notify.report &&
    startReports({
      ...{ at: notify.report.at, timezone, jobs: incidents.jobs, clock, log },
      write(period) {
        queueDue({ ...letters, context: { language: notify.language, timezone, host } }, period);
        announced();
      },
    });
  const everyMs = alerts.evaluate_every;
  const keepPending = samples.latest(watch.ruleLastEvaluation.name, clock.now() - longestAbsenceMs).length > 0;
  const maintained = (now: number): boolean => inMaintenance(maintenance, timezone, now);
  const alerting = createAlerting({
    rules: () => rules,
    samples,
    incidents,
    log,
    announce,
    tellUnkept,
    everyMs,
    startedAt: clock.now(),
    keepPending,
    inMaintenance: maintained,
  });
  const checks = startChecks({
    planned,
    endpoints,
    samples,
    jobs: incidents.jobs,
    host,
    timezone,
    stop: stop.signal,
    clock,
    log,
  });
  const loop = evaluationLoop({
    alerting,
    samples,
    records,
    incidents,
    checks,
    configAccepted: () => configAccepted,
    announced,
    clock,
    log,
  });
  const expose = sampleExposer(metrics);
  metrics.beforeScrape(() => expose(loop.current()));
  if (notify.email === undefined) log.warn('NOBODY IS MAILED: notify.email is not configured');
  if (!watchMails) log.info('alerts.notifier is alertmanager: watch itself mails nothing');
  const alive = (): boolean => clock.now() - (loop.evaluatedAt() ?? clock.now()) < deadAfter * everyMs;
  const cancelHeartbeat = notify.heartbeat && startHeartbeat({ config: notify.heartbeat, alive, clock, log });
  const evaluation = startJob({ schedule: { kind: 'interval', ms: everyMs }, clock, task: async () => loop.tick() });

  return {
    contentType: metrics.contentType,
    metrics,
    exposition: () => metrics.exposition(),
    rules: () => rules,
    tick: () => loop.tick(),
    use(next) {
      ({ rules, maintenance } = next);
    },
    configurationRead(accepted) {
      configAccepted = accepted;
    },
    operator: incidents.operator,
    series: (expression, from, to, step) => seriesOf(samples, expression, from, to, step),
    snapshot: () =>
      snapshotOf(checks.statuses(), alerting.alerts(), incidents, notify.email !== undefined, clock.now()),
    async close() {
      stop.abort();
      checks.cancel();
      evaluation.cancel();
      cancelReports?.();
      cancelHeartbeat?.();
      await notifier.close();
      samples.close();
      incidents.close();
      unlock();
    },
  };
}

function openStores({ config, stateDir, host, log }: WatchOptions): { samples: SampleStore; incidents: IncidentStore } {
  return {
    samples: bufferedSamples(
      lateSamples(() => openSamples(stateDir, (reason) => log.error({ reason }, 'samples.db was damaged: begun anew'))),
    ),
    incidents: openIncidents(stateDir, mailDomain(config.notify, host), (reason) =>
      log.error({ reason }, 'incidents.db was damaged: set aside and begun anew'),
    ),
  };
}
