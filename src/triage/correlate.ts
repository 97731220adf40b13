import type { AuditLine } from '../audit-line.ts';
import type { Access, Gin, LogRecord } from '../logs/record.ts';
import { generation } from './cause.ts';
import type { Comparison, RequestTrail, TrailLine } from './diagnosis.ts';
import { toEvidence } from './engine.ts';
import { waitOf } from './wait.ts';

/** Logs write whole seconds, and the last byte is sent a moment after the audit line is written. */
const endToleranceMs = 2000;

/** How far durations of one request differ from program to program: half a second, or a tenth of it. */
const alike = (a: number, b: number) => Math.abs(a - b) <= Math.max(0.5, 0.1 * Math.max(a, b));

/** Everything that the logs hold about one request, which may be nothing, and how it compares with the requests around it. */
export function trailOf(id: string, records: readonly LogRecord[]): Omit<RequestTrail, 'complete'> {
  const named = records.filter((record) => hasId(record, id));
  // Who asks by the id of the caller means the request that the gateway gave its own.
  const given = named.find(({ audit }) => audit)?.audit?.request_id ?? id;
  const own = given === id ? named : records.filter((record) => hasId(record, id) || hasId(record, given));
  const end = own.find(({ audit }) => audit?.type === 'audit');
  const identified = own.map((record) => toTrail(record, 'request_id'));
  if (end?.audit === undefined) return { id, lines: identified, fleet: [] };
  const missing: readonly LogRecord['kind'][] = own.some(({ access }) => access)
    ? ['ollama-log']
    : ['nginx-access', 'ollama-log'];
  const alikes = missing.flatMap((kind) => nearest(records, kind, end) ?? []);
  const lines = [...identified, ...alikes.map((record) => toTrail(record, 'time'))];
  return { id, lines: lines.toSorted((a, b) => place(a) - place(b)), fleet: compare(end.audit, records) };
}

/** Whether a line names the request itself. */
function hasId({ audit, access, inFlight }: LogRecord, id: string): boolean {
  return [audit?.request_id, audit?.client_request_id, access?.requestId, inFlight?.request_id].includes(id);
}

/** The line of a log without ids that is most likely the request's: by time, path, status and duration, else the last. */
export function nearest(records: readonly LogRecord[], kind: LogRecord['kind'], end: LogRecord): LogRecord | undefined {
  const { audit, at = 0 } = end;
  if (audit === undefined) return undefined;
  const distance = (record: LogRecord) => Math.abs((record.at ?? 0) - at);
  return records
    .filter((record) => record.kind === kind && record.at !== undefined && distance(record) <= endToleranceMs)
    .filter(({ access, gin }) => (access ? isAccess(access, audit) : gin !== undefined && isGin(gin, audit)))
    .toSorted((a, b) => distance(a) - distance(b) || (b.line ?? 0) - (a.line ?? 0))[0];
}

const withoutPrefix = (path: string) => path.replace(/\?.*$/, '').replace(/^\/v1(?=\/)/, '');

function isAccess({ path, status, seconds, requestId }: Access, audit: AuditLine): boolean {
  if (requestId !== undefined || withoutPrefix(path) !== withoutPrefix(audit.path)) return false;
  return status === audit.status && (seconds === undefined || alike(seconds, audit.response_time ?? 0));
}

/** Ollama times a request from its arrival there: our queue is not in it, nor a load that the gateway asked for before. */
function isGin({ path, status, seconds }: Gin, audit: AuditLine): boolean {
  if (!generation.test(path) || status < 400 !== (audit.status ?? 0) < 400) return false;
  const served = (audit.response_time ?? 0) - (audit.queue_time ?? 0);
  return alike(seconds, served) || alike(seconds, served - (audit.load_time ?? 0));
}

const order = ['nginx-access', 'gateway-log', 'inflight', 'ollama-log'];
const place = ({ kind }: TrailLine) => order.indexOf(kind);

function toTrail(record: LogRecord, by: TrailLine['by']): TrailLine {
  return { ...toEvidence(record), kind: record.kind, by };
}

/** Requests that were served within this time of the request's end are its neighbours, in milliseconds. */
const neighbourMs = 15 * 60_000;

const measures: Readonly<Record<Comparison['measure'], (audit: AuditLine) => number | undefined>> = {
  wait: waitOf,
  queue: ({ queue_time }) => queue_time ?? undefined,
  total: ({ response_time }) => response_time ?? undefined,
  tokens_per_second: ({ completion_tokens, decode_time }) =>
    completion_tokens && decode_time ? completion_tokens / decode_time : undefined,
};

function compare(audit: AuditLine, records: readonly LogRecord[]): Comparison[] {
  const end = Date.parse(audit.time);
  const served = records
    .flatMap((record) => record.audit ?? [])
    .filter(
      ({ type, outcome, probe, model }) => type === 'audit' && outcome === 'ok' && !probe && model === audit.model,
    )
    .filter((other) => other.request_id !== audit.request_id && Math.abs(Date.parse(other.time) - end) <= neighbourMs);
  return Object.entries(measures).flatMap(([name, measure]): Comparison[] => {
    const value = measure(audit);
    const others = served.flatMap((other) => measure(other) ?? []);
    if (value === undefined || others.length === 0) return [];
    return [{ measure: name as Comparison['measure'], value, p50: median(others), neighbours: others.length }];
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
