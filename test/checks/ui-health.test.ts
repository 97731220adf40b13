import { expect, test } from 'vitest';
import uiHealth from '../../src/checks/ui-health.ts';
import { freePort } from '../support/ops.ts';
import { runCheck, serve, valuesOf } from './support/context.ts';

const labels = { check: 'ui-health' };
const up = async (url: string, timeout = '10s') =>
  valuesOf(await runCheck(uiHealth, { url, timeout }), 'ops_http_up', labels);

test.each([
  [200, 1],
  [204, 1],
  [302, 0],
  [404, 0],
  [500, 0],
  [503, 0],
])('status %i is %i', async (status, expected) => {
  const url = await serve((_, reply) => reply.writeHead(status, { location: '/login' }).end());
  expect(await up(`${url}/health`)).toEqual([expected]);
});

test('the address is asked as it is written, and the duration of its answer is given in seconds', async () => {
  const asked: string[] = [];
  const url = await serve((request, reply) => {
    asked.push(`${request.method} ${request.url}`);
    setTimeout(() => reply.end('ok'), 120);
  });
  const samples = await runCheck(uiHealth, { url: `${url}/deep/health?full=1` });
  expect(asked).toEqual(['GET /deep/health?full=1']);
  const [seconds = 0] = valuesOf(samples, 'ops_http_duration_seconds', labels);
  expect(seconds).toBeGreaterThan(0.1);
  expect(seconds).toBeLessThan(10);
});

test('nobody listening is down, and not a check that failed', async () => {
  expect(await up(`http://127.0.0.1:${await freePort()}/health`)).toEqual([0]);
});

test('a server that hangs up without an answer is down', async () => {
  expect(await up(await serve((request) => request.socket.destroy()))).toEqual([0]);
});

test('silence is down once most of the timeout has passed', async () => {
  expect(await up(await serve(() => {}), '500ms')).toEqual([0]);
});

test('an answer that begins and never ends is down', async () => {
  const url = await serve((_, reply) => reply.writeHead(200).write('half'));
  expect(await up(url, '500ms')).toEqual([0]);
});

test('only http and https addresses are accepted', () => {
  for (const url of ['ftp://localhost/health', 'localhost:8080', '']) {
    expect(uiHealth.schema.safeParse({ url }).success, url).toBe(false);
  }
});
