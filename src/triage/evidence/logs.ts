import { OpsError } from '../../errors.ts';
import { parseLog } from '../../logs/formats/index.ts';
import type { Line, LogKind } from '../../logs/record.ts';
import { rotatedFiles } from '../../logs/rotated.ts';
import { readLogFile } from '../../logs/source.ts';
import type { Window } from '../../logs/window.ts';
import { readContainerLog } from '../../probes/docker.ts';
import { type JournalEntry, readJournal } from '../../probes/journal.ts';
import { readLoki } from '../../probes/loki.ts';
import type { Collected } from './evidence.ts';

export interface LogSource {
  readonly kind: LogKind;
  /** A file, `journal:UNIT`, `docker:NAME` or `loki:QUERY`. */
  readonly path: string;
  /** Base URL of Loki; null where it must not be asked. */
  readonly loki?: string | null | undefined;
}

/** Reads one log. What cannot be read is reported, never thrown. */
export async function collectLog(
  { kind, path, loki }: LogSource,
  window: Window,
  timeoutMs: number,
): Promise<Collected> {
  const journal = /^journal:(.+)$/.exec(path)?.[1];
  if (journal !== undefined) {
    return collectEntries(kind, path, () => readJournal({ unit: journal, ...window, timeoutMs }));
  }
  const container = /^docker:(.+)$/.exec(path)?.[1];
  if (container !== undefined) {
    return collectEntries(kind, path, () => readContainerLog({ container, ...window, timeoutMs }));
  }
  if (loki === null && path.startsWith('loki:')) {
    return { report: { kind, path, lines: 0, state: 'missing', note: 'not asked: --offline' }, records: [] };
  }
  const query = /^loki:(.+)$/s.exec(path)?.[1];
  if (query !== undefined) {
    const { report, records } = await collectEntries(kind, loki ?? 'Loki', () => {
      if (loki) return readLoki({ base: loki, query, ...window, timeoutMs });
      throw new OpsError('probe_failed', { probe: path, reason: 'triage.loki names no Loki' });
    });
    return { report: { ...report, asked: query }, records };
  }
  const moved = await Promise.all(
    (await rotatedFiles(path, window)).map((older) => readPart(kind, older, window, timeoutMs)),
  );
  const newest = await readPart(kind, path, window, timeoutMs);
  const { report } = newest;
  const parts = [...moved, newest];
  const lines = parts.reduce((sum, part) => sum + part.report.lines, 0);
  const state = report.state === 'empty' && lines > 0 ? 'read' : report.state;
  const note = parts.findLast(({ report: { note } }) => note !== undefined)?.report.note;
  return {
    report: { ...report, lines, state, ...(note === undefined ? {} : { note }) },
    records: parts.flatMap(({ records }) => records),
  };
}

async function readPart(kind: LogKind, path: string, window: Window, timeoutMs: number): Promise<Collected> {
  const { state, lines, note } = await readLogFile(path, { window, timeoutMs });
  const report = { kind, path, lines: lines.length, state, ...(note === undefined ? {} : { note }) };
  return { report, records: parseLog(kind, lines, path) };
}

async function collectEntries(
  kind: LogKind,
  path: string,
  read: () => Promise<readonly JournalEntry[]>,
): Promise<Collected> {
  try {
    const lines: Line[] = (await read()).map(({ text, at }) => ({ text, at, number: null }));
    const state = lines.length === 0 ? 'empty' : 'read';
    return { report: { kind, path, lines: lines.length, state }, records: parseLog(kind, lines, path) };
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    const reason = String(thrown.values['reason']);
    const state = reason.includes('not installed') ? 'missing' : 'unreadable';
    return { report: { kind, path, lines: 0, state, note: reason }, records: [] };
  }
}
