import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import tls from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { postPhased } from '../../src/probes/http-phases.ts';
import { createAuthority } from '../checks/support/authority.ts';
import { listening } from '../checks/support/listening.ts';
import { freePort } from '../support/ops.ts';

test('over TLS and by name every phase happens, each after the one before', async () => {
  const { root, leaf } = createAuthority();
  const { fullchain, key } = leaf();
  const usual = tls.getCACertificates('default');
  tls.setDefaultCACertificates([readFileSync(root, 'utf8')]);
  onTestFinished(() => tls.setDefaultCACertificates(usual));
  const server = createServer({ cert: readFileSync(fullchain), key: readFileSync(key) }, (request, response) => {
    request.pipe(response.writeHead(201));
  });
  onTestFinished(() => void server.close());
  const url = `https://localhost:${await listening(server)}/`;
  const { status, body, phases } = await postPhased({ url, headers: {}, body: { a: 1 }, timeoutMs: 5000 });
  expect([status, body]).toEqual([201, '{"a":1}']);
  const { dns = -1, connect = -1, tls: secure = -1, first_byte, total } = phases;
  const times = [dns, connect, secure, first_byte, total];
  expect(times.every((seconds) => seconds >= 0)).toBe(true);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test('nobody listening is a reason', async () => {
  const url = `http://127.0.0.1:${await freePort()}/`;
  await expect(postPhased({ url, headers: {}, body: {}, timeoutMs: 1000 })).rejects.toThrow('ECONNREFUSED');
});
