import { createHash } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import { ownAddresses } from '../../src/probes/own-addresses.ts';
import { answering, freePort, startOps, temporaryFolder } from '../support/ops.ts';
import { audited, runSecurity } from './support/audit.ts';
import { ollamaAvailable, startRealOllama } from './support/ollama.ts';
import { realPart } from './support/require.ts';

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
    auth: { valid_keys: [{ id: 'a', sha256: createHash('sha256').update('k').digest('hex') }] },
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
  const key = join(folder, 'key');
  writeFileSync(key, 'k\n', { mode: 0o600 });
  return audited(file, {}, '--key-file', key);
}

test('a gateway that holds: every attempt on it fails, and what only outside can tell stays unknown', async () => {
  const { verdict, code, file } = await auditOf();
  for (const words of [
    'without a key',
    'wrong key',
    'not whitelisted',
    'oversized',
    'through the gateway',
    'gateway listens on loopback',
  ]) {
    expect([words, verdict(words)]).toEqual([words, 'ok']);
  }
  expect(verdict('Ollama listens on loopback')).toBe('ok');
  expect(verdict('reachable from outside')).toBe('unknown');
  // This machine's own firewall decides between the two.
  expect(code).toBe(verdict('firewall rules') === 'broken' ? 1 : 3);
  expect((await audited(file)).verdict('oversized')).toBe('unknown');
  const { stdout } = await runSecurity(['--config', file]);
  expect(stdout).toContain('✓ L3 the gateway refuses a caller without a key\n');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const chinese = await runSecurity(['--config', file, '--lang', 'zh']);
  expect(chinese.stdout).toContain('✓ L3 网关拒绝无密钥的请求\n     无密钥的请求:HTTP 401\n');
  expect(chinese.stdout).toMatch(/\? L3 网关拒绝超长提示词\n {5}尝试需要有效的密钥/);
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

test('a gateway on every address is found; the whitelist alone keeps others from an answer', async () => {
  const others = ownAddresses().length > 0;
  const guarded = await auditOf({}, '');
  expect(guarded.verdict('gateway listens on loopback')).toBe('broken');
  expect(guarded.verdict('not answer on other addresses')).toBe(others ? 'ok' : 'unknown');
  const open = await auditOf({ whitelist: { enabled: false } }, '');
  expect(open.verdict('not answer on other addresses')).toBe(others ? 'broken' : 'unknown');
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

test('plain keys and a configuration that everybody may read are found, hashed and closed ones hold', async () => {
  const sha256 = 'a'.repeat(64);
  const folder = temporaryFolder('security');
  const file = join(folder, 'ops.yaml');
  const token = join(folder, 'token');
  writeFileSync(token, 'x'.repeat(40), { mode: 0o600 });
  const write = (keys: unknown[]) =>
    writeFileSync(file, JSON.stringify({ gateway: { auth: { valid_keys: keys } }, page: { token_file: token } }));
  write([{ id: 'a', sha256 }]);
  chmodSync(file, 0o640);
  const good = await audited(file);
  expect([good.verdict('plain text'), good.verdict('closed to other users')]).toEqual(['ok', 'ok']);
  write([{ id: 'a', sha256 }, 'plain']);
  chmodSync(token, 0o644);
  const bad = await audited(file);
  expect([bad.verdict('plain text'), bad.verdict('closed to other users')]).toEqual(['broken', 'broken']);
}, 60_000);

realPart('Ollama', ollamaAvailable)('Ollama where the gateway should be', () => {
  test('every attempt on the gateway gets through', async () => {
    const ollama = await startRealOllama();
    cleanups.push(() => ollama.stop());
    const file = join(temporaryFolder('security'), 'ops.yaml');
    const gateway = { listen: new URL(ollama.url).host, auth: { valid_keys: ['k'] }, whitelist: { enabled: true } };
    writeFileSync(file, JSON.stringify({ gateway }));
    const { verdict } = await audited(file);
    for (const words of ['without a key', 'wrong key', 'not whitelisted', 'oversized', 'through the gateway']) {
      expect([words, verdict(words)]).toEqual([words, 'broken']);
    }
  }, 60_000);
});
