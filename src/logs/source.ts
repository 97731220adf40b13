import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { codeOf, reasonOf } from '../errors.ts';
import type { Line } from './record.ts';
import { timeOf } from './time.ts';
import type { Window } from './window.ts';

export interface LogText {
  readonly state: 'read' | 'missing' | 'unreadable' | 'empty';
  readonly lines: readonly Line[];
  /** Why it could not be read and the command that makes it readable, or what was left out. */
  readonly note?: string;
}

/** Below this size a file is read whole. */
const small = 1 << 20;
/** Never more than this much of one file: the newest part of the window. */
const most = 32 << 20;
/** Up to this size the lines before the window are counted, so that their numbers are true. */
const countable = 256 << 20;
const probeSize = 64 << 10;

/**
 * Reads the part of a log file that covers a window. A large plain file is bisected by the times of its lines, so the cost
 * follows the window and not the file. `.gz` files are read whole.
 */
export async function readLogFile(path: string, window?: Window): Promise<LogText> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    if (path.endsWith('.gz')) return wholeText((await promisify(gunzip)(await file.readFile())).toString('utf8'));
    if (size <= small || !window) return wholeText(await readText(file, Math.max(0, size - most), size));
    return await readWindow(file, size, window);
  } catch (thrown) {
    return unreadable(path, thrown);
  } finally {
    await file?.close();
  }
}

/** Splits text into numbered lines. */
export function toLines(text: string, first: number | null = 1): Line[] {
  const texts = text.split(/\r?\n/);
  if (texts.at(-1) === '') texts.pop();
  return texts.map((line, at) => ({ text: line, number: first === null ? null : first + at }));
}

function wholeText(text: string): LogText {
  const lines = toLines(text);
  return { state: lines.length === 0 ? 'empty' : 'read', lines };
}

function unreadable(path: string, thrown: unknown): LogText {
  const code = codeOf(thrown);
  if (code === 'ENOENT') return { state: 'missing', lines: [], note: `no such file; name the right one with --log` };
  if (code === 'EACCES') {
    return {
      state: 'unreadable',
      lines: [],
      note: `no permission; run with sudo, or sudo setfacl -m u:$USER:r ${path}`,
    };
  }
  return { state: 'unreadable', lines: [], note: reasonOf(thrown) };
}

async function readWindow(file: FileHandle, size: number, window: Window): Promise<LogText> {
  const start = await firstOffset(file, size, window.from);
  const end = await firstOffset(file, size, window.to + 1000);
  const until = Math.min(size, end + 2 * probeSize);
  const from = await lineStart(file, Math.max(start, until - most));
  const first = size <= countable ? (await newlinesBefore(file, from)) + 1 : null;
  const lines = toLines(await readText(file, from, until), first);
  const note = from > start + probeSize ? { note: `only the last ${most >> 20} MiB of the window were read` } : {};
  return { state: lines.length === 0 ? 'empty' : 'read', lines, ...note };
}

/** An offset at or before the first line whose time is at least `at`, in a file ordered by time. */
async function firstOffset(file: FileHandle, size: number, at: number): Promise<number> {
  let low = 0;
  let high = size;
  while (high - low > probeSize) {
    const middle = Math.floor((low + high) / 2);
    const time = await firstTime(file, middle);
    if (time !== undefined && time < at) low = middle;
    else high = middle;
  }
  return low;
}

async function firstTime(file: FileHandle, offset: number): Promise<number | undefined> {
  const [, ...lines] = (await readText(file, offset, offset + probeSize)).split('\n');
  for (const line of lines) {
    const time = timeOf(line);
    if (time !== undefined) return time;
  }
  return undefined;
}

async function lineStart(file: FileHandle, offset: number): Promise<number> {
  if (offset === 0) return 0;
  const block = await readBytes(file, offset - 1, offset + probeSize);
  const newline = block.indexOf(10);
  return newline < 0 ? offset : offset + newline;
}

async function newlinesBefore(file: FileHandle, offset: number): Promise<number> {
  let count = 0;
  for (let at = 0; at < offset; at += small) {
    const block = await readBytes(file, at, Math.min(offset, at + small));
    for (let next = block.indexOf(10); next >= 0; next = block.indexOf(10, next + 1)) count += 1;
  }
  return count;
}

async function readText(file: FileHandle, from: number, to: number): Promise<string> {
  return (await readBytes(file, from, to)).toString('utf8');
}

async function readBytes(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
