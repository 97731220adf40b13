import { type Entry, joinIndented } from '../cleaning/entries.ts';
import type { LogRecord, NginxError } from '../record.ts';
import { toRecord } from './plain.ts';

/** Where what nginx says ends, and the fields begin that a caller can fill with anything. */
const fieldsBegin = /, (?:client|server|request|upstream|host|referrer): /;

const field = (name: string) => new RegExp(`, ${name}: "?([^",]*)`);
const fields = { client: field('client'), request: field('request'), upstream: field('upstream') };

/** Reads nginx's error log. The message is what nginx says; the fields behind it stand apart. */
export function parseNginxError(entries: readonly Entry[], source: string): LogRecord[] {
  return joinIndented(entries).map((entry) => {
    const record = toRecord('nginx-error', source, entry);
    const end = entry.message.search(fieldsBegin);
    if (end < 0) return record;
    return { ...record, message: entry.message.slice(0, end), nginx: parseFields(entry.message.slice(end)) };
  });
}

function parseFields(text: string): NginxError {
  const read = (pattern: RegExp) => pattern.exec(text)?.[1] ?? '';
  return { client: read(fields.client), request: read(fields.request), upstream: read(fields.upstream) };
}
