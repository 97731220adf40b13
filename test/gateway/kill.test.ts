import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAuditLine } from '../../src/audit-line.ts';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import { answering, eventually, freePort, startOps, temporaryFolder } from '../support/ops.ts';

test('every finished request keeps its audit line when the gateway is killed', async () => {
  const [port, metricsPort] = await Promise.all([freePort(), freePort()]);
  const file = join(temporaryFolder('kill'), 'audit.log');
  const ollama = await startOllamaSimulator({ models: ['m'] });
  const gateway = startOps('gateway', {
    listen: `127.0.0.1:${port}`,
    metrics_listen: `127.0.0.1:${metricsPort}`,
    ollama_api: ollama.url,
    auth: { valid_keys: ['k'] },
    audit: { file },
  });
  await answering(`http://127.0.0.1:${port}/ready`, gateway);
  const ids: (string | null)[] = [];
  for (let index = 0; index < 20; index += 1) {
    const reply = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-api-key': 'k', 'content-type': 'application/json' },
      body: '{"model":"m","messages":[{"role":"user","content":"hi"}]}',
    });
    await reply.text();
    ids.push(reply.headers.get('x-request-id'));
  }
  gateway.process.kill('SIGKILL');
  await gateway.stop();
  await ollama.close();
  const lines = readFileSync(file, 'utf8').split('\n').map(parseAuditLine);
  expect(lines.flatMap((line) => (line ? [line.request_id] : []))).toEqual(ids);
});

test('the next start tells of the kill, and ends the request that was open', async () => {
  const [port, metricsPort] = await Promise.all([freePort(), freePort()]);
  const file = join(temporaryFolder('kill'), 'audit.log');
  const ollama = await startOllamaSimulator({ models: ['m'], slowFirstTokenMs: 60_000 });
  ollama.fault = 'slow-first-token';
  const configuration = {
    listen: `127.0.0.1:${port}`,
    metrics_listen: `127.0.0.1:${metricsPort}`,
    ollama_api: ollama.url,
    auth: { valid_keys: ['k'] },
    audit: { file },
  };
  const lines = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((text) => parseAuditLine(text) ?? []);
  const first = startOps('gateway', configuration);
  await answering(`http://127.0.0.1:${port}/ready`, first);
  const asked = fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'x-api-key': 'k' },
    body: '{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}',
  }).then((reply) => reply.text());
  asked.catch(() => {});
  const started = await eventually('a started line', () => lines()[0]);
  first.process.kill('SIGKILL');
  await expect(asked).rejects.toThrow();
  await first.stop();
  const second = startOps('gateway', configuration);
  await answering(`http://127.0.0.1:${port}/ready`, second);
  await second.stop();
  await ollama.close();
  expect(lines().map(({ type }) => type)).toEqual(['started', 'recovered', 'recovered']);
  expect(lines()[1]?.last_record_time).toBe(started.time);
  expect(lines()[2]).toMatchObject({ request_id: started.request_id, outcome: null, error: 'gateway_restarted' });
});
