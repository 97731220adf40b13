import type { DatabaseSync } from 'node:sqlite';
import { OpsError } from '../errors.ts';
import { transaction } from './transaction.ts';

/** Rows of the filling, one on each page of 4 KiB: 2 MiB, about a hundred mails. */
const pages = 512;
/** Pages that one transaction may change; the journal keeps a copy of each. */
const journalPages = 256;

/**
 * Keeps free pages inside a database, and a journal that has its size already: on a full disk it is written on from them.
 * Without room for that nothing happens. The file must have the journal mode PERSIST, which keeps the journal's blocks.
 *
 * @throws what SQLite throws, but for a full disk.
 */
export function reserve(database: DatabaseSync): void {
  const { freelist_count: free } = database.prepare('PRAGMA freelist_count').get() ?? {};
  if (Number(free) >= pages / 2) return;
  try {
    transaction(database, () =>
      database.exec(`CREATE TABLE IF NOT EXISTS reserve (filling BLOB);
        WITH RECURSIVE page (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM page WHERE number < ${pages})
        INSERT INTO reserve SELECT zeroblob(3500) FROM page`),
    );
    transaction(database, () =>
      database.exec(`UPDATE reserve SET filling = randomblob(3500) WHERE rowid <= ${journalPages}`),
    );
  } catch (error) {
    if (!(error instanceof OpsError && error.code === 'disk_full')) throw error;
  } finally {
    transaction(database, () => database.exec('DROP TABLE IF EXISTS reserve'));
  }
}
