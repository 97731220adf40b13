import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium as playwright } from 'playwright-core';
import { Agent, request } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { eventually, freePort, startProgram, temporaryFolder } from '../support/ops.ts';
import { makeCertificate, nginxMain } from './support/nginx.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';
import { shippedSite } from './support/site.ts';

const nginx = findProgram('nginx');
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The shipped site, as changed, in front of one server that is both the chat page and the gateway; asks it over HTTPS. */
async function startEdge(answer: RequestListener, change?: (site: string) => string) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gateway = (server.address() as AddressInfo).port;
  const folder = temporaryFolder('nginx-edge');
  const [http, https] = [await freePort(), await freePort()];
  makeCertificate(folder);
  const ui = `http://127.0.0.1:${gateway}`;
  const site = shippedSite(folder, { http, https, gateway, ui });
  const changed = change?.(site) ?? site;
  if (change && changed === site) throw new Error('the site does not have what is to be changed');
  writeFileSync(join(folder, 'nginx.conf'), nginxMain(folder, changed));
  const program = startProgram(nginx ?? 'nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;']);
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  cleanups.push(
    () => {
      server.closeAllConnections();
      server.close();
    },
    () => program.stop(),
    () => dispatcher.close(),
  );
  await eventually('nginx', async () => (await request(`http://127.0.0.1:${http}/`)).statusCode === 301);
  const ask = (path: string, headers: Record<string, string> = {}) =>
    request(`https://127.0.0.1:${https}${path}`, { dispatcher, headers });
  return { ask, folder, server, url: `https://127.0.0.1:${https}/` };
}

/** What a chat page does: each line says what came of it. */
const page = `<!doctype html><title>chat</title><style>body { color: rgb(1, 2, 3); }</style><body><script>
const blob = (text, type) => URL.createObjectURL(new Blob([text], { type }));
const tried = [];
const attempt = (name, run) => tried.push(Promise.race([
  new Promise(run).then(() => name, () => 'no ' + name),
  new Promise((end) => setTimeout(end, 5000, 'late ' + name)),
]));
attempt('style', (yes, no) => (getComputedStyle(document.body).color === 'rgb(1, 2, 3)' ? yes : no)());
attempt('pasted image', (yes, no) => {
  const image = Object.assign(new Image(), { onload: yes, onerror: no });
  image.src = blob('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>', 'image/svg+xml');
});
attempt('worker', (yes, no) => Object.assign(new Worker(blob('postMessage(1)', 'text/javascript')), { onmessage: yes, onerror: no }));
attempt('API', (yes, no) => fetch('/v1/models').then(yes, no));
attempt('WebSocket', (yes, no) => Object.assign(new WebSocket('wss://' + location.host + '/ws'), { onopen: yes, onerror: no }));
attempt("stranger's script", (yes, no) => {
  document.body.append(Object.assign(document.createElement('script'), { src: 'https://127.0.0.2/x.js', onload: yes, onerror: no }));
});
const refused = [];
addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.push(effectiveDirective));
const done = Promise.all(tried);
</script>`;

const chromium = findProgram('chromium');

realPart('nginx and Chromium', nginx !== undefined && chromium !== undefined)('the policy of the shipped site', () => {
  test('lets a chat page do what it does, and no script of a stranger run', async () => {
    const { server, url } = await startEdge((_, reply) => reply.setHeader('content-type', 'text/html').end(page));
    server.on('upgrade', ({ headers }, socket) => {
      const accept = createHash('sha1').update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
      const lines = ['upgrade: websocket', 'connection: upgrade', `sec-websocket-accept: ${accept.digest('base64')}`];
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    });
    const browser = await playwright.launch({
      executablePath: chromium ?? '',
      args: ['--no-sandbox', '--disable-gpu'],
    });
    cleanups.push(() => browser.close());
    const tab = await browser.newPage({ ignoreHTTPSErrors: true });
    await tab.goto(url);
    expect(await tab.evaluate('done')).toEqual([
      ...['style', 'pasted image', 'worker', 'API', 'WebSocket'],
      "no stranger's script",
    ]);
    expect(await tab.evaluate('refused')).toEqual(['script-src-elem']);
  }, 60_000);
});

realPart('nginx', nginx !== undefined)('the shipped Nginx site', () => {
  test('a backend that hangs is a page for people and JSON for programs', async () => {
    const impatient = (site: string) => site.replaceAll('proxy_read_timeout 15m;', 'proxy_read_timeout 1s;');
    const { ask, folder } = await startEdge(() => undefined, impatient);
    const [page, api] = await Promise.all([ask('/'), ask('/v1/models')]);
    expect([page.statusCode, page.headers['cache-control']]).toEqual([504, 'no-store']);
    expect(await page.body.text()).toContain('<h1>The chat is not available at the moment</h1>');
    expect(api.statusCode).toBe(503);
    expect(await api.body.json()).toMatchObject({ error: { code: 'gateway_unavailable' } });
    // The log tells that it was a timeout.
    expect(readFileSync(join(folder, 'access.log'), 'utf8')).toMatch(/"uri":"\/v1\/models".*"upstream_status":"504"/);
  }, 30_000);

  test('behind another proxy the caller is whom that one names, once its address is filled in', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const behindProxy = (site: string) =>
      site
        .replace('# set_real_ip_from 10.0.0.0/8;', 'set_real_ip_from 127.0.0.1;')
        .replace('# real_ip_header', 'real_ip_header');
    const { ask } = await startEdge((incoming, reply) => {
      seen.push(incoming.headers);
      reply.end();
    }, behindProxy);
    const forwarded = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9', 'x-user-id': 'root', 'x-api-key': 'k' };
    for (const path of ['/v1/models', '/']) await (await ask(path, forwarded)).body.dump();
    // Only the last hop is the proxy's word; what stands before it came from the caller.
    const expected = { 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '203.0.113.9' };
    expect(seen).toMatchObject([{ ...expected, 'x-api-key': 'k' }, expected]);
    expect(seen[0]?.['x-user-id']).toBeUndefined();
  }, 30_000);
});
