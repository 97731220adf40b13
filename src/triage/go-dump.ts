import type { LogRecord } from '../logs/record.ts';
import { says } from './cause.ts';

/** A frame or a header of the stacks that Go prints when a process dies. */
const frame = /\.(?:go|s):\d+ \+0x[0-9a-f]+|^goroutine \d+ (?:gp=\S+ .{0,40})?\[|^created by \S+ in goroutine \d/;

const ofRunner = /ollama\/(?:llama\/)?runner\b|(?:llama|ollama)runner\b/;
const ofServer = /ollama\/ollama\/(?:server|cmd|envconfig|app)\b/;

/** Whether a line is of the stacks that a Go program prints when it dies. */
export const inGoDump = (record: LogRecord) => says(record, frame);

/** Whether the frames name the model's process. */
export const namesRunner = (records: readonly LogRecord[]) =>
  records.some((record) => inGoDump(record) && says(record, ofRunner)) &&
  !records.some((record) => inGoDump(record) && says(record, ofServer));

/** Whose code a stack names first; Ollama is written with Gin and Cobra. */
const owner = /\bgithub\.com\/([\w-]{1,40})\//;
const owners = ['ollama', 'jmorganca', 'gin-gonic', 'spf13'];

/** Whether the stacks are those of another program that is written in Go. */
export function isForeignDump(records: readonly LogRecord[]): boolean {
  if (!records.some(inGoDump)) return false;
  const first = records.map(({ message }) => owner.exec(message)?.[1]).find((one) => one !== undefined);
  return first !== undefined && !owners.includes(first);
}

/**
 * Whose death a dump shows: several hundred lines follow what ended a process, and often they alone are pasted. The model's
 * process is the same program as the server, and dies far more often, so it is meant where the frames name neither.
 */
export function goDumpOf(records: readonly LogRecord[]): 'runner' | 'server' | undefined {
  const dump = records.filter(inGoDump);
  if (dump.length === 0 || isForeignDump(records)) return undefined;
  if (dump.some((record) => says(record, ofRunner))) return 'runner';
  return dump.some((record) => says(record, ofServer)) ? 'server' : 'runner';
}
