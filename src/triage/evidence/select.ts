import { type LogRecord, logKinds } from '../../logs/record.ts';
import { type Window, within } from '../../logs/window.ts';
import { nearest } from '../correlate.ts';
import { type Collected, type Evidence, fact } from './evidence.ts';

export interface Wanted {
  readonly requestId?: string;
  readonly user?: string;
}

/** A cold load takes up to five minutes, so its cause can stand that long before the request's end. */
const beforeRequest = 5 * 60_000;
const afterRequest = 60_000;

/** Picks from what was collected the window and, where lines can be told apart, the request or user that was asked for. */
export function select(collected: readonly Collected[], wanted: Wanted, window: Window, now: number): Evidence {
  const around = collected.flatMap((one) => one.records);
  const ids = idsOf(wanted, around);
  const inside = (part: Window) =>
    collected
      .flatMap(({ report, records }) => (isLog(report.kind) ? within(records, part) : records))
      .filter((record) => isWanted(record, wanted, ids));
  const all = inside(window);
  const narrowed = narrow(all, wanted, window);
  const records = ownAccess(inside(narrowed), all, wanted);
  const asked = collected.some(({ report }) => report.kind === 'inflight' && report.state === 'read');
  return {
    records: asked ? records : [...records, ...unfinished(records, now)],
    around,
    sources: collected.map(({ report }) => report),
    window: narrowed,
    now,
    filtered: wanted.requestId !== undefined || wanted.user !== undefined,
  };
}

/** Kinds whose lines have times; nvidia-smi, a probe or a pasted text, is always of now. */
const isLog = (kind: string) => kind !== 'nvidia-smi' && (logKinds as readonly string[]).includes(kind);

/** Who asks by the id of the caller means the request that the gateway gave an id of its own, which Nginx logs too. */
function idsOf({ requestId }: Wanted, records: readonly LogRecord[]): ReadonlySet<string | undefined> {
  const own = records.filter(({ audit }) => requestId !== undefined && audit?.client_request_id === requestId);
  return new Set([requestId, ...own.map(({ audit }) => audit?.request_id)]);
}

function isWanted(
  { audit, access, inFlight }: LogRecord,
  { requestId, user }: Wanted,
  ids: ReadonlySet<string | undefined>,
): boolean {
  if (requestId !== undefined) {
    const id = inFlight?.request_id ?? access?.requestId ?? audit?.request_id;
    return id === undefined || ids.has(id);
  }
  const who = inFlight?.user_id ?? audit?.user_id;
  if (user === undefined || (audit === undefined && inFlight === undefined)) return true;
  return who === user;
}

/** Where Nginx logs no ids, the line that fits the request is its own, and the others are of other callers. */
function ownAccess(records: LogRecord[], all: readonly LogRecord[], { requestId }: Wanted): LogRecord[] {
  const end = requestId === undefined ? undefined : all.find(({ audit }) => audit?.type === 'audit');
  if (end === undefined) return records;
  const own = nearest(all, 'nginx-access', end);
  return records.filter((record) => record.access === undefined || record === own || record.access.requestId);
}

/** Once the request is found, its own time is the window. */
function narrow(records: readonly LogRecord[], { requestId }: Wanted, window: Window): Window {
  const found = records.find(({ audit }) => audit?.type === 'audit');
  if (requestId === undefined || found?.at === undefined) return window;
  const start = found.at - (found.audit?.response_time ?? 0) * 1000;
  return { from: start - beforeRequest, to: found.at + afterRequest };
}

/** An open request of which only the `started` line exists, when the gateway cannot be asked itself. */
function unfinished(records: readonly LogRecord[], now: number): LogRecord[] {
  const audits = records.filter(({ audit }) => audit !== undefined);
  const ended = new Set(audits.filter(({ audit }) => audit?.type === 'audit').map(({ audit }) => audit?.request_id));
  const lastRestart = Math.max(
    0,
    ...audits.filter(({ audit }) => audit?.type === 'recovered').map(({ at }) => at ?? 0),
  );
  return audits
    .filter(({ audit, at }) => audit?.type === 'started' && !ended.has(audit.request_id) && (at ?? 0) > lastRestart)
    .map(({ audit, at, source, line }) => ({
      ...fact(
        'inflight',
        source,
        `request ${audit?.request_id} started at ${audit?.time} and has no end line`,
        at ?? now,
      ),
      line,
    }));
}
