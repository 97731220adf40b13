import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OpsError, reasonOf } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { isFull } from './transaction.ts';

/** Locks in force. Without a reference the garbage collector would close the file, and with it open the lock. */
const held = new Set<DatabaseSync>();

/**
 * Makes sure that one watch uses a folder. The lock is SQLite's own on a file of its own: the system takes it back
 * however the process ends, and a pid that was given to another program fools nobody.
 *
 * @throws OpsError `state_locked`, `state_unwritable` or `disk_full`.
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
    // An empty file would get its first page with the lock, for which a full disk has no room.
    if (database.prepare('PRAGMA user_version').get()?.['user_version'] === 0) database.exec('PRAGMA user_version = 1');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isFull(error)) throw new OpsError('disk_full', { path: folder }, { cause: error });
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
