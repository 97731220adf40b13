import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, OpsError } from '../../src/errors.ts';
import { getHttp } from '../../src/probes/http.ts';
import { listeningPorts, socketsOf } from '../../src/probes/sockets.ts';

const server = createServer((request, response) => {
  if (request.url === '/silent') return;
  response.statusCode = 503;
  response.end(request.headers['x-ops-probe'] === '1' ? 'marked' : 'plain');
});
let base = '';
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
  base = `http://127.0.0.1:${port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('any status is an answer', async () => {
  const reply = await getHttp(base, { timeoutMs: 5000, headers: { 'X-Ops-Probe': '1' } });
  expect(reply).toMatchObject({ status: 503, body: 'marked' });
});

test('silence ends at the deadline', async () => {
  await expect(getHttp(`${base}/silent`, { timeoutMs: 100 })).rejects.toThrow('no answer within 100 ms');
});

test('a refused connection is a sentence, and keeps its code', async () => {
  const thrown: unknown = await getHttp('http://127.0.0.1:1/', { timeoutMs: 5000 }).catch((reason: unknown) => reason);
  expect(thrown).toBeInstanceOf(OpsError);
  expect(String(thrown)).toContain('connection refused');
  expect(codeOf(thrown instanceof Error ? thrown.cause : undefined)).toBe('ECONNREFUSED');
});

test('the listening ports are those of /proc, and only those that listen', async () => {
  const ports = await listeningPorts();
  expect(ports?.has(port)).toBe(true);
  expect(socketsOf('sl local\n 0: 0100007F:4965 00000000:0000 0A x\n 1: 0100007F:0050 0100007F:1234 01 x')).toEqual([
    { port: 18_789, loopback: true },
  ]);
});

test.each([
  ['0100007F', true],
  ['3500007F', true],
  ['00000000', false],
  ['0200A8C0', false],
  ['00000000000000000000000001000000', true],
  ['0000000000000000FFFF00000100007F', true],
  ['00000000000000000000000000000000', false],
])('a socket on %s is on loopback: %s', (address, loopback) => {
  expect(socketsOf(` 0: ${address}:2CAA 00000000:0000 0A x`)).toEqual([{ port: 11_434, loopback }]);
});
