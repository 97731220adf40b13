import { access, constants, open, rename, stat, symlink, unlink } from 'node:fs/promises';
import path from 'node:path';
import { OpsError, reasonOf } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { hashOf, type Installed, recordFile } from './installed.ts';
import type { PlannedFile, PlannedLink } from './plan.ts';

/** The first of these paths that this user may not write, or undefined. */
export async function firstClosed(files: readonly string[]): Promise<string | undefined> {
  const open = await Promise.all(files.map((file) => mayWrite(path.dirname(file))));
  return files.find((_, index) => !open[index]);
}

async function mayWrite(folder: string): Promise<boolean> {
  const [there, writable] = await Promise.all(
    [constants.F_OK, constants.W_OK].map((mode) =>
      access(folder, mode).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (writable) return true;
  return !there && path.dirname(folder) !== folder && mayWrite(path.dirname(folder));
}

/**
 * Writes what is planned, and what was written into the record, which later tells a changed file.
 *
 * @throws OpsError `file_unwritable`; what was written before is in the record.
 */
export async function write(
  root: string,
  files: readonly PlannedFile[],
  links: readonly PlannedLink[],
  before: Installed,
): Promise<void> {
  const installed: Record<string, string> = { ...before };
  try {
    for (const { artefact, state, target } of files) {
      // What lies beside is for reading: certbot runs each file of its folder that may be run.
      const mode = state === 'beside' ? 0o644 : artefact.mode;
      if (state !== 'same' && state !== 'kept') await put(target, artefact.text, mode);
      installed[artefact.path] = hashOf(artefact.text);
    }
    for (const { link, file, state } of links) if (state === 'new') await putLink(file, link.target);
  } finally {
    await put(recordFile(root), `${JSON.stringify({ files: installed }, null, 2)}\n`, 0o644);
  }
}

/** Puts a file in place at once: who reads it sees the old text or the new one. Mode and owner of an old one stay. */
async function put(file: string, text: string, mode: number): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await orTell(file, async () => {
    makeFolder(path.dirname(file));
    const old = await stat(file).catch(() => undefined);
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(text);
      if (old) await handle.chown(old.uid, old.gid);
      await handle.chmod(old?.mode ?? mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  });
}

async function putLink(file: string, target: string): Promise<void> {
  await orTell(file, async () => {
    makeFolder(path.dirname(file));
    await unlink(file).catch(() => {});
    await symlink(target, file);
  });
}

async function orTell(file: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    throw new OpsError('file_unwritable', { path: file, reason: reasonOf(cause) }, { cause });
  }
}
