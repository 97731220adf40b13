import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { codeOf, reasonOf } from '../errors.ts';
import { firstOffset, firstTimeIn, lineStart, probeSize, rangeOf } from './bisect.ts';
import { countNewlines, inflate, readBytes } from './bytes.ts';
import { KeptBlocks } from './kept-blocks.ts';
import { toLines } from './lines.ts';
import type { Line } from './record.ts';
import type { Window } from './window.ts';

export interface LogText {
  readonly state: 'read' | 'missing' | 'unreadable' | 'empty' | 'timeout';
  readonly lines: readonly Line[];
  /** Why it could not be read and the command that makes it readable, or what was left out. */
  readonly note?: string;
}

interface ReadOptions {
  /** Which lines are wanted; without it the end of the file. */
  readonly window?: Window;
  /** Default: 5 s. What takes longer is given up. */
  readonly timeoutMs?: number;
  /** Default: 32 MiB, the newest part of the window. */
  readonly maxBytes?: number;
}

/** Below this size a file is read whole. */
const small = 1 << 20;
/** Never more than this much of one file, in bytes, unless less is asked for. */
const mostBytes = 32 << 20;
/** Up to this size the lines before the window are counted, so that their numbers are true. */
const countable = 256 << 20;

/** The share of what is read that stands behind the moment that was asked about: what caused it stands before. */
const afterFocus = 0.25;

const aroundFocus = (most: number) => `only ${Math.round(most / (1 << 20))} MiB around that time were read`;

const leftOut = (most: number) => `only the last ${Math.round(most / (1 << 20))} MiB were read`;

/**
 * Reads the part of a log file that covers a window. A large plain file is bisected by the times of its lines, so the cost
 * follows the window and not the file. `.gz` files are inflated as a stream. Never throws: what is no log is said.
 */
export async function readLogFile(path: string, options: ReadOptions = {}): Promise<LogText> {
  const { window, timeoutMs = 5000, maxBytes = mostBytes } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK opening a named pipe waits for a writer, for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile()) return unreadable(`is ${kindOf(stat)}, not a file; give its text on standard input`);
    if (path.endsWith('.gz')) return await readPacked(file, signal, maxBytes, window);
    if (stat.size <= small || !window) return await readTail(file, stat.size, maxBytes);
    return await readWindow(file, { size: stat.size, window, signal, most: maxBytes });
  } catch (thrown) {
    if (signal.aborted) return { state: 'timeout', lines: [], note: `not read within ${timeoutMs / 1000} s` };
    return failed(path, thrown);
  } finally {
    await file?.close();
  }
}

/** Reads a stream, such as standard input, to its end and keeps its newest part. */
export async function readLogStream(stream: AsyncIterable<Uint8Array | string>): Promise<LogText> {
  const kept = new KeptBlocks(mostBytes);
  for await (const chunk of stream) kept.push(Buffer.from(chunk));
  return textOf(kept.content(), kept.linesBefore + 1, kept.cut ? leftOut(mostBytes) : undefined);
}

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return 'a directory';
  return stat.isFIFO() ? 'a pipe' : 'a device or socket';
}

const unreadable = (note: string): LogText => ({ state: 'unreadable', lines: [], note });

function failed(path: string, thrown: unknown): LogText {
  const code = codeOf(thrown);
  if (code === 'ENOENT') return { state: 'missing', lines: [], note: `no such file; name the right one with --log` };
  if (code === 'EACCES') return unreadable(`no permission; run with sudo, or sudo setfacl -m u:$USER:r ${path}`);
  if (code === 'ELOOP') return unreadable('its symbolic links form a loop');
  if (code?.startsWith('Z_')) return unreadable(`is not a whole gzip file: ${reasonOf(thrown)}`);
  return unreadable(reasonOf(thrown));
}

/** What no text has, but for the NULs of UTF-16 and of a log that was cut off while a program wrote it. */
const untypical = /\uFFFD|(?!\s)\p{Cc}/gu;

/** Whether the beginning and the end are of a program, an image or packed; a log in another encoding has fewer odd signs. */
function isBinary(text: string): boolean {
  return [text.slice(0, 1 << 16), text.slice(-(1 << 16))].every((part) => {
    const signs = part.replaceAll('\0', '').replaceAll('\u001b', '');
    return signs.length > 64 && (signs.match(untypical)?.length ?? 0) > 0.3 * signs.length;
  });
}

function textOf(bytes: Buffer, first: number | null, note?: string): LogText {
  const text = bytes.toString('utf8');
  if (isBinary(text)) return unreadable('is not text');
  const lines = toLines(text, first);
  return { state: lines.length === 0 ? 'empty' : 'read', lines, ...(note === undefined ? {} : { note }) };
}

async function readTail(file: FileHandle, size: number, most: number): Promise<LogText> {
  if (size <= most) return textOf(await readBytes(file, 0, size), 1);
  return textOf(await readBytes(file, await lineStart(file, size - most), size), null, leftOut(most));
}

interface Part {
  readonly size: number;
  readonly window: Window;
  readonly signal: AbortSignal;
  readonly most: number;
}

async function readWindow(file: FileHandle, { size, window, signal, most }: Part): Promise<LogText> {
  const { start, end } = await rangeOf(file, size, window, signal);
  const focused = end - start > most && window.focus !== undefined;
  const last = focused
    ? Math.min(end, ((await firstOffset(file, size, window.focus, signal)) ?? end) + most * afterFocus)
    : end;
  const from = await lineStart(file, Math.max(start, last - most));
  const first = size <= countable ? (await newlinesBefore(file, from)) + 1 : null;
  const left = from > start + probeSize || last < end ? (focused ? aroundFocus : leftOut)(most) : undefined;
  return textOf(await readBytes(file, from, last), first, left);
}

async function newlinesBefore(file: FileHandle, offset: number): Promise<number> {
  const block = Buffer.allocUnsafe(Math.min(small, offset));
  let count = 0;
  for (let at = 0; at < offset; ) {
    const { bytesRead } = await file.read(block, 0, Math.min(small, offset - at), at);
    if (bytesRead === 0) break;
    count += countNewlines(block.subarray(0, bytesRead));
    at += bytesRead;
  }
  return count;
}

async function readPacked(file: FileHandle, signal: AbortSignal, most: number, window?: Window): Promise<LogText> {
  const kept = new KeptBlocks(most);
  let note: string | undefined;
  let after = 0;
  const left = window?.focus === undefined ? leftOut : aroundFocus;
  try {
    for await (const block of inflate(file, signal)) {
      const time = window && firstTimeIn(block, probeSize)?.time;
      if (window && time !== undefined && time < window.from) kept.clear();
      kept.push(block);
      if (window && time !== undefined && time > window.to + 1000) break;
      if (time !== undefined && time > (window?.focus ?? time)) after += block.length;
      if (kept.cut && after > most * afterFocus) break;
    }
  } catch (thrown) {
    if (kept.bytes === 0 || !codeOf(thrown)?.startsWith('Z_')) throw thrown;
    note = `ends early or is damaged: ${reasonOf(thrown)}`;
  }
  return textOf(kept.content(), kept.linesBefore + 1, note ?? (kept.cut ? left(most) : undefined));
}
