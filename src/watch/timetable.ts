import { createHash } from 'node:crypto';
import type { Schedule } from '../check.ts';
import type { Clock } from '../clock.ts';
import { cronRuns } from '../cron.ts';

/** A moment on both clocks, milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** When a job is due, counted from its last start. */
export interface Timetable {
  /** Milliseconds until the next start; none are left when it is due. */
  wait(last: Moment, now: Moment): number;
  /** Starts that fell due after the last one. */
  due(last: Moment, now: Moment): number;
  /** Milliseconds from the last start to the one after it. */
  period(last: Moment): number;
}

export const momentOf = (clock: Clock): Moment => ({ wall: clock.now(), monotonic: clock.monotonic() });

export const timetableOf = (schedule: Schedule): Timetable =>
  schedule.kind === 'interval' ? byDistance(schedule.ms) : byCalendar(cronRuns(schedule));

/** The clock that went farther counts: wall time goes on in a suspended machine, and a step back does not hold a job up. */
function byDistance(ms: number): Timetable {
  const elapsed = (last: Moment, now: Moment): number => Math.max(now.wall - last.wall, now.monotonic - last.monotonic);
  return {
    wait: (last, now) => ms - elapsed(last, now),
    due: (last, now) => Math.floor(elapsed(last, now) / ms),
    period: () => ms,
  };
}

/** More would only be a larger number in a counter. */
const mostCounted = 1000;

/** Counts from the wall time of the last start; the start after it is asked for at every look, and found once. */
function byCalendar(next: (after: number) => number): Timetable {
  let found = { after: Number.NaN, at: Number.NaN };
  const following = ({ wall }: Moment): number => {
    if (found.after !== wall) found = { after: wall, at: next(wall) };
    return found.at;
  };
  return {
    wait: (last, now) => following(last) - now.wall,
    due(last, now) {
      let count = 0;
      for (let at = following(last); at <= now.wall && count < mostCounted; at = next(at)) count++;
      return count;
    },
    period: (last) => following(last) - last.wall,
  };
}

const longestJitterMs = 30_000;

/** Milliseconds by which a job starts later, always the same for a job of a host: a tenth of its period at most. */
export function jitterOf(host: string, job: string, periodMs: number): number {
  const share = createHash('sha256').update(`${host}/${job}`).digest().readUInt32BE() / 2 ** 32;
  return Math.floor(share * Math.min(periodMs / 10, longestJitterMs));
}
