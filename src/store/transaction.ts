import type { DatabaseSync } from 'node:sqlite';

/** Does some work in one transaction: all of it is written, or, when it throws, nothing. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk makes SQLite roll back by itself; a second time would hide the reason behind "no transaction".
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
