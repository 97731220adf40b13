import type { Access } from '../record.ts';
import { fromVariables, type ReadAccess } from './access-format.ts';

/**
 * A word, or what stands in quotes or brackets, which separate formats from one another but not their meaning. One that is
 * not closed takes the rest, so that no text is looked at twice.
 */
const field = /"((?:[^"\\]|\\.)*)(?:"|\\?$)|\[([^\]]*)(?:\]|$)|\(([^)]*)(?:\)|$)|([^\s"[\]]+)/g;

interface Fields {
  readonly method: string;
  readonly path: string;
  /** What stands before the request, the nearest first, and what stands behind it. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const quotedRequest = /^([A-Z]{3,10}) (\S+)(?: HTTP\/[\d.]+)?$/;
const method = /^[A-Z]{3,10}$/;

const mayHoldMethod = /[A-Z]{3}/;

/** Splits a line at its request, the one thing that looks the same in every format. */
function split(line: string): Fields | undefined {
  if (!mayHoldMethod.test(line)) return undefined;
  const fields = [...line.matchAll(field)].map((found) => found[1] ?? found[2] ?? found[3] ?? found[4] ?? '');
  for (const [at, text] of fields.entries()) {
    const [, verb, target] = quotedRequest.exec(text) ?? [];
    if (verb !== undefined && target !== undefined) return around(fields, at, at + 1, verb, target);
    const path = fields[at + 1] ?? '';
    if (method.test(text) && path.startsWith('/')) {
      const end = /^HTTP\//.test(fields[at + 2] ?? '') ? at + 3 : at + 2;
      return around(fields, at, end, text, path);
    }
  }
  return undefined;
}

const around = (fields: readonly string[], start: number, end: number, verb: string, path: string): Fields => ({
  method: verb,
  path,
  before: fields.slice(0, start).reverse(),
  after: fields.slice(end),
});

type Side = 'before' | 'after';
interface Column {
  readonly side: Side;
  readonly at: number;
}

/** Fields that are looked at on each side of the request. */
const widest = 12;
const nearlyAll = 0.95;

/**
 * Learns from its lines how a log is written whose format nobody tells: a column is what nearly all lines have at the same
 * place beside the request. Undefined where no column looks like a status.
 */
export function learnAccess(lines: readonly string[]): ReadAccess | undefined {
  const sample = lines.flatMap((line) => split(line) ?? []);
  if (sample.length * 2 < lines.length) return undefined;
  const status = columns(sample, /^[1-5]\d\d$/)[0];
  if (status === undefined) return undefined;
  const next = { side: status.side, at: status.at + 1 };
  const bytes = matches(sample, next, /^(?:\d+|-)$/) ? next : undefined;
  const seconds = slowest(sample, columns(sample, /^(?:\d+\.\d{3}|-)$/));
  const requestId = columns(sample, /^[0-9a-f]{32}$/)[0];
  const client = columns(sample, /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f]*):?$/i).at(-1);
  return (line) => {
    const fields = split(line);
    return fields && read(fields, { status, bytes, seconds, requestId, client });
  };
}

/** Columns that nearly all lines fill with such a value, those behind the request first. */
const columns = (sample: readonly Fields[], value: RegExp): Column[] =>
  (['after', 'before'] as const)
    .flatMap((side) => Array.from({ length: widest }, (_, at) => ({ side, at })))
    .filter((column) => matches(sample, column, value));

const valueIn = (fields: Fields, { side, at }: Column) => fields[side][at] ?? '';

const matches = (sample: readonly Fields[], column: Column, value: RegExp) =>
  sample.filter((fields) => value.test(valueIn(fields, column))).length >= nearlyAll * sample.length;

/** The whole request takes longer than any part of it. */
function slowest(sample: readonly Fields[], times: readonly Column[]): Column | undefined {
  const sum = (column: Column) =>
    sample.reduce((total, fields) => total + (Number.parseFloat(valueIn(fields, column)) || 0), 0);
  return times.reduce<Column | undefined>(
    (most, column) => (most && sum(most) >= sum(column) ? most : column),
    undefined,
  );
}

type Learned = Readonly<Record<'status' | 'bytes' | 'seconds' | 'requestId' | 'client', Column | undefined>>;

function read(fields: Fields, learned: Learned): Access | undefined {
  const value = (column: Column | undefined) => (column === undefined ? '' : valueIn(fields, column));
  const userAgent = fields.after.find((text) => /^[\w.-]+\/\d/.test(text));
  return fromVariables({
    request: `${fields.method} ${fields.path}`,
    status: value(learned.status),
    body_bytes_sent: value(learned.bytes),
    request_time: value(learned.seconds),
    request_id: value(learned.requestId),
    remote_addr: value(learned.client).replace(/:$/, ''),
    ...(userAgent === undefined ? {} : { http_user_agent: userAgent }),
  });
}
