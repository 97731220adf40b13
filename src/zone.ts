const dayMs = 86_400_000;

/**
 * The moments at which the clocks of an IANA zone show a local time (milliseconds as if it were UTC): one or two, never
 * none. A local time that the change to summer time skips counts as the moment as much later.
 */
export function instantsOf(local: number, timeZone: string): number[] {
  const before = offsetAt(local - dayMs, timeZone);
  const after = offsetAt(local + dayMs, timeZone);
  const shown = [...new Set([local - before, local - after])].filter((at) => at + offsetAt(at, timeZone) === local);
  return shown.length > 0 ? shown : [local - before];
}

/** The moments at which the calendar day of a moment begins in a zone, and the day before it: days are not always 24 hours. */
export function dayStarts(now: number, timeZone: string): { readonly today: number; readonly yesterday: number } {
  const day = Math.floor((now + offsetAt(now, timeZone)) / dayMs);
  const [today, yesterday] = [day, day - 1].map((one) => Math.min(...instantsOf(one * dayMs, timeZone)));
  return { today: today ?? now, yesterday: yesterday ?? now };
}

/** The IANA zone of the reader: `alerts.timezone`, else the machine's own. */
export const readerZone = (configured: string | undefined): string =>
  configured ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Distance of a zone's clocks from UTC at a moment, milliseconds. */
export function offsetAt(at: number, timeZone: string): number {
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

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    // Intl says that a zone is unknown by throwing.
    return false;
  }
}
