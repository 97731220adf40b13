import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
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
async function startEdge(answer: RequestListener, change: (site: string) => string) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gateway = (server.address() as AddressInfo).port;
  const folder = temporaryFolder('nginx-edge');
  const [http, https] = [await freePort(), await freePort()];
  makeCertificate(folder);
  const ui = `http://127.0.0.1:${gateway}`;
  const site = shippedSite(folder, { http, https, gateway, ui });
  const changed = change(site);
  if (changed === site) throw new Error('the site does not have what is to be changed');
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
  return { ask, folder };
}

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
