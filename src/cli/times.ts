import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../duration.ts';

/** Milliseconds of an option such as `15m`. */
export function toDuration(text: string): number {
  const ms = parseDuration(text);
  if (!ms) throw new InvalidArgumentError('Expected a duration such as 15m or 2h.');
  return ms;
}

/** Wall time in milliseconds of an option such as `14:05` (today) or an RFC 3339 time. */
export function toTime(text: string): number {
  const time = /^\d\d:\d\d(?::\d\d)?$/.test(text) ? today(text) : Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('Expected a time such as 14:05 or 2026-11-24T14:05:00+08:00.');
  return time;
}

function today(text: string): number {
  const [hour = 0, minute = 0, second = 0] = text.split(':').map(Number);
  return hour > 23 || minute > 59 || second > 59 ? Number.NaN : new Date().setHours(hour, minute, second, 0);
}
