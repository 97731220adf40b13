import { OpsError } from '../../errors.ts';
import { compileAccessFormat } from '../../logs/formats/access-format.ts';
import { parseLog } from '../../logs/formats/index.ts';
import type { Line, LogKind } from '../../logs/record.ts';
import { rotatedFiles } from '../../logs/rotated.ts';
import { readLogFile } from '../../logs/source.ts';
import type { Window } from '../../logs/window.ts';
import { readContainerLog } from '../../probes/docker.ts';
import { type JournalEntry, readJournal } from '../../probes/journal.ts';
import { readLoki } from '../../probes/loki.ts';
import type { SourceReport } from '../diagnosis.ts';
import type { Collected } from './evidence.ts';

/** Of one log with its rotated files: five of them are read, parsed and searched within the deadline. */
const mostBytes = 4 << 20;

export interface LogSource {
  readonly kind: LogKind;
  /** A file, `journal:UNIT`, `docker:NAME` or `loki:QUERY`. */
  readonly path: string;
  /** Base URL of Loki; null where it must not be asked. */
  readonly loki?: string | null | undefined;
}

/** A log as it was read. Parsing holds up every timer of the process, so it waits until all sources have answered. */
export interface ReadLog {
  readonly report: SourceReport;
  readonly parts: readonly { readonly kind: LogKind; readonly path: string; readonly lines: readonly Line[] }[];
}

/** The records of a log that was read; the formats are those of access logs, by path. */
export function parsed({ report, parts }: ReadLog, formats: ReadonlyMap<string, string>): Collected {
  const format = formats.get(report.path);
  const readAccess = format === undefined ? undefined : compileAccessFormat(format);
  return { report, records: parts.flatMap(({ kind, path, lines }) => parseLog(kind, lines, path, readAccess)) };
}

/** Reads one log. What cannot be read is reported, never thrown. */
export async function readLog({ kind, path, loki }: LogSource, window: Window, timeoutMs: number): Promise<ReadLog> {
  const journal = /^journal:(.+)$/.exec(path)?.[1];
  if (journal !== undefined) {
    return readEntries(kind, path, () => readJournal({ unit: journal, ...window, timeoutMs }));
  }
  const container = /^docker:(.+)$/.exec(path)?.[1];
  if (container !== undefined) {
    return readEntries(kind, path, () => readContainerLog({ container, ...window, timeoutMs }));
  }
  if (loki === null && path.startsWith('loki:')) {
    return { report: { kind, path, lines: 0, state: 'missing', note: 'not asked: --offline' }, parts: [] };
  }
  const query = /^loki:(.+)$/s.exec(path)?.[1];
  if (query !== undefined) {
    const { report, parts } = await readEntries(kind, loki ?? 'Loki', () => {
      if (loki) return readLoki({ base: loki, query, ...window, timeoutMs });
      throw new OpsError('probe_failed', { probe: path, reason: 'triage.loki names no Loki' });
    });
    return { report: { ...report, asked: query }, parts };
  }
  const newest = await readPart(kind, path, window, { timeoutMs, maxBytes: mostBytes });
  const { report } = newest;
  const parts = [newest];
  let left = mostBytes - newest.bytes;
  for (const older of (await rotatedFiles(path, window)).reverse()) {
    if (left <= 0) break;
    const part = await readPart(kind, older, window, { timeoutMs, maxBytes: left });
    left -= part.bytes;
    parts.unshift(part);
  }
  const lines = parts.reduce((sum, part) => sum + part.report.lines, 0);
  const state = report.state === 'empty' && lines > 0 ? 'read' : report.state;
  const note = parts.findLast(({ report: { note } }) => note !== undefined)?.report.note;
  return {
    report: { ...report, lines, state, ...(note === undefined ? {} : { note }) },
    parts: parts.flatMap((part) => part.parts),
  };
}

interface Limits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

interface Part extends ReadLog {
  /** Characters that were read. */
  readonly bytes: number;
}

async function readPart(kind: LogKind, path: string, window: Window, limits: Limits): Promise<Part> {
  const { state, lines, note } = await readLogFile(path, { window, ...limits });
  const report = { kind, path, lines: lines.length, state, ...(note === undefined ? {} : { note }) };
  const bytes = lines.reduce((sum, { text }) => sum + text.length + 1, 0);
  return { report, parts: [{ kind, path, lines }], bytes };
}

async function readEntries(
  kind: LogKind,
  path: string,
  read: () => Promise<readonly JournalEntry[]>,
): Promise<ReadLog> {
  try {
    const lines: Line[] = (await read()).map(({ text, at }) => ({ text, at, number: null }));
    const state = lines.length === 0 ? 'empty' : 'read';
    return { report: { kind, path, lines: lines.length, state }, parts: [{ kind, path, lines }] };
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    const reason = String(thrown.values['reason']);
    const state = reason.includes('not installed') ? 'missing' : 'unreadable';
    return { report: { kind, path, lines: 0, state, note: reason }, parts: [] };
  }
}
