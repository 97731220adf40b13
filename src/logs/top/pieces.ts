import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { rangeOf } from '../bisect.ts';
import type { Window } from '../window.ts';
import type { Piece } from './scan.ts';

/** A plain file is cut into pieces of this many bytes, so that every core has work to the end. */
const pieceSize = 32 << 20;

/** The pieces of a log that can hold lines of a window. @throws what says why the file cannot be read */
export async function piecesOf(path: string, window: Window, logFormat?: string): Promise<Piece[]> {
  const log = { path, ...(logFormat === undefined ? {} : { logFormat }) };
  // Without O_NONBLOCK opening a named pipe waits for a writer, for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error('is a directory, pipe or device, not a file');
    if (path.endsWith('.gz')) return [{ ...log, from: 0, to: stat.size }];
    const { start, end } = await rangeOf(file, stat.size, window);
    const count = Math.max(0, Math.ceil((end - start) / pieceSize));
    return Array.from({ length: count }, (_, index) => {
      const begin = start + index * pieceSize;
      return { ...log, from: begin, to: Math.min(end, begin + pieceSize) };
    });
  } finally {
    await file.close();
  }
}
