import { type Entry, joinIndented } from '../cleaning/entries.ts';
import type { Gin, LogRecord } from '../record.ts';
import { toRecord } from './plain.ts';

/** Time, method and path can be missing: people cut them out before they paste. */
const ginLine = /^\[GIN\][^|]{0,40}\|?\s*(\d{3})\s*\|\s*([\dhmsnuµμ.]+)(?:\s*\|\s*\S*\s*\|\s*([A-Z]+)\s+"([^"]*)"?)?/;

/** Values that a user wrote, which name no cause whatever they say. */
const userText = /\b(prompt|content|input|messages|text|query|response|body|template)="(?:[^"\\]|\\.)*"?/g;

/** Reads Ollama's log: slog, `[GIN]`, raw C lines and Go dumps in one stream. `time=` can start in mid-line. */
export function parseOllama(entries: readonly Entry[], source: string): LogRecord[] {
  return joinIndented(entries.flatMap(splitAtTime)).map((entry) => {
    const record = toRecord('ollama-log', source, entry);
    const gin = parseGin(entry.message);
    if (gin) return { ...record, gin };
    if (!entry.message.includes('="') && !entry.message.includes('\\"')) return record;
    return { ...record, message: entry.message.replace(userText, '$1=…').replaceAll('\\"', '"') };
  });
}

/** A C line without a newline can be followed by a slog line. */
function splitAtTime(entry: Entry): Entry[] {
  const { message } = entry;
  const at = message.indexOf('time=2', 1);
  if (at <= 0 || !/[^\s:|\]]time=\d{4}-\d\d-\d\dT/.test(message.slice(at - 1, at + 16))) return [entry];
  return [
    { ...entry, message: message.slice(0, at) },
    { ...entry, message: message.slice(at) },
  ];
}

function parseGin(text: string): Gin | undefined {
  const found = ginLine.exec(text);
  const seconds = goSeconds(found?.[2] ?? '');
  if (!found || seconds === undefined) return undefined;
  return { status: Number(found[1]), seconds, method: found[3] ?? '', path: found[4] ?? '' };
}

const unitSeconds: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
};

/** Seconds of a Go duration such as `1m11s`, `505.2µs` or `0s`. */
export function goSeconds(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[uµμn]s|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitSeconds[unit ?? ''] ?? 0), 0);
}
