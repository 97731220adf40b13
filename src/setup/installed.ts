import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { codeOf, OpsError, reasonOf } from '../errors.ts';

/** SHA-256 of each file as setup last made it, by its path on the host. */
export type Installed = Readonly<Record<string, string>>;

const schema = z.object({ files: z.record(z.string(), z.string()) });

export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

export const recordFile = (root: string) => path.join(root, '/etc/clawdbot-ops/.installed.json');

/** What an earlier setup wrote; nothing where there was none. */
export async function readInstalled(root: string): Promise<Installed> {
  const file = recordFile(root);
  const text = await textOf(file);
  if (text === undefined) return {};
  try {
    return schema.parse(JSON.parse(text)).files;
  } catch (cause) {
    const reason = 'it is not what ops setup wrote; without it every file that differs counts as changed by hand';
    throw new OpsError('file_unreadable', { path: file, reason: `${reason}: rm it to go on` }, { cause });
  }
}

/** Undefined where there is none. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new OpsError('file_unreadable', { path: file, reason: reasonOf(cause) }, { cause });
  }
}
