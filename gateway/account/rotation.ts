import { closeSync, existsSync, openSync, renameSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { codeOf } from '../../src/errors.ts';

/** A lock is held for the time of a few system calls; one of this age in milliseconds was left by a process that died. */
const abandonedMs = 60_000;

/** Milliseconds until the next local midnight; days of 23 or 25 hours included. */
export function untilMidnight(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime() - at;
}

/**
 * Gives the lines of `day` their own file, FILE-2026-11-25, so that FILE is free to be opened anew. Several processes that
 * write to the same file may do so at the same moment: the first one moves it, and no file is ever replaced.
 *
 * @returns whether FILE may be opened anew; false while another process is at it.
 * @throws the error of the system where the folder cannot be changed.
 */
export function moveAside(file: string, own: Stats, day: string): boolean {
  const lock = `${file}.rotating`;
  if (!tryLock(lock)) return false;
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.ino === own.ino && there.dev === own.dev) renameSync(file, freeName(`${file}-${day}`));
    return true;
  } finally {
    unlinkSync(lock);
  }
}

function tryLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o640));
    return true;
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  }
  const held = statSync(lock, { throwIfNoEntry: false });
  if (held && Date.now() - held.mtimeMs > abandonedMs) unlinkSync(lock);
  return false;
}

/** The name, or the first of NAME.1, NAME.2, … that no file has, compressed ones included. */
function freeName(name: string): string {
  for (let number = 0; ; number += 1) {
    const candidate = number === 0 ? name : `${name}.${number}`;
    if (!existsSync(candidate) && !existsSync(`${candidate}.gz`)) return candidate;
  }
}
