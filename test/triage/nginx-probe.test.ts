import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { probeTarget } from '../../src/triage/evidence/nginx-config.ts';
import { triage } from '../../src/triage/triage.ts';
import { accessLine, build, closeServers, minutesAgo } from './world.ts';

const gateway = 'location /v1/ { proxy_pass http://gateway_backend; }';

describe('where the marked request goes', () => {
  test.each([
    ['by name, over TLS', 'listen 443 ssl http2; server_name ai.example;', 'https://ai.example:443', '127.0.0.1'],
    [
      'the first real name',
      'listen 443 ssl; server_name _ *.a.example b.example;',
      'https://b.example:443',
      '127.0.0.1',
    ],
    [
      'TLS rather than plain',
      'listen 80; listen [::]:8443 ssl; server_name a.example;',
      'https://a.example:8443',
      '127.0.0.1',
    ],
    [
      'to the address that is listened on',
      'listen 10.0.0.5:8080; server_name a.example;',
      'http://a.example:8080',
      '10.0.0.5',
    ],
    ['an address of IPv6', 'listen [fd00::1]:80;', 'http://localhost:80', 'fd00::1'],
    ['without a port', 'server_name a.example;', 'http://a.example:80', '127.0.0.1'],
  ])('%s', (_, listen, base, address) => {
    expect(probeTarget(`server { ${listen} ${gateway} }`)).toEqual({ base, address });
  });

  test.each([
    ['no server for the gateway', 'upstream g { server 127.0.0.1:18789; } server { listen 80; location / { } }'],
    ['a certificate without a name', `server { listen 443 ssl; ${gateway} }`],
    ['a socket file', `server { listen unix:/run/nginx.sock; ${gateway} }`],
    [
      'a load balancer that speaks first',
      `server { listen 443 ssl proxy_protocol; server_name a.example; ${gateway} }`,
    ],
    ['nothing', ''],
  ])('nowhere: %s', (_, config) => {
    expect(probeTarget(config)).toBeUndefined();
  });
});

describe('ops triage', () => {
  let nginx: Server | undefined;
  const seen: IncomingMessage[] = [];
  afterEach(() => {
    nginx?.close();
    closeServers();
    seen.splice(0);
  });

  interface Change {
    readonly probe_url?: string;
    readonly web_ports?: number[];
    readonly requestId?: string;
    readonly answer?: readonly [number, string];
  }

  /** A world whose Nginx is said to serve on a port where this server does. */
  async function walk(access: readonly string[], change: Change = {}) {
    const { answer = [200, '{"status":"ok"}'], requestId, ...settings } = change;
    nginx = createServer((request, response) => {
      seen.push(request);
      response.writeHead(answer[0]).end(answer[1]);
    }).listen(0, '127.0.0.1');
    await once(nginx, 'listening');
    const { port } = nginx.address() as AddressInfo;
    const options = await build({ access });
    writeFileSync(options.config.nginx_config, `server { listen ${port}; server_name ai.example; ${gateway} }`);
    const config = { ...options.config, ...settings };
    const { sources, steps, verdict } = await triage({ ...options, config, ...(requestId ? { requestId } : {}) });
    const [nginxBox, gatewayBox] = steps.map(({ state }) => state);
    return { probe: sources.find(({ kind }) => kind === 'nginx-probe'), nginxBox, gatewayBox, cause: verdict.cause };
  }

  /** Someone has opened the page an hour ago. */
  const opened = [accessLine('GET /', 200, 512, minutesAgo(60))];
  const served = [accessLine('POST /v1/chat/completions', 200)];

  test('asks through Nginx where its configuration leads, by name and at this machine', async () => {
    expect((await walk(served)).probe).toMatchObject({ state: 'read', lines: 1 });
    const [{ url, headers } = {} as IncomingMessage] = seen;
    expect(url).toBe('/v1/health');
    expect(headers).toMatchObject({ host: expect.stringMatching(/^ai\.example:/), 'user-agent': 'ops-probe' });
  });

  test('asks nothing where Nginx has never served, or is said not to be here', async () => {
    expect((await walk([])).probe).toBeUndefined();
    expect((await walk(served, { web_ports: [] })).probe).toBeUndefined();
    expect(seen).toEqual([]);
  });

  test('asks the URL that was set, whatever Nginx says', async () => {
    const { probe } = await walk([], { probe_url: 'http://127.0.0.1:1' });
    expect(probe?.note).toBe('GET http://127.0.0.1:1/v1/health failed: connection refused');
    expect(seen).toEqual([]);
  });

  test('answers two boxes by it where nobody has asked anything', async () => {
    expect(await walk(opened)).toMatchObject({ nginxBox: 'healthy', gatewayBox: 'healthy' });
    // Of one request it says nothing.
    expect(await walk(opened, { requestId: 'r9' })).toMatchObject({ nginxBox: 'unknown', gatewayBox: 'unknown' });
  });

  test.each([
    [502, '<html>502 Bad Gateway</html>'],
    [503, '{"error":{"code":"gateway_unavailable"}}'],
  ])('names a gateway that Nginx does not reach, by a %i', async (...answer) => {
    const told = await walk(opened, { answer });
    expect(told).toMatchObject({ nginxBox: 'healthy', gatewayBox: 'fault', cause: 'upstream-refused' });
  });

  test('takes a limit for no such thing', async () => {
    expect((await walk(opened, { answer: [503, 'Service Temporarily Unavailable'] })).cause).not.toBe(
      'upstream-refused',
    );
  });
});
