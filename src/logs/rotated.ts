import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { localDay, parseRotatedName } from '../rotated-log.ts';
import type { Window } from './window.ts';

/** Files into which the gateway's daily rotation moved lines of a window, the oldest first. */
export async function rotatedFiles(path: string, { from, to }: Window): Promise<string[]> {
  const names = await readdir(dirname(path)).catch((): string[] => []);
  const plainOf = (name: string) => name.replace(/\.gz$/, '');
  return names
    .filter((name) => {
      const { day = '', ending } = parseRotatedName(name, basename(path)) ?? {};
      // While it is being compressed a file is there twice.
      const once = ending === undefined || (ending === '.gz' && !names.includes(plainOf(name)));
      return day >= localDay(from) && day <= localDay(to) && once;
    })
    .sort((a, b) => plainOf(a).localeCompare(plainOf(b)))
    .map((name) => join(dirname(path), name));
}
