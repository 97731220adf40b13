import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import exposure from '../../src/checks/exposure.ts';
import { freePort } from '../support/ops.ts';
import { runCheck, valuesOf } from './support/context.ts';
import { listening } from './support/listening.ts';

/** A server that does something with each connection. */
function serving(handle: (socket: Socket) => void): Promise<number> {
  const server = createServer(handle);
  onTestFinished(() => void server.close());
  return listening(server);
}

test.each<[string, (socket: Socket) => void, number]>([
  ['answers HTTP', (socket) => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'), 1],
  ['says something else', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 1],
  ['resets each connection that it has accepted, as the whitelist does', (socket) => socket.resetAndDestroy(), 0],
  ['accepts and stays silent', (socket) => void setTimeout(() => socket.destroy(), 2000), 0],
])('a port that %s: %#', async (_, handle, exposed) => {
  const port = await serving(handle);
  const samples = await runCheck(exposure, { addresses: ['127.0.0.1'], ports: [port], timeout: '1s' });
  expect(valuesOf(samples, 'ops_port_exposed', { address: '127.0.0.1', port: String(port) })).toEqual([exposed]);
});

test('a closed port is not exposed', async () => {
  const samples = await runCheck(exposure, { addresses: ['127.0.0.1'], ports: [await freePort()] });
  expect(valuesOf(samples, 'ops_port_exposed')).toEqual([0]);
});

test('by itself it tries no loopback address', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  const port = await listening(server);
  const samples = await runCheck(exposure, { ports: [port] });
  expect(samples.filter(({ labels }) => /^(127\.|::1$|fe80:)/.test(labels['address'] ?? ''))).toEqual([]);
  expect(valuesOf(samples, 'ops_port_exposed').every((value) => value === 0)).toBe(true);
});
