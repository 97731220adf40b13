import type { DatabaseSync } from 'node:sqlite';
import { OpsError } from '../errors.ts';

/**
 * Does some work in one transaction: all of it is written, or, when it throws, nothing.
 *
 * @throws OpsError `disk_full`, and whatever the work throws.
 */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk makes SQLite roll back by itself; a second time would hide the reason behind "no transaction".
    if (database.isTransaction) database.exec('ROLLBACK');
    throw isFull(error) ? new OpsError('disk_full', { path: database.location() }, { cause: error }) : error;
  }
}

/** SQLite's result code for a full disk. */
const sqliteFull = 13;

export const isFull = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === sqliteFull;
