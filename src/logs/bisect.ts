import type { FileHandle } from 'node:fs/promises';
import { newline, readBytes } from './bytes.ts';
import { timeOf } from './time.ts';
import type { Window } from './window.ts';

/** The search stops at this many bytes, and looks at this many at once. */
export const probeSize = 64 << 10;

/** How far to look further where no line has a time, in bytes. */
const largeStep = 1 << 20;

/** The time of a line stands in its first bytes. */
const timeBytes = 600;

/** A range of bytes. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes of a file ordered by time that hold the lines of a window, and some lines around them. The whole file when none
 * of its lines has a time.
 */
export async function rangeOf(file: FileHandle, size: number, window: Window, signal?: AbortSignal): Promise<Range> {
  const start = await firstOffset(file, size, window.from, signal);
  const end = await firstOffset(file, size, window.to + 1000, signal);
  if (start === undefined || end === undefined) return { start: 0, end: size };
  return { start, end: Math.min(size, end + 2 * probeSize) };
}

/**
 * An offset at or before the first line whose time is at least `at` (milliseconds); undefined when no line has a time. Lines
 * without one, such as a crash dump, are passed over.
 */
export async function firstOffset(file: FileHandle, size: number, at: number, signal?: AbortSignal) {
  let low = 0;
  let high = size;
  let timed = false;
  while (high - low > probeSize) {
    const middle = Math.floor((low + high) / 2);
    const found = await nextTime(file, middle, high, signal);
    timed ||= found !== undefined;
    if (found !== undefined && found.time < at) low = found.offset;
    else high = middle;
  }
  return timed || (await nextTime(file, low, size, signal)) ? low : undefined;
}

interface TimedLine {
  readonly time: number;
  /** Where the line begins. */
  readonly offset: number;
}

/** The first line that begins between two offsets and has a time. */
async function nextTime(
  file: FileHandle,
  from: number,
  until: number,
  signal?: AbortSignal,
): Promise<TimedLine | undefined> {
  let step = probeSize;
  for (let offset = from; offset < until; offset += step, step = largeStep) {
    signal?.throwIfAborted();
    const block = await readBytes(file, offset, Math.min(offset + step, until) + timeBytes);
    const found = firstTimeIn(block, step);
    if (found) return { time: found.time, offset: offset + found.offset };
  }
  return undefined;
}

/** The first time in a block, of a line that begins in its first `length` bytes; the line that the block begins in is no whole one. */
export function firstTimeIn(block: Buffer, length: number): TimedLine | undefined {
  let end = block.indexOf(newline);
  while (end >= 0 && end < length) {
    const start = end + 1;
    end = block.indexOf(newline, start);
    const head = block.toString('latin1', start, Math.min(end < 0 ? block.length : end, start + timeBytes));
    const time = timeOf(head);
    if (time !== undefined) return { time, offset: start };
  }
  return undefined;
}

/** Where the line that an offset stands in ends, and the next begins; the offset itself where that is far away. */
export async function lineStart(file: FileHandle, offset: number): Promise<number> {
  if (offset === 0) return 0;
  const block = await readBytes(file, offset - 1, offset + probeSize);
  const end = block.indexOf(newline);
  return end < 0 ? offset : offset + end;
}
