import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { gatewaySchema } from '../../gateway/config.ts';
import { events, key, startRig } from './support/gateway.ts';

const origin = 'https://chat.example.com';

test('a page of a listed origin may ask and read, without a key for the question', async () => {
  const { gateway, chat } = await startRig({ config: { cors: { origins: [origin] } } });
  const preflight = await fetch(`${gateway.address}/v1/chat/completions`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('X-Api-Key');
  for (const body of [{}, { stream: true }]) {
    const reply = await chat(body, { headers: { origin } });
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    await reply.text();
  }
  const other = await chat({}, { headers: { origin: 'https://evil.example' } });
  expect([other.headers.get('access-control-allow-origin'), other.headers.get('vary')]).toEqual([null, 'Origin']);
});

test('without listed origins OPTIONS is no endpoint, and nothing is said to pages', async () => {
  const { gateway, chat } = await startRig();
  const asked = await fetch(`${gateway.address}/v1/chat/completions`, { method: 'OPTIONS', headers: { origin } });
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([404, null]);
  expect((await chat({}, { headers: { origin } })).headers.get('vary')).toBeNull();
});

test('headers over the limit are answered 431, with an audit line', async () => {
  const { gateway, audit } = await startRig();
  const answer = await raw(
    gateway.address,
    `GET /v1/models HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(answer).toContain('{"error":"request headers too large, max 16384 bytes"}');
  expect(await audit(1)).toMatchObject([{ status: 431, error: 'headers_too_large', outcome: 'client_error' }]);
});

test('a body that breaks off has one answer and one line', async () => {
  const { gateway, audit } = await startRig();
  const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${key}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const answer = await raw(gateway.address, `${head}zz\r\n`);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(await audit(1)).toHaveLength(1);
});

test('another configuration is in force for the next request', async () => {
  const { gateway, chat, ollama } = await startRig();
  const config = (changes: object) => gatewaySchema.parse({ ollama_api: ollama.url, ...changes });
  expect((await chat()).status).toBe(200);
  expect(gateway.reload(config({ auth: { valid_keys: ['other'] } }))).toContain('gateway.audit.file');
  expect((await chat()).status).toBe(401);
  gateway.reload(config({ auth: { valid_keys: [key] }, limits: { max_prompt_chars: 1 } }));
  expect((await chat()).status).toBe(400);
  gateway.reload(config({ auth: { valid_keys: [key] }, whitelist: { enabled: true, ips: ['10.0.0.0/8'] } }));
  await expect(raw(gateway.address, 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n')).rejects.toThrow(/ECONNRESET|EPIPE/);
});

test('who is over the limit stays so when something else is reloaded', async () => {
  const rate_limit = { max_requests: 1 };
  const { gateway, chat, ollama } = await startRig({ config: { rate_limit } });
  const next = { ollama_api: ollama.url, auth: { valid_keys: [key] }, limits: { max_queue: 1 } };
  await chat();
  gateway.reload(gatewaySchema.parse({ ...next, rate_limit }));
  expect((await chat()).status).toBe(429);
  gateway.reload(gatewaySchema.parse({ ...next, rate_limit: { max_requests: 5 } }));
  expect((await chat()).status).toBe(200);
});

test('no request is longer than the total', async () => {
  const { chat, ollama } = await startRig({
    config: { timeouts: { total: '300ms' } },
    ollama: { tokensPerSecond: 10 },
  });
  expect((await chat()).status).toBe(504);
  const sent = events(await (await chat({ stream: true })).text());
  expect(sent.at(-1)).toMatchObject({ error: { code: 'timeout' } });
  await vi.waitUntil(() => ollama.requests.filter(({ path, aborted }) => path === '/api/chat' && aborted).length === 2);
});

test('a refused connection is tried once more', async () => {
  const { chat, ollama, metrics } = await startRig();
  await (await chat()).text();
  ollama.fault = 'refuse';
  const reply = chat();
  await vi.waitUntil(async () => /llm_gateway_retries_total\{[^}]*\} 1\n/.test(await metrics()), { interval: 5 });
  ollama.fault = 'none';
  expect((await reply).status).toBe(200);
});

test('a caller that leaves the queue never reaches Ollama', async () => {
  const { chat, ollama, audit, gateway } = await startRig({
    config: { limits: { max_in_flight: 1 } },
    ollama: { tokensPerSecond: 20 },
  });
  const first = chat();
  await vi.waitUntil(() => ollama.chats.length === 1);
  const leaving = new AbortController();
  const gone = chat({}, { signal: leaving.signal }).catch(() => 'gone');
  const phases = async () => (await fetch(`${gateway.metricsAddress}/inflight`)).text();
  await vi.waitUntil(async () => (await phases()).includes('"phase":"queue"'));
  leaving.abort();
  expect(await gone).toBe('gone');
  expect((await first).status).toBe(200);
  expect(await audit(2)).toMatchObject([{ outcome: 'aborted', status: 499, backend: null }, { outcome: 'ok' }]);
  expect(ollama.chats).toHaveLength(1);
});

/** What a socket gets for these bytes until the other side ends. */
function raw(address: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const { hostname, port } = new URL(address);
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text));
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
