import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { Metric } from '../../src/catalogue/metric.ts';
import { type Check, type CheckContext, schedule } from '../../src/check.ts';
import type { Clock } from '../../src/clock.ts';
import type { Sample } from '../../src/expression/series.ts';
import type { ActiveRule } from '../../src/rule.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { openSamples } from '../../src/store/samples.ts';
import { createAlerting } from '../../src/watch/alerting.ts';
import { startChecks } from '../../src/watch/check-loop.ts';
import { evaluationLoop } from '../../src/watch/evaluation-loop.ts';
import { inMaintenance, type MaintenanceWindow } from '../../src/watch/maintenance.ts';
import { startReports } from '../../src/watch/reports.ts';
import { startJob } from '../../src/watch/schedule.ts';
import { temporaryFolder } from '../support/ops.ts';

const log = pino({ level: 'silent' });

interface VirtualCheck {
  readonly name: string;
  readonly every: string;
  readonly metrics?: readonly Metric[];
  run(clock: Clock, signal: AbortSignal): Promise<Sample[]>;
}

interface VirtualOptions {
  readonly clock: Clock;
  readonly checks: readonly VirtualCheck[];
  readonly rules: readonly ActiveRule[];
  readonly timezone?: string;
  readonly maintenance?: readonly MaintenanceWindow[];
  /** Milliseconds between two evaluations. */
  readonly everyMs?: number;
  /** When the daily report is due. */
  readonly reportAt?: string;
}

/** The whole of a watch but for its channels, over real stores and on the clock of a test; `told` is what it announces. */
export function virtualWatch(options: VirtualOptions) {
  const { clock, checks, rules, timezone = 'UTC', maintenance = [], everyMs = 15_000, reportAt } = options;
  const folder = temporaryFolder('ops-virtual');
  const told: string[] = [];
  const reports: number[] = [];
  const planned = checks.map(({ name, every, metrics = [], run }) => ({
    name,
    check: {
      metrics,
      run: (_: unknown, context: CheckContext) => run(context.clock, context.signal),
    } as unknown as Check,
    config: { every: schedule.parse(every), timeout: 10_000 },
  }));

  const begin = () => {
    const [samples, incidents] = [openSamples(folder), openIncidents(folder, 'example.org')];
    const alerting = createAlerting({
      ...{ samples, incidents, log, everyMs, startedAt: clock.now(), keepPending: true },
      rules: () => rules,
      announce({ kind, incident, at }) {
        told.push(`${kind} ${incident.rule} ${new Date(at).toISOString().slice(5, 16)}`);
        return [];
      },
      inMaintenance: (now) => inMaintenance(maintenance, timezone, now),
      tellUnkept: () => false,
    });
    const running = startChecks({
      ...{ planned, samples, jobs: incidents.jobs, clock, log, host: 'box', timezone },
      ...{ endpoints: { gateway: '', gatewayMetrics: '', ollama: [], page: '' }, stop: new AbortController().signal },
    });
    const loop = evaluationLoop({
      ...{ alerting, samples, records: [], incidents, checks: running, clock, log, configAccepted: () => true },
      announced: () => {},
    });
    const jobs = [
      startJob({ schedule: { kind: 'interval', ms: everyMs }, clock, task: async () => loop.tick() }).cancel,
      ...(reportAt === undefined
        ? []
        : [startReports({ ...{ at: reportAt, timezone, jobs: incidents.jobs, clock, log }, write: write })]),
    ];
    const end = (): void => {
      running.cancel();
      for (const cancel of jobs) cancel();
      samples.close();
      incidents.close();
    };
    return { checks: running, incidents, end };
  };
  const write = ({ to }: { readonly to: number }): void => void reports.push(to);
  let watch = begin();
  onTestFinished(() => watch.end());
  return {
    told,
    reports,
    statuses: () => watch.checks.statuses(),
    firing: () => watch.incidents.firing().map(({ rule }) => rule),
    stop: () => watch.end(),
    start() {
      watch = begin();
    },
  };
}
