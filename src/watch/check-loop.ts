import * as watch from '../catalogue/watch.ts';
import { type Schedule, sampleOf } from '../check.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { Endpoints } from '../endpoints.ts';
import { reasonOf } from '../errors.ts';
import type { Sample } from '../expression/series.ts';
import type { JobStore } from '../store/jobs.ts';
import type { SampleStore } from '../store/samples.ts';
import type { Log } from '../telemetry/log.ts';
import type { PlannedCheck } from './checks.ts';
import { type CheckRun, checkRunner, type RunContext } from './run.ts';
import { type JobState, startJob } from './schedule.ts';
import type { CheckStatus } from './snapshot.ts';
import { storedRun } from './stored-run.ts';
import { jitterOf, momentOf, timetableOf } from './timetable.ts';

export interface CheckLoopOptions {
  readonly planned: readonly PlannedCheck[];
  readonly endpoints: Endpoints;
  readonly samples: SampleStore;
  readonly jobs: JobStore;
  /** Shifts the starts, so that not every host asks in the same second. */
  readonly host: string;
  /** IANA zone of calendars that name none. */
  readonly timezone: string;
  /** Aborted when watch stops: what still runs then is not stored. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/** The checks on their schedules. */
export interface CheckLoop {
  statuses(): CheckStatus[];
  /** The last run of every check that has run. */
  runs(): readonly CheckRun[];
  /** What the schedules say of themselves. */
  jobs(now: number): Sample[];
  readonly cancel: Cancel;
}

/** Starts every check on its schedule; what they measure goes into the samples. */
export function startChecks(options: CheckLoopOptions): CheckLoop {
  const { planned, endpoints, samples, stop, clock, log, timezone } = options;
  const runs = new Map<string, CheckRun>();
  const runners = planned.map((one) => {
    const before = one.config.every.kind === 'cron' ? lastRun(one, options) : undefined;
    if (before) runs.set(one.name, before);
    const stored: RunContext['stored'] = (metric, since) => samples.latest(metric.name, since);
    const context = { endpoints, stop, log, clock, timezone, stored, before: before?.status };
    return { ...one, lastStart: before?.status.lastRunAt ?? undefined, runner: checkRunner(one, context) };
  });

  const jobs = runners.map(({ name, config: { every }, lastStart, runner }) => {
    const schedule: Schedule = every.kind === 'cron' ? { ...every, timezone: every.timezone ?? timezone } : every;
    const task = async (): Promise<void> => {
      if (every.kind === 'cron') remember(name, options);
      const run = await runner.run();
      if (stop.aborted) return;
      runs.set(name, run);
      if (run.status.reason !== null) log.warn({ check: name, reason: run.status.reason }, 'check failed');
      try {
        samples.append([...run.samples, ...run.about]);
      } catch (error) {
        // A full disk: the samples of later runs may fit again, and the check itself goes on.
        log.error({ check: name, reason: reasonOf(error) }, 'samples could not be stored');
      }
    };
    const jitterMs = jitterOf(options.host, name, timetableOf(schedule).period(momentOf(clock)));
    return { name, ...startJob({ schedule, clock, task, jitterMs, lastStart }) };
  });

  return {
    statuses: () => runners.map(({ runner }) => runner.status()),
    runs: () => [...runs.values()],
    jobs: (now) => jobs.flatMap(({ name, state }) => jobSamples(name, state(), now)),
    cancel() {
      for (const job of jobs) job.cancel();
    },
  };
}

/** What a check on a calendar found last, of an earlier watch; unknown where its samples are gone: then it runs at once. */
function lastRun(one: PlannedCheck, { planned, samples, jobs }: CheckLoopOptions): CheckRun | undefined {
  const startedAt = jobs.lastStart(one.name);
  return startedAt === undefined ? undefined : storedRun(one, planned, samples, startedAt);
}

function remember(name: string, { jobs, clock, log }: CheckLoopOptions): void {
  try {
    jobs.started(name, clock.now());
  } catch (error) {
    // A full disk: at worst the check runs once more after a restart.
    log.error({ check: name, reason: reasonOf(error) }, 'the start of a check could not be stored');
  }
}

function jobSamples(check: string, { startedAt, periodMs, missed, overruns }: JobState, now: number): Sample[] {
  return [
    ...(startedAt === undefined ? [] : [sampleOf(watch.jobLastStart, { check }, startedAt / 1000, now)]),
    sampleOf(watch.jobPeriod, { check }, periodMs / 1000, now),
    sampleOf(watch.jobMissed, { check }, missed, now),
    sampleOf(watch.jobOverruns, { check }, overruns, now),
  ];
}
