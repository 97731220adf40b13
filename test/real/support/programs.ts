import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const folders = [
  process.env['OPS_REAL_TOOLS'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'real-tools/bin'),
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/sbin',
];

/** Path of a real program, or undefined where it is not installed. The shared tools come before the system's. */
export function findProgram(name: string): string | undefined {
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
