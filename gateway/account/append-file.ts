import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { OpsError, reasonOf } from '../../src/errors.ts';

const newline = 10;

/** Attempts to write to a full pipe, 2 ms apart, before a line counts as lost. */
const pipeAttempts = 50;

/** One open file to which whole lines are appended. A line that a full disk cut is ended before the next one starts. */
export class AppendFile {
  readonly descriptor: number;
  #torn: boolean;
  #failing = false;

  /** @param torn whether the last line in the file has no end. */
  constructor(descriptor: number, torn: boolean) {
    this.descriptor = descriptor;
    this.#torn = torn;
  }

  /**
   * Appends a line before it returns, so that it survives the process.
   *
   * @throws the error of the system, such as ENOSPC; a part of the line may then be in the file.
   */
  append(line: string): void {
    const bytes = Buffer.from(this.#torn ? `\n${line}\n` : `${line}\n`);
    // Waiting stops the event loop: for a reader that has stopped, once is enough.
    let attempts = this.#failing ? 0 : pipeAttempts;
    let written = 0;
    this.#failing = true;
    try {
      while (written < bytes.length) {
        const count = writeSome(this.descriptor, bytes, written);
        written += count;
        if (count === 0) attempts = waitForReader(attempts);
      }
      this.#failing = false;
    } finally {
      if (written > 0) this.#torn = bytes[written - 1] !== newline;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Opens a file for appending. @throws OpsError `state_unwritable` */
export function openAppending(path: string): AppendFile {
  try {
    const descriptor = openSync(path, 'a', 0o640);
    return new AppendFile(descriptor, fstatSync(descriptor).isFile() && endsTorn(path));
  } catch (cause) {
    throw new OpsError('state_unwritable', { path, reason: reasonOf(cause), option: 'gateway.audit.file' }, { cause });
  }
}

/** Bytes written, 0 while a pipe is full. */
function writeSome(descriptor: number, bytes: Buffer, offset: number): number {
  try {
    return writeSync(descriptor, bytes, offset);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN') return 0;
    throw thrown;
  }
}

function waitForReader(attempts: number): number {
  if (attempts === 0) throw new Error('the reader of the pipe does not read');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  return attempts - 1;
}

/** A file of ours that cannot be read is taken as whole. */
function endsTorn(path: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const { size } = fstatSync(descriptor);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== newline;
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
