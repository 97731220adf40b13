import { parseAuditLine } from '../../audit-line.ts';
import type { ReadAccess } from '../formats/access-format.ts';
import { parseAccess } from '../formats/nginx-access.ts';
import { accessTimeOf, timeOf } from '../time.ts';
import type { Abnormal } from './tally.ts';

/** The abnormal request in a line; undefined where it has none. */
export type Parse = (line: string) => Abnormal | undefined;

const none = '(none)';

export const parseAudit: Parse = (line) => {
  const audit = parseAuditLine(line);
  if (audit?.type !== 'audit' || audit.probe || audit.outcome === 'ok') return undefined;
  return {
    client: audit.client_ip ?? none,
    path: audit.path ?? none,
    key: audit.key_id ?? none,
    error: audit.error ?? audit.outcome ?? none,
    status: audit.status ?? 0,
    at: Date.parse(audit.time),
  };
};

/** Our own marked requests are nobody's failures. */
const probe = 'ops-probe';

export const parseBy =
  (read: ReadAccess): Parse =>
  (line) => {
    const access = read(line);
    if (access === undefined || access.status < 400 || access.userAgent?.includes(probe)) return undefined;
    return abnormal(access.client, access.path.replace(/\?.*$/, ''), access.status, accessTimeOf(line) ?? timeOf(line));
  };

const parseAnyCombined = parseBy(parseAccess);

/** Combined as most lines have it; it takes a third of the time that a reading of every variant does. */
const usual = /^(\S{1,64}) - [^["]{0,100}(\[[^\]"]{0,60}\]) "[A-Z]{3,10} ([^" ?]*)[^"]*" ([45]\d\d) /;

export const parseCombined: Parse = (line) => {
  const [, client, stamp = '', path = '', status] = usual.exec(line) ?? [];
  if (status === undefined || line.includes(probe)) return parseAnyCombined(line);
  return abnormal(client === '-' ? undefined : client, path, Number(status), timeOfStamp(stamp));
};

let minute: { readonly start: string; readonly zone: string; readonly at: number | undefined } | undefined;

/** Where the seconds stand in `[24/Nov/2026:13:59:15 +0000]`. */
const [secondsFrom, secondsTo] = [19, 21];

/** Many lines of one minute follow each other: its time is read once. */
function timeOfStamp(stamp: string): number | undefined {
  if (minute === undefined || !stamp.startsWith(minute.start) || !stamp.endsWith(minute.zone)) {
    const [start, zone] = [stamp.slice(0, secondsFrom), stamp.slice(secondsTo)];
    minute = { start, zone, at: accessTimeOf(`${start}00${zone}`) };
  }
  return minute.at === undefined ? undefined : minute.at + Number(stamp.slice(secondsFrom, secondsTo)) * 1000;
}

const abnormal = (client: string | undefined, path: string, status: number, at: number | undefined): Abnormal => ({
  client: client ?? none,
  path: path || none,
  key: none,
  error: `HTTP ${status}`,
  status,
  at,
});
