import { instantsOf, offsetAt } from '../zone.ts';

const dayMs = 86_400_000;

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** A weekly window by the clock on the wall; `to` at or before `from` ends on the next day. */
export interface MaintenanceWindow {
  readonly days: readonly Weekday[];
  /** `HH:MM`. */
  readonly from: string;
  readonly to: string;
}

/**
 * Whether a moment, in milliseconds, lies in one of the windows. A local time that the change to summer time skips
 * counts as the moment as much later; one that occurs twice begins at its first and ends at its second occurrence, so
 * that what a maintenance job does at either of them is covered.
 */
export function inMaintenance(windows: readonly MaintenanceWindow[], timeZone: string, now: number): boolean {
  const today = Math.floor((now + offsetAt(now, timeZone)) / dayMs);
  return windows.some(({ days, from, to }) =>
    // A window of yesterday may reach into today.
    [today - 1, today].some((day) => {
      if (!days.includes(weekdayOf(day))) return false;
      const begin = day * dayMs + minutesOf(from);
      const end = (minutesOf(to) > minutesOf(from) ? day : day + 1) * dayMs + minutesOf(to);
      return Math.min(...instantsOf(begin, timeZone)) <= now && now < Math.max(...instantsOf(end, timeZone));
    }),
  );
}

/** Weekday of a count of days since 1970-01-01, which was a Thursday. */
const weekdayOf = (day: number): Weekday => weekdays[(((day + 3) % 7) + 7) % 7] ?? 'mon';

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}
