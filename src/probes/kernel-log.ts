import { constants, type FileHandle, open } from 'node:fs/promises';
import { uptime } from 'node:os';
import { codeOf, OpsError, reasonOf } from '../errors.ts';
import { type JournalEntry, readJournal } from './journal.ts';

export interface KernelLine {
  readonly text: string;
  /** Wall time in milliseconds; a file's lines carry their own. */
  readonly at?: number;
}

export interface KernelLogQuery {
  /** Wall time of the oldest line that a first read wants, milliseconds. */
  readonly from: number;
  readonly now: number;
  readonly timeoutMs: number;
}

/** Gives what is new since the call before. Throws `probe_failed`, and then has not moved on. */
export type KernelLog = (query: KernelLogQuery) => Promise<readonly KernelLine[]>;

/** Follows the kernel log in `journal` (journalctl), `/dev/kmsg`, or a file such as /var/log/kern.log. */
export function followKernelLog(source: string): KernelLog {
  if (source === 'journal') return followJournal();
  return source === '/dev/kmsg' ? followKmsg(source) : followFile(source);
}

function followJournal(): KernelLog {
  let cursor: string | undefined;
  return async ({ from, now, timeoutMs }) => {
    const after = cursor === undefined ? {} : { afterCursor: cursor };
    const entries = await readJournal({ unit: 'kernel', from, to: now, timeoutMs, ...after });
    cursor = entries.at(-1)?.cursor ?? cursor;
    return entries.map(({ text, at }: JournalEntry) => ({ text, at }));
  };
}

/** A record is at most 8 KiB; one read gives one record. */
const recordBytes = 8192;

/** The kernel's ring: a record is `priority,sequence,microseconds since boot,flags;message`, then lines of properties. */
function followKmsg(path: string): KernelLog {
  let last = -1;
  return ({ from, now }) =>
    reading(path, constants.O_RDONLY | constants.O_NONBLOCK, async (file) => {
      const boot = now - uptime() * 1000;
      const lines: { sequence: number; text: string; at: number }[] = [];
      for (let record = await nextRecord(file); record !== undefined; record = await nextRecord(file)) {
        const [, sequence, micros, text = ''] = /^\d+,(\d+),(\d+),[^;]*;([^\n]*)/.exec(record) ?? [];
        if (Number(sequence) > last) lines.push({ sequence: Number(sequence), text, at: boot + Number(micros) / 1000 });
      }
      const fresh = lines.filter(({ at }) => last >= 0 || at >= from);
      last = lines.at(-1)?.sequence ?? last;
      return fresh.map(({ text, at }) => ({ text, at }));
    });
}

/** Undefined at the end; a record that was overwritten while it was read is passed over. */
async function nextRecord(file: FileHandle): Promise<string | undefined> {
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(recordBytes), 0, recordBytes, null);
    return bytesRead === 0 ? undefined : buffer.toString('utf8', 0, bytesRead);
  } catch (thrown) {
    if (codeOf(thrown) === 'EPIPE') return '';
    if (codeOf(thrown) === 'EAGAIN') return undefined;
    throw thrown;
  }
}

/** How much of a file a read takes, its newest part. */
const mostBytes = 1 << 20;

function followFile(path: string): KernelLog {
  let place: { readonly inode: number; readonly offset: number } | undefined;
  return () =>
    reading(path, constants.O_RDONLY, async (file) => {
      const { ino, size } = await file.stat();
      const known = place?.inode === ino && place.offset <= size ? place.offset : 0;
      const start = Math.max(known, size - mostBytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
      // A line without its end is read again once it has one.
      const end = buffer.lastIndexOf(10, bytesRead - 1) + 1;
      place = { inode: ino, offset: start + end };
      return buffer
        .toString('utf8', 0, end)
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => ({ text }));
    });
}

async function reading<Value>(path: string, flags: number, read: (file: FileHandle) => Promise<Value>): Promise<Value> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, flags);
    return await read(file);
  } catch (thrown) {
    throw new OpsError('probe_failed', { probe: path, reason: reasonOf(thrown) }, { cause: thrown });
  } finally {
    await file?.close();
  }
}
