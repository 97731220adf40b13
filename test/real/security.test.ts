import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import type { AuditRow } from '../../src/security/audit.ts';
import { answering, freePort, repository, startOps, temporaryFolder } from '../support/ops.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** `ops security --json` in front of a real gateway; the verdict of each claim whose text has the words. */
async function auditOf(changed: Record<string, unknown> = {}, host = '127.0.0.1') {
  const ollama = await startOllamaSimulator({ models: ['m'] });
  const [port, metrics] = [await freePort(), await freePort()];
  const folder = temporaryFolder('security');
  const file = join(folder, 'ops.yaml');
  const gateway = {
    listen: `${host}:${port}`,
    metrics_listen: `127.0.0.1:${metrics}`,
    ollama_api: ollama.url,
    audit: { file: join(folder, 'audit.log') },
    auth: { valid_keys: ['k'] },
    whitelist: { enabled: true },
    ...changed,
  };
  const program = startOps('gateway', { gateway });
  cleanups.push(
    () => ollama.close(),
    () => program.stop(),
  );
  await answering(`http://127.0.0.1:${port}/health`, program);
  writeFileSync(file, JSON.stringify({ gateway }), { mode: 0o600 });
  return audited(file);
}

async function audited(file: string) {
  const { code, stdout } = await security('--config', file, '--json');
  const { claims } = JSON.parse(stdout) as { claims: AuditRow[] };
  return {
    code,
    file,
    verdict(words: string) {
      const row = claims.find(({ claim }) => claim.en.includes(words));
      if (!row) throw new Error(`no claim with "${words}"`);
      return row.verdict;
    },
  };
}

function security(...args: string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    execFile(join(repository, 'bin/ops'), ['security', ...args], (error, stdout) => {
      resolve({ code: Number(error?.code ?? 0), stdout });
    });
  });
}

test('a gateway that holds: every attempt on it fails, and what only outside can tell stays unknown', async () => {
  const { verdict, code, file } = await auditOf();
  for (const words of ['without a key', 'wrong key', 'not whitelisted', 'oversized', 'gateway listens on loopback']) {
    expect([words, verdict(words)]).toEqual([words, 'ok']);
  }
  expect(verdict('Ollama listens on loopback')).toBe('ok');
  expect(verdict('reachable from outside')).toBe('unknown');
  expect(code).toBe(3);
  const { stdout } = await security('--config', file);
  expect(stdout).toContain('✓ L3 the gateway refuses a caller without a key\n');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
}, 60_000);

test.each([
  ['no key is asked for', { auth: { enabled: false } }, ['without a key', 'wrong key']],
  ['no whitelist', { whitelist: { enabled: false } }, ['not whitelisted']],
  ['a whitelist of all of loopback', { whitelist: { enabled: true, ips: ['127.0.0.0/8'] } }, ['not whitelisted']],
])(
  '%s: the attempt gets through',
  async (_, changed, found) => {
    const { verdict, code } = await auditOf(changed);
    for (const words of found) expect(verdict(words)).toBe('broken');
    expect(code).toBe(1);
  },
  60_000,
);

test('a gateway on every address is found', async () => {
  const { verdict } = await auditOf({}, '');
  expect(verdict('gateway listens on loopback')).toBe('broken');
}, 60_000);

test('where nothing runs nothing is ok', async () => {
  const [port, ollama] = [await freePort(), await freePort()];
  const file = join(temporaryFolder('security'), 'ops.yaml');
  const gateway = { listen: `127.0.0.1:${port}`, ollama_api: `http://127.0.0.1:${ollama}`, auth: { enabled: false } };
  writeFileSync(file, JSON.stringify({ gateway }), { mode: 0o600 });
  const { verdict } = await audited(file);
  for (const words of ['without a key', 'not whitelisted', 'gateway listens on', 'Ollama listens on', 'oversized']) {
    expect([words, verdict(words)]).toEqual([words, 'unknown']);
  }
}, 60_000);
