import type { Gin, Line, LogRecord } from '../record.ts';
import { joinWrapped, toRecord } from './plain.ts';

const ginLine =
  /\[GIN\]\s+\d{4}\/\d\d\/\d\d - \d\d:\d\d:\d\d\s*\|\s*(\d{3})\s*\|\s*([\dhmsnuµμ.]+)\s*\|\s*(?:\S+)\s*\|\s*([A-Z]+)\s+"([^"]*)"/;

/** Reads Ollama's log: slog, `[GIN]`, raw C lines and Go dumps in one stream. `time=` can start in mid-line. */
export function parseOllama(lines: readonly Line[], source: string): LogRecord[] {
  const whole = joinWrapped(lines.flatMap(splitAtTime));
  return whole.map((line) => {
    const gin = parseGin(line.text);
    return { ...toRecord('ollama-log', source, line), ...(gin ? { gin } : {}) };
  });
}

/** A C line without a newline can be followed by a slog line. */
function splitAtTime(line: Line): Line[] {
  const at = line.text.search(/(?<=[^\s:|\]])time=\d{4}-\d\d-\d\dT/);
  return at > 0
    ? [
        { ...line, text: line.text.slice(0, at) },
        { ...line, text: line.text.slice(at) },
      ]
    : [line];
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
