import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** The folder with the shared real parts: `OPS_SHARED`, or `shared` beside the repository. */
export const shared = resolve(repository, process.env['OPS_SHARED'] ?? '../shared');

const folder = join(shared, 'real-ollama');

export const ollamaAvailable = existsSync(join(folder, 'start.sh'));

export interface RealOllama {
  readonly url: string;
  readonly logFile: string;
  stop(): Promise<void>;
}

/**
 * Starts a real Ollama with the tiny models on a free port of loopback; `env` as start.sh documents it. With a folder of the
 * caller the models made there once are there at the next start, and its log begins anew.
 */
export async function startRealOllama(env: Readonly<Record<string, string>> = {}, home?: string): Promise<RealOllama> {
  const port = String(await freePort());
  const directory = home ?? (await mkdtemp(join(tmpdir(), 'real-ollama-')));
  const options = { env: { ...process.env, ...env } };
  await run(join(folder, 'start.sh'), [port, directory], options);
  return {
    url: `http://127.0.0.1:${port}`,
    logFile: join(directory, 'ollama.log'),
    async stop() {
      await run(join(folder, 'stop.sh'), [port, directory], options);
      if (home === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
