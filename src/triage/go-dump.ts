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

/** A function in a stack, by the package that it is of; a sentence can name a repository too, and has no call. */
const called = /(?<![\w/.:])github\.com\/([\w-]{1,40})\/\S{1,300}\(/;
const ours = /github\.com\/(?:ollama|jmorganca)\//;
/** What Ollama is written with; a stack that is cut off may show nothing else of it. */
const libraries = ['gin-gonic', 'spf13', 'dlclark', 'pdevine', 'x448', 'nlpodyssey', 'd4l3k', 'mattn', 'google'];

/** Whether the stacks are those of another program that is written in Go. */
export function isForeignDump(records: readonly LogRecord[]): boolean {
  if (!records.some(inGoDump) || records.some((record) => says(record, ours))) return false;
  const owners = records.flatMap(({ message }) => called.exec(message)?.[1] ?? []);
  return owners.some((owner) => !libraries.includes(owner));
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
