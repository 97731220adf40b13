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

/** The moments at which the clocks of a zone show a local time (milliseconds as if it were UTC): one or two, never none. */
function instantsOf(local: number, timeZone: string): number[] {
  const before = offsetAt(local - dayMs, timeZone);
  const after = offsetAt(local + dayMs, timeZone);
  const shown = [local - before, local - after].filter((at) => at + offsetAt(at, timeZone) === local);
  return shown.length > 0 ? shown : [local - before];
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Distance of a zone's clocks from UTC at a moment, milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const format = formats.get(timeZone) ?? clockFormat(timeZone);
  formats.set(timeZone, format);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

const clockFormat = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
