import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { reasonOf } from '../errors.ts';
import { throwUnlessDamaged } from './damage.ts';

/** Every evaluation reads the newest page of each series once: a large cache of pages (2 MB unless told) takes memory and no work off. */
const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -500;
  CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, labels TEXT NOT NULL, UNIQUE (name, labels));
  CREATE TABLE IF NOT EXISTS points (series INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (series, at)) WITHOUT ROWID;`;

/** Opens samples.db; one that cannot be read is set aside as `samples.db.corrupt`, and `onReset` hears why. */
export function openSamplesFile(file: string, onReset: (reason: string) => void): DatabaseSync {
  try {
    return open(file);
  } catch (error) {
    throwUnlessDamaged(error, file);
    onReset(reasonOf(error));
    rmSync(`${file}-wal`, { force: true });
    rmSync(`${file}-shm`, { force: true });
    if (existsSync(file)) renameSync(file, `${file}.corrupt`);
    return open(file);
  }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    database.exec(schema);
    const { quick_check: verdict } = database.prepare('PRAGMA quick_check(1)').get() ?? {};
    if (verdict !== 'ok') throw new Error(String(verdict));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
