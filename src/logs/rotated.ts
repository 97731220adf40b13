import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseRotatedName } from '../rotated-log.ts';
import { firstTimeIn, probeSize } from './bisect.ts';
import { inflate, readBytes } from './bytes.ts';
import type { Window } from './window.ts';

/** logrotate's names: `access.log.3`, `access.log.3.gz`, and with `dateext` `access.log-20261124.gz`. */
const logrotate = /^(?:\.(\d{1,4})|-(\d{8}(?:-\d+)?))(?:\.gz)?$/;

/** Of more files only the newest are looked at. */
const mostFiles = 400;

/** Files into which a rotation, the gateway's own or logrotate's, moved lines of a window; the oldest first. */
export async function rotatedFiles(path: string, window: Window): Promise<string[]> {
  const names = await readdir(dirname(path)).catch((): string[] => []);
  const files = namesOfSet(names, basename(path))
    .slice(-mostFiles)
    .map((name) => join(dirname(path), name));
  const starts = await Promise.all([...files, path].map(startOf));
  return files.filter((_, at) => {
    const start = starts[at];
    const next = starts.slice(at + 1).find((later) => later !== undefined);
    return start !== undefined && start <= window.to && (next === undefined || next >= window.from);
  });
}

/** The names in a folder that belong to the rotated log `base`, the oldest first, each content once. */
function namesOfSet(names: readonly string[], base: string): string[] {
  const there = new Set(names);
  return names
    .flatMap((name) => {
      const age = name.startsWith(base) ? ageOf(name, base) : undefined;
      // While it is being compressed a file is there twice.
      const twice = name.endsWith('.gz') && there.has(name.slice(0, -3));
      return age === undefined || twice ? [] : [{ name, age }];
    })
    .sort((a, b) => a.age.localeCompare(b.age, 'en', { numeric: true }))
    .map(({ name }) => name);
}

/** A text that sorts the files of a set by the time at which they were rotated. */
function ageOf(name: string, base: string): string | undefined {
  const own = parseRotatedName(name, base);
  if (own) return own.ending === '.gz.tmp' ? undefined : name.replace(/\.gz$/, '');
  const [, number, day] = logrotate.exec(name.slice(base.length)) ?? [];
  if (number !== undefined) return `${base}-z${9999 - Number(number)}`;
  return day === undefined ? undefined : `${base}-${day}`;
}

/** The first time in a file, in milliseconds; undefined for one that has none or cannot be read. */
async function startOf(path: string): Promise<number | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) return undefined;
    const head = path.endsWith('.gz') ? await firstBlock(file) : await readBytes(file, 0, probeSize);
    return firstTimeIn(Buffer.concat([Buffer.from('\n'), head]), probeSize)?.time;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

async function firstBlock(file: FileHandle): Promise<Buffer> {
  for await (const block of inflate(file, AbortSignal.timeout(1000))) return block;
  return Buffer.alloc(0);
}
