import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

export const newline = 10;

/** Unit of reading and inflating, in bytes, where not all of a file is wanted. */
const blockSize = 64 << 10;

/** The bytes of a file from one offset to another, fewer where the file ends. */
export async function readBytes(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.max(0, to - from));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The content of a `.gz` file in blocks, inflated as it is read: it may be far larger than memory. */
export async function* inflate(file: FileHandle, signal?: AbortSignal, chunkSize = blockSize): AsyncGenerator<Buffer> {
  const packed = file.createReadStream({
    start: 0,
    autoClose: false,
    highWaterMark: blockSize,
    ...(signal === undefined ? {} : { signal }),
  });
  const plain = createGunzip({ chunkSize });
  packed.once('error', (error) => plain.destroy(error));
  try {
    yield* packed.pipe(plain);
  } finally {
    packed.destroy();
  }
}

/** Number of line ends in a block. */
export function countNewlines(block: Buffer): number {
  let count = 0;
  for (let at = block.indexOf(newline); at >= 0; at = block.indexOf(newline, at + 1)) count += 1;
  return count;
}
