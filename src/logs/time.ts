import { monthOf } from './months.ts';

/** RFC 3339 with a point or a comma before the fraction; a zone is required. */
const iso = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)/;
const nginxAccess = /\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)\]/;
/** nginx's error log, `[GIN]` and old Ollama: local time without a zone. */
const slashes = /(\d{4})\/(\d\d)\/(\d\d)(?: -)? (\d\d):(\d\d):(\d\d)/;
/** `dmesg -T`. */
const kernelCalendar = /^\[\w{3} (\w{3})\s+(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})\]/;
/** syslog and journald's short format, in the reader's language: no year. */
const syslog = /^(?:(\p{L}{3,10})\.?\s+(\d{1,2})|(\d{1,2})月 ?(\d{1,2})日?) (\d\d):(\d\d):(\d\d)/u;

/**
 * Wall time of a log line in milliseconds, in any of the formats that triage reads; undefined when it has none.
 * `now` gives the year to formats that lack it.
 */
export function timeOf(text: string, now: number = Date.now()): number | undefined {
  const head = text.slice(0, 600);
  return fromIso(head) ?? accessTimeOf(head) ?? fromSlashes(head) ?? fromKernel(head) ?? fromSyslog(head, now);
}

function fromIso(text: string): number | undefined {
  const found = iso.exec(text);
  if (!found) return undefined;
  const [, date = '', fraction = '0', zone = 'Z'] = found;
  const at = Date.parse(`${date}.${fraction.slice(0, 3)}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}

/** Wall time of a line of Nginx's access log in milliseconds; undefined where it has none in Nginx's own form. */
export function accessTimeOf(text: string): number | undefined {
  const found = nginxAccess.exec(text);
  const month = monthOf(found?.[2]);
  if (!found || month === undefined) return undefined;
  const [, day, , year, hour, minute, second, zoneHours, zoneMinutes] = found;
  const utc = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  const sign = zoneHours?.startsWith('-') ? -1 : 1;
  return utc - (Number(zoneHours) * 60 + sign * Number(zoneMinutes)) * 60_000;
}

function fromSlashes(text: string): number | undefined {
  const found = slashes.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second] = found.map(Number);
  return local(year ?? 0, (month ?? 1) - 1, day ?? 1, [hour, minute, second]);
}

function fromKernel(text: string): number | undefined {
  const found = kernelCalendar.exec(text);
  const month = monthOf(found?.[1]);
  if (!found || month === undefined) return undefined;
  return local(Number(found[6]), month, Number(found[2]), found.slice(3, 6).map(Number));
}

function fromSyslog(text: string, now: number): number | undefined {
  const found = syslog.exec(text);
  const month = found?.[3] === undefined ? monthOf(found?.[1]) : Number(found[3]) - 1;
  if (!found || month === undefined) return undefined;
  const year = new Date(now).getFullYear();
  const dayOfMonth = Number(found[2] ?? found[4]);
  const time = found.slice(5, 8).map(Number);
  const at = local(year, month, dayOfMonth, time);
  const day = 86_400_000;
  return at > now + day ? local(year - 1, month, dayOfMonth, time) : at;
}

function local(year: number, month: number, day: number, time: readonly (number | undefined)[]): number {
  return new Date(year, month, day, time[0] ?? 0, time[1] ?? 0, time[2] ?? 0).getTime();
}
