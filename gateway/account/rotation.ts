import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** `2026-11-25`: the day of a moment in the machine's time zone, in which people and cron say "yesterday". */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The midnight after a moment, on days of 23 or 25 hours too. */
export function nextDay(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

export interface TidyOptions {
  readonly keepDays: number;
  readonly gzip: boolean;
  readonly now: number;
}

const unfinished = '.gz.tmp';

/**
 * Compresses the rotated files of a log and removes those that are older than `keepDays`. Only names of our own pattern
 * are touched. A compressed file gets its name when it is complete, and only then is its original removed.
 */
export async function tidyRotated(path: string, { keepDays, gzip, now }: TidyOptions): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}-`;
  const date = new Date(now);
  const oldest = dayOf(new Date(date.getFullYear(), date.getMonth(), date.getDate() - keepDays).getTime());
  for (const name of await readdir(folder)) {
    const [, day, end] = /^(\d{4}-\d{2}-\d{2})(?:\.\d+)?(\.gz|\.gz\.tmp)?$/.exec(name.slice(prefix.length)) ?? [];
    if (!name.startsWith(prefix) || day === undefined) continue;
    const file = join(folder, name);
    if (end === unfinished || day < oldest) await rm(file, { force: true });
    else if (gzip && end === undefined) await compress(file);
  }
}

async function compress(file: string): Promise<void> {
  const partial = file + unfinished;
  await pipeline(createReadStream(file), createGzip(), createWriteStream(partial, { mode: 0o640 }));
  await rename(partial, `${file}.gz`);
  await rm(file);
}
