import { expect, test } from 'vitest';
import { gatewayMetrics } from '../../src/catalogue/index.ts';
import { startRig } from './support/gateway.ts';

test('/metrics has every metric of the catalogue with a series, and no other', async () => {
  const { chat, ollama, metrics, audit } = await startRig();
  await (await chat({ stream: true })).text();
  ollama.fault = 'error-record';
  await (await chat()).text();
  await audit(2);
  const text = await metrics();
  const declared = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
  expect([...declared].sort()).toEqual(gatewayMetrics.map(({ name }) => name).sort());
  const series = new Set(
    [...text.matchAll(/^([a-z]\w*)/gm)].map(([, name]) => name?.replace(/_(bucket|sum|count)$/, '')),
  );
  expect(gatewayMetrics.map(({ name }) => name).filter((name) => !series.has(name))).toEqual([]);
});

test('the numbers of an answer are those of Ollama', async () => {
  const { chat, metrics, audit } = await startRig();
  await (await chat({ stream: true })).text();
  await audit(1);
  const text = await metrics();
  expect(text).toContain('llm_gateway_requests_total{outcome="ok",model="qwen3:32b"} 1');
  expect(text).toContain('llm_gateway_tokens_total{direction="output",model="qwen3:32b"} 17');
  expect(text).toContain('llm_gateway_time_to_first_token_seconds_count 1');
  expect(text).toContain('llm_gateway_time_per_output_token_seconds_count 1');
});

test('a scraper that asks for OpenMetrics gets the requests behind the histograms', async () => {
  const { chat, gateway, audit } = await startRig();
  const id = (await chat()).headers.get('x-request-id');
  await audit(1);
  const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3';
  const reply = await fetch(`${gateway.metricsAddress}/metrics`, { headers: { accept } });
  expect(reply.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  const text = await reply.text();
  expect(text).toMatch(
    new RegExp(`^llm_gateway_request_duration_seconds_bucket\\{.*outcome="ok".*# \\{request_id="${id}"`, 'm'),
  );
});

test('an id that is too long for an exemplar does not break the accounting', async () => {
  const { chat, metrics, audit } = await startRig({ config: { trusted_proxies: ['127.0.0.1'] } });
  await (await chat({}, { headers: { 'x-api-key': 'test-key', 'x-request-id': 'a'.repeat(128) } })).text();
  const [line] = await audit(1);
  expect(line?.request_id).toBe('a'.repeat(128));
  expect(await metrics()).toContain('llm_gateway_time_to_first_token_seconds_count 1');
});

test('a model name that nobody has does not become a label', async () => {
  const { chat, metrics, audit } = await startRig();
  await (await chat({ model: 'made-up-by-a-caller' })).text();
  await audit(1);
  expect(await metrics()).not.toContain('made-up');
});

test('metrics are not on the port of the API', async () => {
  const { gateway } = await startRig();
  for (const path of ['/metrics', '/v1/metrics', '/inflight']) {
    expect((await fetch(gateway.address + path, { headers: { 'x-api-key': 'test-key' } })).status).toBe(404);
  }
});

test.each(['/metrics', '/inflight'])('%s answers GET and HEAD, and nothing else', async (path) => {
  const { gateway } = await startRig();
  const url = gateway.metricsAddress + path;
  const [got, head, post] = await Promise.all([
    fetch(url),
    fetch(url, { method: 'HEAD' }),
    fetch(url, { method: 'POST' }),
  ]);
  expect(got.status).toBe(200);
  expect(head.headers.get('content-type')).toBe(got.headers.get('content-type'));
  expect(await head.text()).toBe('');
  expect(post.status).toBe(405);
  expect(post.headers.get('allow')).toBe('GET, HEAD');
});
