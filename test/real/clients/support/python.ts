import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const wanted = 'openai==3.57.0';

/**
 * Python with its openai package, in a virtual environment that is made once and kept in the cache folder. Undefined,
 * and the reason on standard error, where python3, venv or the package index is missing.
 */
export async function pythonWithOpenai(): Promise<string | undefined> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'clawdbot-ops', `python-${wanted.replace('==', '-')}`);
  const python = join(folder, 'bin/python');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return python;
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', wanted]);
    await writeFile(complete, '');
    return python;
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    console.warn(`no Python with ${wanted}: ${thrown instanceof Error ? thrown.message : thrown}`);
    return undefined;
  }
}
