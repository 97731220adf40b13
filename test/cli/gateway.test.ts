import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';

const ops = fileURLToPath(new URL('../../bin/ops', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Exit code and the signal that ended it. */
  readonly ended: Promise<unknown[]>;
}

function run(words: readonly string[], ipc = false): Run {
  const child = spawn(ops, [...words], {
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
    env: { ...process.env, OPS_GATEWAY_OLLAMA_API: 'http://127.0.0.1:9' },
  });
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (data: Buffer) => {
    text.stdout += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    text.stderr += data.toString();
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, ended: once(child, 'exit') };
}

const free = ['--listen', '127.0.0.1:0', '--metrics-listen', '127.0.0.1:0'];

const listening = (started: Run) =>
  vi.waitUntil(() => /gateway listens on (http:\S+?)"/.exec(started.stderr())?.[1], { timeout: 15_000 });

test('ops gateway says where it listens and ends cleanly on SIGTERM', async () => {
  const started = run(['gateway', ...free]);
  const address = await listening(started);
  expect(await (await fetch(`${address}/health`)).json()).toEqual({ status: 'ok' });
  expect(started.stderr()).toContain('every request is answered 401');
  started.child.kill('SIGTERM');
  expect(await started.ended).toEqual([0, null]);
  expect(started.stdout()).toBe('');
});

test('ops gateway ends when the parent that started it is gone', async () => {
  const started = run(['gateway', ...free], true);
  await listening(started);
  started.child.disconnect();
  expect(await started.ended).toEqual([0, null]);
});

test.each(['--listen', '--metrics-listen'])(
  'a port in use ends ops gateway with 78, naming it and %s',
  async (option) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const started = run(['gateway', ...free, option, `127.0.0.1:${port}`]);
    expect(await started.ended).toEqual([78, null]);
    expect(started.stderr()).toContain(`port ${port} on 127.0.0.1 is already in use`);
    expect(started.stderr()).toContain(`choose another port with ${option}`);
  },
);

test('ops keys create prints a key and the digest of that key', async () => {
  const created = run(['keys', 'create', '--id', 'clawdbot', '--json']);
  expect(await created.ended).toEqual([0, null]);
  const { id, key, sha256 } = JSON.parse(created.stdout());
  expect(id).toBe('clawdbot');
  expect(sha256).toBe(createHash('sha256').update(key).digest('hex'));
});
