import type { Entry } from '../cleaning/entries.ts';
import type { LogKind, LogRecord } from '../record.ts';
import { timeOf } from '../time.ts';

/** The record of an entry of which only the words matter. */
export function toRecord(kind: LogKind, source: string, { line, text, message }: Entry): LogRecord {
  const at = line.at ?? timeOf(text);
  return { kind, source, line: line.number, text, message, ...(at === undefined ? {} : { at }) };
}
