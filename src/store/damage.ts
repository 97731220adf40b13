import { OpsError, reasonOf } from '../errors.ts';

/** SQLite's result codes, the low byte of `errcode`, that say nothing of the file: others use it, or the disk fails. */
const circumstances = { busy: 5, locked: 6, noMemory: 7, readOnly: 8, io: 10, full: 13, cannotOpen: 14 } as const;
/** The file beside a database by which its users share memory could not be made as large as it has to be. */
const sharedMemorySize = 4874;

/**
 * Throws on where a file could not be opened although it may be sound: it must not be set aside for a full disk.
 *
 * @throws OpsError `disk_full` or `file_unreadable`.
 */
export function throwUnlessDamaged(error: unknown, path: string): void {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  if (!Object.values<number>(circumstances).includes(code & 0xff)) return;
  if (code === circumstances.full || code === sharedMemorySize)
    throw new OpsError('disk_full', { path }, { cause: error });
  throw new OpsError('file_unreadable', { path, reason: reasonOf(error) }, { cause: error });
}
