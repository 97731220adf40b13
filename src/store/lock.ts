import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OpsError, reasonOf } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';

/** Locks in force. Without a reference the garbage collector would close the file, and with it open the lock. */
const held = new Set<DatabaseSync>();

/**
 * Makes sure that one watch uses a folder. The lock is SQLite's own on a file of its own: the system takes it back
 * however the process ends, and a pid that was given to another program fools nobody.
 *
 * @throws OpsError `state_locked` or `state_unwritable`.
 */
export function lockFolder(folder: string): () => void {
  const pidFile = path.join(folder, 'watch.pid');
  try {
    makeFolder(path.resolve(folder));
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const values = { path: folder, reason: reasonOf(error), option: 'watch.state_dir' };
    throw new OpsError('state_unwritable', values, { cause: error });
  }
  const database = new DatabaseSync(path.join(folder, 'watch.lock'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new OpsError('state_locked', { pid: readPid(pidFile), path: folder }, { cause: error });
  }
  held.add(database);
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch {
    // A full disk: a second watch is refused all the same, without the number of this one.
  }
  return () => {
    held.delete(database);
    database.close();
  };
}

function readPid(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // Only the sentence of the error is poorer without it.
    return 'unknown';
  }
}
