import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { codeOf } from '../../src/errors.ts';
import { parseRotatedName } from '../../src/rotated-log.ts';

/** A temporary file that has not grown for so long was left by a process that ended. */
const abandonedMs = 600_000;

export interface Retention {
  /** Path of the log that is rotated. */
  readonly file: string;
  /** First day that is kept, as `2026-11-25`. */
  readonly oldest: string;
  readonly gzip: boolean;
}

/**
 * Deletes the rotated files of a log that are too old and compresses the others. Files of any other name are not touched.
 * A crash at any moment loses nothing: the next run compresses again what is still there as plain text.
 */
export async function tidyRotatedFiles({ file, oldest, gzip }: Retention): Promise<void> {
  const folder = dirname(file);
  for (const name of await readdir(folder)) {
    const rotated = parseRotatedName(name, basename(file));
    const path = join(folder, name);
    if (rotated && rotated.day < oldest) await unlinkIfThere(path);
    else if (rotated && gzip && rotated.ending === undefined) await compress(path);
  }
}

async function compress(path: string): Promise<void> {
  const temporary = `${path}.gz.tmp`;
  const { size, mode } = await stat(path);
  if (!(await claim(temporary))) return;
  try {
    const output = createWriteStream(temporary, { flags: 'wx', mode, flush: true });
    await pipeline(createReadStream(path), createGzip(), output);
    // Another process that still writes to it has not rotated yet: the next run takes it.
    if ((await stat(path)).size !== size) return await unlinkIfThere(temporary);
    await rename(temporary, `${path}.gz`);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') await unlinkIfThere(temporary);
    throw thrown;
  }
  await unlinkIfThere(path);
}

/** Whether nobody else compresses into this file. */
async function claim(temporary: string): Promise<boolean> {
  try {
    if (Date.now() - (await stat(temporary)).mtimeMs < abandonedMs) return false;
    await unlinkIfThere(temporary);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
  }
  return true;
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
  });
}
