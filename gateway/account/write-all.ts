import { writeSync } from 'node:fs';

/** How often a full pipe is tried again, and how long each time is waited in milliseconds. */
const retries = 50;
const retryAfterMs = 2;

/** Writes a whole text before it returns. A pipe may take it in pieces, or be full for a moment. @throws as `writeSync` */
export function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let left = retries;
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (thrown) {
      const full = thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN';
      if (!full || left === 0) throw thrown;
      left -= 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryAfterMs);
    }
  }
}
