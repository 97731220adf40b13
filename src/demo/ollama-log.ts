import { appendFileSync } from 'node:fs';

/** Writes what Ollama would log: GIN access lines and slog lines, in the formats of 0.32. */
export interface OllamaLog {
  access(status: number, ms: number, client: string, method: string, path: string): void;
  message(level: 'INFO' | 'WARN' | 'ERROR', source: string, text: string, fields?: string): void;
}

/** A log that appends to `file`; without a file the lines are dropped. */
export function createOllamaLog(file: string | undefined): OllamaLog {
  const write = (line: string) => {
    if (file !== undefined) appendFileSync(file, `${line}\n`);
  };
  return {
    access(status, ms, client, method, path) {
      const columns = [String(status), goDuration(ms).padStart(12), client.padStart(15)];
      write(`[GIN] ${ginTime(new Date())} | ${columns.join(' | ')} | ${method.padEnd(8)} ${JSON.stringify(path)}`);
    },
    message(level, source, text, fields) {
      const head = `time=${new Date().toISOString()} level=${level} source=${source} msg=${JSON.stringify(text)}`;
      write(fields ? `${head} ${fields}` : head);
    },
  };
}

function ginTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
  return `${day} - ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Go's own form of a duration: `104.79µs`, `6.553332ms`, `3.130470668s`, `1m2.5s`. */
function goDuration(ms: number): string {
  const trimmed = (value: number, digits: number) => String(Number(value.toFixed(digits)));
  if (ms < 1) return `${trimmed(ms * 1000, 3)}µs`;
  if (ms < 1000) return `${trimmed(ms, 6)}ms`;
  if (ms < 60_000) return `${trimmed(ms / 1000, 9)}s`;
  return `${Math.floor(ms / 60_000)}m${trimmed((ms % 60_000) / 1000, 9)}s`;
}
