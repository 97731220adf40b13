import type { Schedule } from '../check.ts';
import type { Cancel, Clock } from '../clock.ts';
import { type Moment, momentOf, timetableOf } from './timetable.ts';

export interface JobOptions {
  readonly schedule: Schedule;
  readonly clock: Clock;
  readonly task: () => Promise<void>;
  /** Milliseconds after the moment of its schedule; the start at boot has none. */
  readonly jitterMs?: number;
  /** Wall time of the last start in an earlier life; unless given the job starts at once. */
  readonly lastStart?: number | undefined;
}

export interface JobState {
  /** Wall time, milliseconds; undefined before the first start. */
  readonly startedAt: number | undefined;
  /** From the last start to the one after it, milliseconds. */
  readonly periodMs: number;
  /** Starts that were left out because the machine was off, asleep or busy. */
  readonly missed: number;
  /** Runs that still went on when the next was due. */
  readonly overruns: number;
}

export interface Job {
  state(): JobState;
  readonly cancel: Cancel;
}

/** The clock may be set while a job waits: it looks again at least this often. */
const longestNapMs = 60_000;

/** Runs a task by its schedule, never two at a time; starts that passed meanwhile are made up for by one. */
export function startJob({ schedule, clock, task, jitterMs = 0, lastStart }: JobOptions): Job {
  const timetable = timetableOf(schedule);
  let last: Moment | undefined = earlierStart(lastStart, clock);
  let jitter = 0;
  let missed = 0;
  let overruns = 0;
  let stopped = false;
  let cancelNap: Cancel = () => {};

  const look = (): void => {
    if (stopped) return;
    const now = momentOf(clock);
    // The clock was set back behind the last start: the calendar begins anew, rather twice on a day than not at all.
    if (last && last.wall > now.wall) last = { ...last, wall: now.wall };
    const wait = last ? timetable.wait(last, now) + jitter : 0;
    if (wait <= 0) void run();
    else cancelNap = clock.after(Math.min(wait, longestNapMs), look);
  };
  const run = async (): Promise<void> => {
    const start = momentOf(clock);
    if (last) missed += Math.max(0, timetable.due(last, start) - 1);
    // A distance is counted from start to start: the first shift carries over.
    jitter = schedule.kind === 'cron' || last === undefined ? jitterMs : 0;
    last = start;
    await task();
    if (timetable.due(start, momentOf(clock)) > 0) overruns++;
    look();
  };
  look();

  return {
    state: () => ({ startedAt: last?.wall, periodMs: timetable.period(last ?? momentOf(clock)), missed, overruns }),
    cancel() {
      stopped = true;
      cancelNap();
    },
  };
}

/** A start in the future was made by a clock that was wrong: nothing is known then. */
function earlierStart(at: number | undefined, clock: Clock): Moment | undefined {
  const now = momentOf(clock);
  return at === undefined || at > now.wall ? undefined : { wall: at, monotonic: now.monotonic };
}
