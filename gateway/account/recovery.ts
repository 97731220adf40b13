import { createReadStream, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type AuditLine, parseAuditLine, type RecoveredLine } from '../../src/audit-line.ts';
import { codeOf } from '../../src/errors.ts';

/** How much of the end of a log is searched for requests that have no end: 15 minutes at 100 requests a second. */
const searchedBytes = 64 * 1024 * 1024;

/** Whether processes that wrote to a log have ended without closing it. */
export interface Markers {
  readonly unclean: boolean;
  /** Another living process writes to the same log. */
  readonly shared: boolean;
  /** Takes this process's own marker away: it closed the log. */
  remove(): void;
}

/**
 * Leaves a marker beside the log, FILE.PID.open, which a clean close removes; one whose process is gone tells that it was
 * killed.
 *
 * @throws the error of the system where the folder cannot be written.
 */
export function placeMarker(file: string): Markers {
  const folder = dirname(file);
  const start = `${basename(file)}.`;
  let unclean = false;
  let shared = false;
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(start) ? /^(\d+)\.open$/.exec(name.slice(start.length))?.[1] : undefined;
    if (pid === undefined) continue;
    const path = join(folder, name);
    const alive = Number(pid) !== process.pid && contentOf(path) === identityOf(Number(pid));
    shared ||= alive;
    unclean ||= !alive;
    if (!alive) rmSync(path, { force: true });
  }
  const own = join(folder, `${start}${process.pid}.open`);
  writeFileSync(own, identityOf(process.pid) ?? '', { mode: 0o640 });
  return { unclean, shared, remove: () => rmSync(own, { force: true }) };
}

/** Start time of a process, so that a number that was given again is not taken for the old one; undefined once it ended. */
function identityOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EPERM') return undefined;
  }
  const status = contentOf(`/proc/${pid}/stat`) ?? '';
  return status.slice(status.lastIndexOf(')')).split(' ')[20] ?? '';
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The lines that tell of an unclean end: one for the process, and one as the end of each request that was open. */
export async function recoveredLines(
  file: string,
  now: number,
  shared: boolean,
): Promise<(AuditLine | RecoveredLine)[]> {
  const time = new Date(now).toISOString();
  const { last, open } = await readEnd(file);
  const told = { type: 'recovered', time, last_record_time: last } as const;
  // What is open may belong to the other process.
  if (shared) return [told];
  return [told, ...open.map((line) => ({ ...line, ...told, error: 'gateway_restarted' }))];
}

async function readEnd(file: string): Promise<{ last: string | null; open: AuditLine[] }> {
  const { size } = await stat(file);
  const started = new Map<string, AuditLine>();
  let last: string | null = null;
  const input = createReadStream(file, { start: Math.max(0, size - searchedBytes) });
  for await (const text of createInterface({ input })) {
    const line = parseAuditLine(text);
    if (!line) continue;
    last = line.time;
    if (line.type === 'started') started.set(line.request_id, line);
    else started.delete(line.request_id);
  }
  return { last, open: [...started.values()] };
}
