import { copyFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OpsError, reasonOf } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { root } from '../package.ts';

const folders = ['dashboards/generated/', 'alerts/generated/'];

/** Copies the generated boards and rule files; returns the paths that were written. */
export async function exportArtefacts(target: string): Promise<string[]> {
  const written: string[] = [];
  try {
    makeFolder(resolve(target));
    for (const folder of folders) {
      const source = fileURLToPath(new URL(folder, root));
      for (const file of (await readdir(source)).filter((name) => !name.includes('.test.')).sort()) {
        await copyFile(join(source, file), join(target, file));
        written.push(resolve(target, file));
      }
    }
  } catch (error) {
    throw new OpsError(
      'state_unwritable',
      { path: target, reason: reasonOf(error), option: 'FOLDER' },
      { cause: error },
    );
  }
  return written;
}
