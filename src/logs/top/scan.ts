import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { reasonOf } from '../../errors.ts';
import { inflate, newline } from '../bytes.ts';
import type { Window } from '../window.ts';
import { type Find, finderOf } from './format.ts';
import { type Abnormal, type Grouping, Tally } from './tally.ts';

/** A piece of a log: all lines that begin in a range of bytes. `.gz` files are one piece. */
export interface Piece {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** The `log_format` that Nginx's configuration gives this log. */
  readonly logFormat?: string;
}

export interface Question {
  readonly window: Window;
  readonly by: Grouping;
}

/** Bytes that are read or inflated at once: inflating in blocks of 64 KiB takes a quarter more CPU. */
const blockSize = 512 << 10;
/** A line that is longer is no entry of a log and is left out. */
const longestLine = 1 << 20;

/** Counts the abnormal requests of pieces, of several at once where it is asked to. */
export interface Scanner {
  readonly tally: Tally;
  /** Gives what kept it from reading a piece to the end; what stood before that is counted. */
  scan(piece: Piece): Promise<string | undefined>;
}

export function createScanner({ window, by }: Question): Scanner {
  const tally = new Tally();
  // Used again: left behind they would wait for a garbage collection that hardly ever has another reason.
  const buffers: Buffer[] = [];
  const count = (request: Abnormal) => {
    const { at = window.from } = request;
    if (at >= window.from && at <= window.to) tally.add(request[by], request.status);
  };

  const scanFile = async ({ path, from, to, logFormat }: Piece): Promise<void> => {
    let find: Find | undefined;
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const packed = path.endsWith('.gz');
    const buffer = packed ? undefined : (buffers.pop() ?? Buffer.allocUnsafe(blockSize));
    try {
      const blocks = buffer ? readPiece(file, buffer, from, to) : inflate(file, undefined, blockSize);
      for await (const lines of wholeLines(blocks)) {
        find ??= finderOf(lines, logFormat);
        find?.(lines, count);
      }
    } finally {
      if (buffer) buffers.push(buffer);
      await file.close();
    }
  };

  return { tally, scan: (piece) => scanFile(piece).then(() => undefined, reasonOf) };
}

/** The bytes of the lines that begin in a range. A block is valid until the next is asked for. */
async function* readPiece(file: FileHandle, buffer: Buffer, from: number, to: number): AsyncGenerator<Buffer> {
  // The line that begins at `from` is ours, which the byte before it shows.
  let at = Math.max(0, from - 1);
  let begun = from === 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    const block = buffer.subarray(0, bytesRead);
    const end = at + bytesRead >= to ? block.indexOf(newline, Math.max(0, to - 1 - at)) : -1;
    const start = begun ? 0 : block.indexOf(newline) + 1;
    begun ||= start > 0;
    if (begun) yield block.subarray(start, end < 0 ? bytesRead : end + 1);
    if (end >= 0) return;
    at += bytesRead;
  }
}

/** Cuts a stream of blocks at line ends, so that no line is torn, without copying more than the torn ones. */
async function* wholeLines(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let skipping = false;
  for await (const block of blocks) {
    const first = block.indexOf(newline) + 1;
    if (first === 0) {
      skipping ||= rest.length + block.length > longestLine;
      rest = skipping ? Buffer.alloc(0) : Buffer.concat([rest, block]);
      continue;
    }
    if (!skipping) yield Buffer.concat([rest, block.subarray(0, first)]);
    skipping = false;
    const last = block.lastIndexOf(newline) + 1;
    if (last > first) yield block.subarray(first, last);
    rest = Buffer.from(block.subarray(last));
  }
  if (rest.length > 0) yield rest;
}
