import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Debian's systemd-journal-remote writes journal files from text. */
export const journalWriter = '/lib/systemd/systemd-journal-remote';

export interface Entry {
  readonly fields: Readonly<Record<string, string>>;
  readonly message: string;
}

/** Writes a real journal file into a folder, of entries that came a moment ago. */
export function writeJournal(folder: string, entries: readonly Entry[]): void {
  const id = '0123456789abcdef'.repeat(2);
  const text = entries.map(({ fields, message }, index) => {
    const all = {
      __REALTIME_TIMESTAMP: String((Date.now() - 1000) * 1000 + index),
      __MONOTONIC_TIMESTAMP: String(1000 + index),
      _BOOT_ID: id,
      _MACHINE_ID: id,
      PRIORITY: '6',
      ...fields,
      MESSAGE: message,
    };
    return `${Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')}\n`;
  });
  mkdirSync(folder, { recursive: true });
  execFileSync(journalWriter, ['-o', join(folder, 'system.journal'), '-'], { input: text.join(''), stdio: 'pipe' });
}
