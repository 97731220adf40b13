import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

const opsProgram = join(repository, 'bin/ops');

export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `${name}-`));
}

/** A port that was free a moment ago, for programs that cannot be asked which one they got. */
export async function freePort(): Promise<number> {
  // Below the kernel's range for connections (32768 to 60999), of which one could take it before its program does.
  const server = createServer();
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const outcome = once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.listen(port, '127.0.0.1');
    if (!(await outcome)) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

export interface RunningProgram {
  readonly process: ChildProcess;
  /** Everything that it wrote so far. */
  output(): string;
  /** SIGTERM, then SIGKILL after 10 s; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts a program in its own process; end it with `stop`. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): RunningProgram {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    process: child,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
      const code = await exited;
      clearTimeout(force);
      return code;
    },
  };
}

/** Starts a command of `ops` with a configuration of its own. */
export function startOps(command: string, configuration: unknown): RunningProgram {
  const file = join(temporaryFolder('ops-config'), 'ops.yaml');
  writeFileSync(file, stringify(configuration));
  return startProgram(opsProgram, [command, '--config', file]);
}

/** Waits until a probe gives something other than undefined or false; a probe that throws counts as "not yet". */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T> | T,
  timeoutMs = 15_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const result = await probe();
      if (result) return result;
      last = result;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`${what} did not happen within ${timeoutMs} ms; last: ${String(last)}`);
}

/** Waits until an address answers 2xx. */
export async function answering(url: string, program?: RunningProgram): Promise<void> {
  await eventually(`an answer of ${url}`, async () => (await fetch(url)).ok, 20_000).catch((error: Error) => {
    throw new Error(`${error.message}\n${program?.output() ?? ''}`);
  });
}
