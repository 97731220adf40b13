import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sections } from '../../src/cli/sections.ts';
import { loadConfiguration } from '../../src/config/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));

const load = (yaml: string, env: Record<string, string> = {}, flags: Record<string, unknown> = {}) => {
  const file = join(folder, 'ops.yaml');
  writeFileSync(file, yaml);
  return loadConfiguration(sections, { file, env, flags });
};

const article = `
listen: ":18789"
ollama_api: "http://localhost:11434"
log_level: "info"
rate_limit:
  enabled: true
  max_requests: 30
  window_seconds: 60
auth:
  enabled: true
  header_key: "X-Api-Key"
  valid_keys: ["prod-key-2024-qwen3"]
whitelist:
  enabled: true
  ips: ["127.0.0.1", "10.0.0.0/16"] # 允许Clawdbot和内网运维访问
`;

describe('configuration', () => {
  test('defaults work without a file', async () => {
    const { gateway, page, notify } = await loadConfiguration(sections, { env: {} });
    expect(gateway.listen).toEqual({ port: 18_789 });
    expect(gateway.metrics_listen).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(gateway.timeouts.no_response).toBe(3000);
    expect(gateway.limits.max_body_bytes).toBe(20 * 1024 * 1024);
    expect(page.listen).toEqual({ host: '127.0.0.1', port: 9465 });
    expect(notify.email).toBeUndefined();
  });

  test("the article's file is read as the gateway section, unchanged", async () => {
    const { gateway } = await load(article);
    expect(gateway.ollama_api).toEqual(['http://localhost:11434']);
    expect(gateway.auth.valid_keys).toEqual(['prod-key-2024-qwen3']);
    expect(gateway.whitelist).toEqual({ enabled: true, ips: ['127.0.0.1', '10.0.0.0/16'] });
  });

  test('other sections may stand beside the flat keys', async () => {
    const { page } = await load(`${article}\npage: { listen: "127.0.0.1:1" }\n`);
    expect(page.listen.port).toBe(1);
  });

  test('flat keys together with a gateway section are refused', async () => {
    await expect(load(`${article}\ngateway: {}\n`)).rejects.toThrow(
      /gateway: expected either this section or its keys/,
    );
  });

  test('file < environment < flags', async () => {
    const env = { OPS_GATEWAY_LISTEN: ':2', OPS_GATEWAY_RATE_LIMIT_MAX_REQUESTS: '7' };
    const fromEnv = await load('gateway: { listen: ":1" }', env);
    expect(fromEnv.gateway.listen.port).toBe(2);
    expect(fromEnv.gateway.rate_limit.max_requests).toBe(7);
    expect(fromEnv.gateway.rate_limit.window_seconds).toBe(60);
    const fromFlag = await load('gateway: { listen: ":1" }', env, { 'gateway.listen': ':3' });
    expect(fromFlag.gateway.listen.port).toBe(3);
  });

  test('every mistake is listed at once, with its path and what came', async () => {
    const failure = await load(
      'listen: ":x"\nauth: { valid_kes: [a] }\nrate_limit: { max_requests: many }\npag: {}\n',
    ).catch((error: Error) => error.message);
    expect(failure).toContain('gateway.listen: expected host:port or :port, got ":x"');
    expect(failure).toContain('gateway.auth.valid_kes: unknown option (did you mean valid_keys?)');
    expect(failure).toContain('gateway.rate_limit.max_requests: expected number, got "many"');
    expect(failure).toMatch(/4 mistakes/);
  });

  test('a wrong key is not printed', async () => {
    const failure = await load('auth: { valid_keys: [{ id: a, sha256: my-secret }] }\nlisten: ":1"\n').catch(
      (error: Error) => error.message,
    );
    expect(failure).toContain('gateway.auth.valid_keys');
    expect(failure).not.toContain('my-secret');
  });

  test('nor is the password of a URL', async () => {
    const failure = await load('rate_limit: { store: "http://:my-secret@redis:6379" }\nlisten: ":1"\n').catch(
      (error: Error) => error.message,
    );
    expect(failure).toContain('gateway.rate_limit.store: expected memory or a URL such as redis://host:6379/0, got');
    expect(failure).not.toContain('my-secret');
  });

  test('a file that is missing or no YAML is one sentence', async () => {
    await expect(loadConfiguration(sections, { file: join(folder, 'none'), env: {} })).rejects.toThrow(
      /cannot read the configuration .*ENOENT/,
    );
    await expect(load('a: [1\n')).rejects.toThrow(/1 mistake/);
  });

  test('an option that follows another takes its value, unless it has its own', async () => {
    const file = join(folder, 'ops.yaml');
    const followers = {
      'triage.logs.gateway-log': 'gateway.audit.file',
      'watch.checks.log.file': 'gateway.audit.file',
    };
    const loaded = async (yaml: string) => {
      writeFileSync(file, yaml);
      const { triage, watch } = await loadConfiguration(sections, { file, env: {}, followers });
      return [triage.logs['gateway-log'], watch.checks['log']];
    };
    const audit = 'gateway: { audit: { file: /srv/audit.log } }\n';
    expect(await loaded('page: {}')).toEqual(['/var/log/qwen-gateway.log', undefined]);
    expect(await loaded(audit)).toEqual(['/srv/audit.log', { file: '/srv/audit.log' }]);
    const own = `${audit}triage: { logs: { gateway-log: /a.log } }\nwatch: { checks: { log: { every: 2h } } }\n`;
    expect(await loaded(own)).toEqual(['/a.log', { every: '2h', file: '/srv/audit.log' }]);
    await expect(loaded(`${audit}triage: { logs: none }`)).rejects.toThrow('triage.logs');
  });
});
