import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import exposure from '../../src/checks/exposure.ts';
import { freePort } from '../support/ops.ts';
import { runCheck, valuesOf } from './support/context.ts';
import { listening } from './support/listening.ts';

test('a port that answers is exposed, a closed one is not', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  const [open, closed] = [await listening(server), await freePort()];
  const samples = await runCheck(exposure, { addresses: ['127.0.0.1'], ports: [open, closed] });
  expect(valuesOf(samples, 'ops_port_exposed', { address: '127.0.0.1', port: String(open) })).toEqual([1]);
  expect(valuesOf(samples, 'ops_port_exposed', { address: '127.0.0.1', port: String(closed) })).toEqual([0]);
});

test('by itself it tries no loopback address', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  const port = await listening(server);
  const samples = await runCheck(exposure, { ports: [port] });
  expect(samples.filter(({ labels }) => /^(127\.|::1$|fe80:)/.test(labels['address'] ?? ''))).toEqual([]);
  expect(valuesOf(samples, 'ops_port_exposed').every((value) => value === 0)).toBe(true);
});
