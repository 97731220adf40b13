import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { offerSuites, readAnswer } from '../../src/probes/client-hello.ts';
import { temporaryFolder } from '../support/ops.ts';

const closing: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of closing.splice(0)) server.close();
});

/** A server of Node's own OpenSSL; what it takes of the suites that are offered. */
async function offered(suites: readonly number[], ciphers: string) {
  const folder = temporaryFolder('hello');
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const options = [
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-keyout',
    key,
    '-out',
    cert,
  ];
  execFileSync('openssl', ['req', '-x509', ...options], { stdio: 'ignore' });
  const server = tls.createServer({ key: readFileSync(key), cert: readFileSync(cert), ciphers, maxVersion: 'TLSv1.2' });
  server.on('tlsClientError', () => {});
  closing.push(server.listen(0, 'localhost'));
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return offerSuites({ host: 'localhost', port, suites, timeoutMs: 5000 });
}

test('a suite that the server speaks is taken, by its number; one that it does not is refused', async () => {
  const ciphers = 'ECDHE-RSA-AES128-GCM-SHA256:NULL-SHA256:@SECLEVEL=0';
  expect(await offered([0xc02f], ciphers)).toEqual({ state: 'accepted', protocol: 'TLS 1.2', cipher: 'suite 0xc02f' });
  expect(await offered([0x0004, 0x003b], ciphers)).toMatchObject({ state: 'accepted', cipher: 'suite 0x003b' });
  expect(await offered([0x0004, 0x000a], ciphers)).toEqual({ state: 'refused' });
});

test('what is no TLS, and who hangs up, says nothing of ciphers', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  closing.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const result = await offerSuites({ host: '127.0.0.1', port, suites: [4], timeoutMs: 5000 });
  expect(result).toEqual({ state: 'failed', reason: 'no answer in TLS' });
});

test('an answer that has only begun is waited for', () => {
  const hello = Buffer.concat([
    Buffer.from([22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3]),
    Buffer.alloc(32),
    Buffer.from([0, 0, 4]),
  ]);
  expect(readAnswer(hello)).toMatchObject({ state: 'accepted', cipher: 'suite 0x0004' });
  for (let length = 0; length < hello.length; length += 1)
    expect(readAnswer(hello.subarray(0, length))).toBeUndefined();
});
