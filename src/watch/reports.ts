import type { Cancel, Clock } from '../clock.ts';
import { type CronSchedule, cronRuns } from '../cron.ts';
import type { JobStore } from '../store/jobs.ts';
import type { Log } from '../telemetry/log.ts';
import { startJob } from './schedule.ts';

/** The time that a report is about, and when it was to be written; wall time in milliseconds. */
export interface ReportPeriod {
  readonly from: number;
  readonly to: number;
  readonly dueAt: number;
}

export interface ReportsOptions {
  /** `08:00` in `timezone`. */
  readonly at: string;
  readonly timezone: string;
  readonly jobs: JobStore;
  /** Puts the report into the outbox; the same `dueAt` again changes nothing. */
  readonly write: (period: ReportPeriod) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** The name of the job in incidents.db. */
export const reportJob = 'report';

/** Writes a report every day; one that was missed is written at boot. The first comes when its time first comes. */
export function startReports({ at, timezone, jobs, write, clock, log }: ReportsOptions): Cancel {
  const [hour, minute] = at.split(':').map(Number);
  const schedule: CronSchedule = { kind: 'cron', expression: `${minute} ${hour} * * *`, timezone };
  const next = cronRuns(schedule);
  let from = jobs.lastStart(reportJob);
  if (from === undefined) {
    from = clock.now();
    jobs.started(reportJob, from);
  }
  let last = from;

  const task = async (): Promise<void> => {
    const to = clock.now();
    try {
      write({ from: last, to, dueAt: next(last) });
      jobs.started(reportJob, to);
      last = to;
    } catch (error) {
      // A full disk: the next report covers the time of this one.
      log.error({ err: error }, 'the report could not be written');
    }
  };
  return startJob({ schedule, clock, task, lastStart: from }).cancel;
}
