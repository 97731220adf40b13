import type { Access } from '../record.ts';

/** Reads one line of a log; undefined where it is no request. */
export type ReadAccess = (line: string) => Access | undefined;

/** A variable of nginx in a `log_format`. */
const variable = /\$\{?(\w+)\}?/g;

/** Addresses, statuses and times of several upstreams are written as `a, b` or `a : b`. */
const several = String.raw`([^\s,]*(?:(?:,| :) [^\s,]+)*)`;

/**
 * Makes a reader of the lines that a `log_format` of nginx writes, JSON among them. Of each variable it takes what stands
 * until the text that follows it in the format.
 */
export function compileAccessFormat(format: string): ReadAccess {
  const names: string[] = [];
  let pattern = String.raw`^\s*`;
  let end = 0;
  for (const found of format.matchAll(variable)) {
    const after = format[found.index + found[0].length] ?? '';
    pattern += literal(format.slice(end, found.index)) + patternOf(found[1] ?? '', after);
    names.push(found[1] ?? '');
    end = found.index + found[0].length;
  }
  const line = new RegExp(pattern + literal(format.slice(end)), 'u');
  return (text) => {
    const values = line.exec(text)?.slice(1);
    return values && fromVariables(Object.fromEntries(names.map((name, at) => [name, values[at] ?? ''])));
  };
}

const literal = (text: string) =>
  text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`).replace(/[ \t]+/g, String.raw`[ \t]+`);

function patternOf(name: string, after: string): string {
  if (after === '') return '(.*)';
  if (after === '"') return String.raw`((?:[^"\\]|\\.)*)`;
  if (after !== ' ') return `([^${after.replace(/[\\\]^-]/, String.raw`\$&`)}]*)`;
  if (name === 'request') return String.raw`(\S+ \S+ HTTP\/[\d.]+|\S*)`;
  if (name === 'time_local') return String.raw`(\S+ [+-]\d{4})`;
  return name.startsWith('upstream_') ? several : String.raw`(\S*)`;
}

/** A request out of values by the names that nginx gives them; undefined without a status. */
export function fromVariables(value: Readonly<Record<string, string>>): Access | undefined {
  // Envoy writes 0 where the caller left before there was one.
  if (!/^(?:[1-5]\d\d|0)$/.test(value['status'] ?? '')) return undefined;
  const [method = '', path = ''] = (value['request'] ?? '').split(' ');
  const seconds = Number.parseFloat(value['request_time'] ?? '');
  const id = present(value['request_id'] ?? value['req_id'] ?? value['http_x_request_id']);
  const userAgent = value['http_user_agent'];
  const client = present(value['remote_addr']);
  return {
    method: method || (value['request_method'] ?? ''),
    path: path || (value['request_uri'] ?? value['uri'] ?? ''),
    status: Number(value['status']),
    bytes: Number(value['body_bytes_sent'] ?? value['bytes_sent']) || 0,
    ...(Number.isNaN(seconds) ? {} : { seconds }),
    ...(id === undefined ? {} : { requestId: id }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(client === undefined ? {} : { client }),
  };
}

/** nginx writes a dash for what is not there. */
const present = (value: string | undefined) =>
  value === undefined || value === '' || value === '-' ? undefined : value;
