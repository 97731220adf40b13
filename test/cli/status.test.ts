import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort, repository } from '../support/ops.ts';

function status(port: number, ...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, OPS_GATEWAY_LISTEN: `127.0.0.1:${port}`, OPS_CONFIG: '/dev/null' };
  return new Promise((resolve) => {
    execFile(join(repository, 'bin/ops'), ['status', 'gateway', ...words], { env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test('what does not answer is down, at once; what begins to answer while it waits is up', async () => {
  const port = await freePort();
  expect((await status(port)).code).toBe(1);
  const asked = Promise.withResolvers<void>();
  const early = createServer((_, reply) => {
    reply.writeHead(503).end();
    asked.resolve();
  }).listen(port, '127.0.0.1');
  await once(early, 'listening');
  const waiting = status(port, '--wait', '10m');
  await asked.promise;
  early.removeAllListeners('request').on('request', (_, reply) => reply.end());
  expect((await waiting).code).toBe(0);
  early.close();
});

test('a wait that is no duration is refused with what is expected', async () => {
  const { code, stderr } = await status(1, '--wait', 'long');
  expect([code, stderr]).toEqual([64, 'ops: --wait: expected a duration such as 30s, got "long"\n']);
});
