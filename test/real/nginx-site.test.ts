import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAuditLine } from '../../src/audit-line.ts';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import { parseAccess } from '../../src/logs/formats/nginx-access.ts';
import {
  answering,
  eventually,
  freePort,
  type RunningProgram,
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

/** A chat UI with a hashed and a plain asset, which takes WebSockets and tells what headers it got. */
async function startUi() {
  const server = createServer((incoming, reply) => {
    reply.setHeader('cache-control', 'no-cache');
    reply.end(JSON.stringify({ path: incoming.url, headers: incoming.headers }));
  });
  server.on('upgrade', (_, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nhello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

realPart('nginx', nginx !== undefined)('the shipped Nginx site', () => {
  const folder = temporaryFolder('nginx-site');
  const cleanups: (() => unknown)[] = [];
  const address = { https: '', http: '', port: 0 };
  let gateway: RunningProgram;
  let ui: Awaited<ReturnType<typeof startUi>>;
  let upstream: Awaited<ReturnType<typeof startOllamaSimulator>>;
  const nginxArguments = ['-p', folder, '-c', join(folder, 'nginx.conf')];

  beforeAll(async () => {
    const [httpPort, httpsPort, gatewayPort, metricsPort] = await Promise.all([0, 1, 2, 3].map(freePort));
    Object.assign(address, {
      https: `https://127.0.0.1:${httpsPort}`,
      http: `http://127.0.0.1:${httpPort}`,
      port: httpsPort,
    });
    upstream = await startOllamaSimulator({
      models: ['m'],
      answer: Array.from({ length: 3000 }, (_, index) => `w${index}`).join(' '),
    });
    ui = await startUi();
    gateway = startOps('gateway', {
      listen: `127.0.0.1:${gatewayPort}`,
      ollama_api: upstream.url,
      metrics_listen: `127.0.0.1:${metricsPort}`,
      auth: { valid_keys: ['k'] },
      audit: { file: join(folder, 'audit.log') },
    });
    makeCertificate(folder);
    const site = readFileSync(join(repository, 'deploy/nginx/qwen3-prod.conf'), 'utf8')
      .replace('listen 80;', `listen 127.0.0.1:${httpPort};`)
      .replace('listen 443 ssl', `listen 127.0.0.1:${httpsPort} ssl`)
      .replace('127.0.0.1:8080', ui.host)
      .replace('127.0.0.1:18789', `127.0.0.1:${gatewayPort}`)
      .replaceAll('/etc/nginx/snippets/', join(repository, 'deploy/nginx/snippets/'))
      .replaceAll('/usr/share/clawdbot-ops/nginx', join(repository, 'deploy/nginx'))
      .replaceAll('/var/log/nginx/', `${folder}/`)
      .replaceAll('/etc/letsencrypt/live/ai.yourcompany.com/', `${folder}/`);
    writeFileSync(join(folder, 'nginx.conf'), nginxMain(folder, site));
    const server = startProgram(nginx ?? 'nginx', [...nginxArguments, '-g', 'daemon off;']);
    cleanups.push(
      () => server.stop(),
      () => gateway.stop(),
      () => upstream.close(),
      () => {
        ui.server.closeAllConnections();
        ui.server.close();
      },
    );
    await answering(`http://127.0.0.1:${gatewayPort}/ready`, gateway);
    await eventually('nginx', async () => (await request(`${address.http}/`)).statusCode === 301);
  }, 60_000);

  afterAll(async () => {
    for (const cleanup of cleanups) await cleanup();
    await insecure.close();
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    request(`${address.https}${path}`, { dispatcher: insecure, headers: { host: 'ai.yourcompany.com', ...headers } });

  const chat = (body: object, headers: Record<string, string> = {}) =>
    request(`${address.https}/v1/chat/completions`, {
      dispatcher: insecure,
      method: 'POST',
      headers: { host: 'ai.yourcompany.com', 'content-type': 'application/json', 'x-api-key': 'k', ...headers },
      body: JSON.stringify({ model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }], ...body }),
    });

  test('a chat is one request id in its answer, in the access log and in the audit line', async () => {
    const { headers, body, statusCode } = await chat({}, { 'x-user-id': 'root', 'x-forwarded-for': '203.0.113.9' });
    expect(statusCode).toBe(200);
    await body.dump();
    const id = String(headers['x-request-id']);
    const audit = await eventually('the audit line', () =>
      readFileSync(join(folder, 'audit.log'), 'utf8')
        .split('\n')
        .map(parseAuditLine)
        .find((line) => line?.request_id === id),
    );
    // Neither the address nor the user that the caller claimed.
    expect(audit).toMatchObject({ client_ip: '127.0.0.1', status: 200 });
    expect(audit.user_id ?? '').not.toBe('root');
    const access = await eventually('the access line', () =>
      readFileSync(join(folder, 'access.log'), 'utf8')
        .split('\n')
        .map(parseAccess)
        .find((line) => line?.requestId === id),
    );
    expect(access).toMatchObject({ method: 'POST', path: '/v1/chat/completions', status: 200, client: '127.0.0.1' });
    expect(access.seconds).toBeGreaterThanOrEqual(0);
  });

  test('every token is there before the next is made, and a stream ends at Ollama when its caller leaves', async () => {
    // A generation that says three words and no more, for ever: nothing pushes them out of a buffer.
    upstream.fault = 'stall';
    const left = await chat({ stream: true });
    let received = '';
    left.body.on('data', (data) => (received += String(data)));
    left.body.once('error', () => undefined);
    await eventually('three words', () => (received.match(/"content":"\s?\w/g) ?? []).length === 3);
    left.body.destroy();
    await eventually('the end at Ollama', () =>
      upstream.requests.some(({ path, aborted }) => path === '/api/chat' && aborted),
    );
    upstream.fault = 'none';
  });

  test('a long stream comes whole', async () => {
    const { body } = await chat({ stream: true, max_tokens: undefined });
    const said = await body.text();
    expect(said.match(/\bw\d+/g)?.length).toBe(3000);
    expect(said).toMatch(/data: \[DONE\]\n\n$/);
  }, 60_000);

  test('every answer of every place has the security headers', async () => {
    for (const path of ['/', '/assets/app.1a2b3c4d.js', '/v1/models', '/v1/nowhere']) {
      const { headers, body } = await get(path, { 'x-api-key': 'k' });
      await body.dump();
      expect(headers['strict-transport-security'], path).toBe('max-age=31536000');
      expect(headers['x-frame-options'], path).toBe('DENY');
      expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'");
      expect(headers['server'], path).toBe('nginx');
    }
  });

  test('only an asset with a hash in its name is immutable', async () => {
    const cached = async (path: string) => {
      const { headers, body } = await get(path);
      await body.dump();
      return headers['cache-control'];
    };
    expect(await cached('/assets/app.1a2b3c4d.js')).toBe('public, max-age=31536000, immutable');
    for (const path of ['/assets/app.js', '/my-background.png', '/assets/app.component.js']) {
      expect(await cached(path), path).toBe('no-cache');
    }
    expect(await cached('/')).toBe('no-cache');
  });

  test('plain HTTP is redirected, but for the challenge of certbot', async () => {
    const redirect = await request(`${address.http}/x?y=1`);
    expect([redirect.statusCode, redirect.headers['location']]).toEqual([301, 'https://ai.yourcompany.com/x?y=1']);
    expect((await request(`${address.http}/.well-known/acme-challenge/none`)).statusCode).toBe(404);
  });

  test('HTTP/2 is spoken, TLS 1.1 is not', async () => {
    const session = connectHttp2(address.https, { rejectUnauthorized: false });
    await once(session, 'connect');
    expect(session.alpnProtocol).toBe('h2');
    session.close();
    const old = connectTls({
      port: address.port,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
    });
    await expect(once(old, 'secureConnect')).rejects.toThrow();
  });

  test('a WebSocket reaches the UI, and other requests do not ask for one', async () => {
    const socket = connectTls({ port: address.port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    socket.write('GET /ws HTTP/1.1\r\nhost: ai.yourcompany.com\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    let received = '';
    socket.on('data', (data) => (received += String(data)));
    await eventually('the greeting', () => received.includes('hello'));
    expect(received).toMatch(/^HTTP\/1\.1 101/);
    const { headers } = (await (await get('/')).body.json()) as { headers: Record<string, string> };
    expect(headers['upgrade']).toBeUndefined();
  });

  test('a body above the limit is refused in JSON', async () => {
    const length = { 'content-length': String(21 * 1024 * 1024), 'x-api-key': 'k' };
    const outgoing = requestTls(`${address.https}/v1/chat/completions`, {
      ...{ method: 'POST', rejectUnauthorized: false, headers: length },
    });
    outgoing.flushHeaders();
    const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(reply.statusCode).toBe(413);
    expect(await json(reply)).toMatchObject({ error: { code: 'request_too_large' } });
    outgoing.destroy();
  });

  test('the hook of certbot proves that the renewed certificate is served, and says when it is not', () => {
    const hook = (nginxCommand: string) =>
      spawnSync(join(repository, 'deploy/certbot/reload-nginx'), {
        encoding: 'utf8',
        env: {
          ...process.env,
          RENEWED_LINEAGE: folder,
          NGINX: nginxCommand,
          CLAWDBOT_TLS_ADDRESS: `127.0.0.1:${address.port}`,
        },
      });
    makeCertificate(folder);
    const renewed = hook(`${nginx} ${nginxArguments.join(' ')}`);
    expect(renewed.stdout, renewed.stderr).toContain('serves the renewed certificate of ai.yourcompany.com');
    expect(renewed.status).toBe(0);
    makeCertificate(folder);
    const stale = hook('true');
    expect(stale.stderr).toContain('still serves another certificate');
    expect(stale.status).toBe(1);
    execFileSync(nginx ?? 'nginx', [...nginxArguments, '-s', 'reload'], { stdio: 'ignore' });
  }, 60_000);

  test('without the gateway the API says so in JSON and people get a page', async () => {
    await gateway.stop();
    const { statusCode, headers, body } = await chat({});
    expect(statusCode).toBe(503);
    expect(headers['retry-after']).toBe('10');
    expect(await body.json()).toMatchObject({ error: { type: 'server_error', code: 'gateway_unavailable' } });
    ui.server.closeAllConnections();
    ui.server.close();
    const page = await get('/');
    expect([page.statusCode, page.headers['cache-control']]).toEqual([502, 'no-store']);
    expect(page.headers['content-security-policy']).toBeDefined();
    expect(await page.body.text()).toContain('<h1>The chat is not available at the moment</h1>');
  });
});
