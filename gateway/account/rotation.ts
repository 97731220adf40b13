import { existsSync, linkSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { codeOf } from '../../src/errors.ts';
import { localDay } from '../../src/rotated-log.ts';

/** How long two processes may be between the two steps of the same rotation; a longer time means that one died there. */
const rotationTakesMs = 60_000;

/** Milliseconds until the next local midnight; days of 23 or 25 hours included. */
export function untilMidnight(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime() - at;
}

/**
 * Gives the lines of `day` their own file, FILE-2026-11-25, so that FILE is free to be opened anew. Another process that
 * writes to the same file may do the same at the same moment: the hard link lets one of them win, and never replaces
 * a file.
 *
 * @returns whether FILE may be opened anew; false while another process is at it.
 * @throws the error of the system where the folder cannot be changed.
 */
export function moveAside(file: string, own: Stats, day: string, now: number): boolean {
  const there = statSync(file, { throwIfNoEntry: false });
  if (!there || !isSame(there, own)) return true;
  for (let number = 0; ; number += 1) {
    const target = `${file}-${day}${number === 0 ? '' : `.${number}`}`;
    if (existsSync(`${target}.gz`)) continue;
    try {
      linkSync(file, target);
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown;
      if (!isSame(statSync(target), own)) continue;
      const sinceMidnight = now - new Date(`${localDay(now)}T00:00:00`).getTime();
      if (sinceMidnight < rotationTakesMs) return false;
    }
    unlinkSync(file);
    return true;
  }
}

const isSame = (a: Stats, b: Stats) => a.ino === b.ino && a.dev === b.dev;
