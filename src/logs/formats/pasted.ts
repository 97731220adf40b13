import { completed } from '../cleaning/cut.ts';
import { type Entry, toEntries } from '../cleaning/entries.ts';
import type { Line, LogKind, LogRecord } from '../record.ts';
import { parseEntries } from './index.ts';

/** How the programs whose lines have structure begin one, wherever it stands. */
const signatures: readonly (readonly [LogKind, RegExp])[] = [
  ['gateway-log', /^\{.*"type":\s*"(?:audit|started|recovered)"/],
  [
    'nginx-error',
    /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[\w{4,6}\] \d+#\d+: |^\[(?:emerg|alert|crit|error|warn)\] \d+#\d+: |^nginx: \[/,
  ],
  ['nginx-access', /^\S{1,80} - \S{1,80} \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/],
  ['ollama-log', /^time=\d{4}-\d\d-\d\dT\S{1,40} level=|^\[GIN\] \d{4}\//],
];

/** Lines of one program that follow each other. */
interface Run {
  readonly kind: LogKind;
  readonly entries: Entry[];
}

/**
 * Turns the lines that somebody pasted into records. They may be of several programs: a line that shows whose it is is read
 * as that, an indented one goes on with the line before it, and any other is of the given kind.
 */
export function parsePasted(kind: LogKind, lines: readonly Line[], source: string): LogRecord[] {
  const runs: Run[] = [];
  const entries = toEntries(lines);
  for (const cut of entries) {
    const entry = { ...cut, message: completed(cut.message, cut === entries.at(-1)) };
    const last = runs.at(-1);
    const signed = signatures.find(([, signature]) => signature.test(entry.message))?.[0];
    const own = signed ?? (last && /^\s/.test(entry.message) ? last.kind : kind);
    if (last?.kind === own) last.entries.push(entry);
    else runs.push({ kind: own, entries: [entry] });
  }
  return runs.flatMap((run) => parseEntries(run.kind, run.entries, source));
}
