import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { parseAuditLine } from '../../audit-line.ts';
import { rangeOf } from '../../logs/bisect.ts';
import { inflate, newline } from '../../logs/bytes.ts';
import { rotatedFiles } from '../../logs/rotated.ts';
import type { Window } from '../../logs/window.ts';

const blockSize = 1 << 20;

/** A line of the audit log is no longer; what a search shares with the block that it searched before. */
const longestLine = 64 << 10;

export interface Located {
  /** When the gateway last wrote about the request, in milliseconds; undefined where it was not found. */
  readonly at?: number;
  /** Whether every line that may hold it was searched: there was time, and the log is a file. */
  readonly complete: boolean;
}

/**
 * Finds the time of a request in the gateway's log: what is read of a large log is a few minutes of it, so the right ones
 * have to be known. The newest lines are searched first.
 */
export async function locate(path: string, id: string, window: Window, timeoutMs: number): Promise<Located> {
  if (/^(?:journal|docker|loki):/.test(path)) return { complete: false };
  const signal = AbortSignal.timeout(timeoutMs);
  const needle = Buffer.from(JSON.stringify(id).slice(1));
  for (const file of [...(await rotatedFiles(path, window)), path].reverse()) {
    const at = await searchFile(file, { id, needle, window, signal }).catch(() => undefined);
    if (at !== undefined) return { at, complete: true };
    if (signal.aborted) return { complete: false };
  }
  return { complete: true };
}

interface Wanted {
  readonly id: string;
  /** The id and the quote behind it. The one before it is left out: a search goes by the first byte, and quotes are many. */
  readonly needle: Buffer;
  readonly window: Window;
  readonly signal: AbortSignal;
}

async function searchFile(path: string, wanted: Wanted): Promise<number | undefined> {
  // Without O_NONBLOCK opening a named pipe waits for a writer, for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return undefined;
    return path.endsWith('.gz') ? await searchPacked(file, wanted) : await searchBackwards(file, stat.size, wanted);
  } finally {
    await file.close();
  }
}

/**
 * Blocks share the length of a line, so that every line is whole in one of them. Two at once: one is read while the other is
 * searched.
 */
async function searchBackwards(file: FileHandle, size: number, wanted: Wanted): Promise<number | undefined> {
  const { start, end } = await rangeOf(file, size, wanted.window, wanted.signal);
  let next = end;
  let last: number | undefined;
  const search = async () => {
    const buffer = Buffer.allocUnsafe(blockSize + longestLine);
    while (next > start && last === undefined) {
      wanted.signal.throwIfAborted();
      const to = next;
      next -= blockSize;
      const from = Math.max(0, to - buffer.length);
      const { bytesRead } = await file.read(buffer, 0, to - from, from);
      const at = lastTimeIn(buffer.subarray(0, bytesRead), wanted);
      if (at !== undefined) last = Math.max(last ?? at, at);
    }
  };
  await Promise.all([search(), search()]);
  return last;
}

async function searchPacked(file: FileHandle, wanted: Wanted): Promise<number | undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let last: number | undefined;
  for await (const block of inflate(file, wanted.signal, blockSize)) {
    const both = Buffer.concat([rest, block]);
    last = lastTimeIn(both, wanted) ?? last;
    rest = both.subarray(Math.max(0, both.length - longestLine));
  }
  return last;
}

/** The time of the last line in a block that is the request's. */
function lastTimeIn(block: Buffer, { id, needle }: Wanted): number | undefined {
  // Forwards a search is many times as fast, and almost every block holds none.
  if (!block.includes(needle)) return undefined;
  for (let at = block.lastIndexOf(needle); at >= 0; at = block.lastIndexOf(needle, at - 1)) {
    const end = block.indexOf(newline, at);
    const line = block.toString('utf8', block.lastIndexOf(newline, at) + 1, end < 0 ? block.length : end);
    const audit = parseAuditLine(line);
    if (audit && [audit.request_id, audit.client_request_id].includes(id)) return Date.parse(audit.time);
    if (at === 0) break;
  }
  return undefined;
}
