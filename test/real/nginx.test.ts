import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAuditLine } from '../../src/audit-line.ts';
import { startClawdbotSimulator } from '../../src/demo/clawdbot-simulator.ts';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import {
  answering,
  eventually,
  freePort,
  repository,
  startOps,
  startProgram,
  temporaryFolder,
} from '../support/ops.ts';
import { makeCertificate, nginxMain } from './support/nginx.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const nginx = findProgram('nginx');
const insecure = new Agent({ connect: { rejectUnauthorized: false } });

realPart('nginx', nginx !== undefined)("the article's own Nginx site in front of the gateway", () => {
  const folder = temporaryFolder('nginx');
  const cleanups: (() => unknown)[] = [];
  let https = '';
  let http = '';

  beforeAll(async () => {
    const [httpPort, httpsPort, gatewayPort, metricsPort] = await Promise.all([0, 1, 2, 3].map(freePort));
    https = `https://127.0.0.1:${httpsPort}`;
    http = `http://127.0.0.1:${httpPort}`;
    const ollama = await startOllamaSimulator({ models: ['registry.internal/qwen3:32b'] });
    const clawdbot = await startClawdbotSimulator({
      apiBase: `http://127.0.0.1:${gatewayPort}/v1`,
      apiKey: 'k',
      model: 'm',
    });
    const gateway = startOps('gateway', {
      listen: `:${gatewayPort}`,
      ollama_api: ollama.url,
      metrics_listen: `127.0.0.1:${metricsPort}`,
      auth: { valid_keys: ['prod-key-2024-qwen3'] },
      whitelist: { enabled: true, ips: ['127.0.0.1', '10.0.0.0/16'] },
      audit: { file: join(folder, 'audit.log') },
    });
    makeCertificate(folder);
    writeFileSync(
      join(folder, 'nginx.conf'),
      nginxConfiguration(folder, { httpPort, httpsPort, gatewayPort, clawdbot: clawdbot.url }),
    );
    const server = startProgram(nginx ?? 'nginx', [
      '-p',
      folder,
      '-c',
      join(folder, 'nginx.conf'),
      '-g',
      'daemon off;',
    ]);
    cleanups.push(
      () => server.stop(),
      () => gateway.stop(),
      () => ollama.close(),
      () => clawdbot.close(),
    );
    await answering(`http://127.0.0.1:${gatewayPort}/ready`, gateway);
    await eventually('nginx', async () => (await request(`${http}/`)).statusCode === 301);
  });

  afterAll(async () => {
    for (const cleanup of cleanups) await cleanup();
    await insecure.close();
  });

  const chat = (body: object, headers: Record<string, string> = {}) =>
    request(`${https}/v1/chat/completions`, {
      dispatcher: insecure,
      method: 'POST',
      headers: {
        host: 'ai.yourcompany.com',
        'content-type': 'application/json',
        'x-api-key': 'prod-key-2024-qwen3',
        ...headers,
      },
      body: JSON.stringify({ model: 'qwen3:32b', messages: [{ role: 'user', content: '你好' }], ...body }),
    });

  test('a chat is answered although the site strips /v1', async () => {
    const { statusCode, body } = await chat({});
    expect(statusCode).toBe(200);
    const answer = (await body.json()) as { choices: { message: { content: string } }[] };
    expect(answer.choices[0]?.message.content).not.toBe('');
  });

  test('a stream passes unbuffered and ends with [DONE]', async () => {
    const { headers, body } = await chat({ stream: true });
    expect(headers['content-type']).toContain('text/event-stream');
    const chunks: string[] = [];
    for await (const chunk of body) chunks.push(String(chunk));
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join('')).toMatch(/data: \[DONE\]\n\n$/);
  });

  test('the wrong key is refused with the body of the article', async () => {
    const { statusCode, body } = await chat({}, { 'x-api-key': 'wrong' });
    expect(statusCode).toBe(401);
    expect(await body.json()).toEqual({ error: 'invalid api key' });
  });

  test("the audit line has the user's address, not Nginx's, and a forged one is not believed", async () => {
    await (await chat({}, { 'x-forwarded-for': '203.0.113.9', 'x-user-id': 'alice' })).body.dump();
    const line = await eventually('the audit line', () =>
      readFileSync(join(folder, 'audit.log'), 'utf8')
        .split('\n')
        .map(parseAuditLine)
        .find((candidate) => candidate?.user_id === 'alice'),
    );
    expect(line).toMatchObject({ type: 'audit', status: 200, outcome: 'ok', path: '/chat/completions' });
    expect(line.client_ip).toBe('203.0.113.9');
  });

  test('plain HTTP is redirected, the page is served, and its security headers are there', async () => {
    const redirect = await request(`${http}/x`, { headers: { host: 'ai.yourcompany.com' } });
    expect(redirect.headers['location']).toBe('https://ai.yourcompany.com/x');
    const health = await request(`${https}/health`, { dispatcher: insecure });
    expect(await health.body.json()).toEqual({ status: 'ok' });
    expect(health.headers['x-frame-options']).toBe('DENY');
  });
});

interface SitePorts {
  httpPort: number | undefined;
  httpsPort: number | undefined;
  gatewayPort: number | undefined;
  clawdbot: string;
}

/** The article's site, with only listen ports, backends and certificate paths changed. */
function nginxConfiguration(folder: string, { httpPort, httpsPort, gatewayPort, clawdbot }: SitePorts): string {
  const site = readFileSync(join(repository, 'test/fixtures/nginx/qwen3-prod.conf'), 'utf8')
    .replace('listen 80;', `listen 127.0.0.1:${httpPort};`)
    .replace('listen 443 ssl http2;', `listen 127.0.0.1:${httpsPort} ssl http2;`)
    .replace('127.0.0.1:8080', new URL(clawdbot).host)
    .replace('127.0.0.1:18789', `127.0.0.1:${gatewayPort}`)
    .replaceAll('/etc/letsencrypt/live/ai.yourcompany.com/', `${folder}/`);
  return nginxMain(folder, site);
}
