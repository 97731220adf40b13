import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { key, startRig } from '../support/gateway.ts';

test('an answered request leaves one audit line with Ollama’s own counts and times', async () => {
  const { chat, audit, gateway } = await startRig();
  const reply = await chat({ stream: true }, { headers: { 'x-user-id': 'li', 'x-request-id': '0123456789abcdef' } });
  await reply.text();
  await fetch(`${gateway.address}/health`);
  await fetch(`${gateway.address}/nope?key=secret`);
  const lines = await audit(2);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({
    ...{ type: 'audit', request_id: '0123456789abcdef', user_id: 'li', user_id_trusted: false, key_id: 'key-1' },
    ...{ path: '/v1/chat/completions', model: 'qwen3:32b', stream: true, prompt_chars: 2, messages: 1, status: 200 },
    ...{ outcome: 'ok', error: null, prompt_tokens: 5, completion_tokens: 17, finish_reason: 'stop', aborted: false },
    ...{ load_time: null, prefill_time: 0.005 },
  });
  expect(lines[0]?.ttft).toBeGreaterThan(0);
  expect(lines[0]?.response_time).toBeGreaterThanOrEqual(lines[0]?.ttft ?? Number.NaN);
  expect(lines[1]).toMatchObject({ path: '/nope', status: 404, outcome: 'client_error', error: 'route_not_found' });
  expect(JSON.stringify(lines)).not.toMatch(/secret|test-key|"hi"/);
});

test('a request that is open for 3 s has a started line, and is in /inflight until its end', async () => {
  const { chat, audit, gateway, ollama } = await startRig({ ollama: { slowFirstTokenMs: 3400 } });
  ollama.fault = 'slow-first-token';
  const reply = chat({ stream: true });
  await vi.waitUntil(() => ollama.chats.length === 1);
  const inflight = async () => (await fetch(`${gateway.metricsAddress}/inflight`)).json();
  expect(await inflight()).toMatchObject({ requests: [{ phase: 'prefill', stream: true, model: 'qwen3:32b' }] });
  await (await reply).text();
  const [started, ended] = await audit(2);
  expect(started).toMatchObject({ type: 'started', status: null, outcome: null, response_time: null });
  expect(ended).toMatchObject({ type: 'audit', request_id: started?.request_id, outcome: 'ok' });
  expect(await inflight()).toEqual({ requests: [] });
});

test('an audit log that cannot be written is counted and stops nothing', async () => {
  const { chat, metrics } = await startRig({ config: { audit: { file: '/dev/full' } } });
  expect((await chat()).status).toBe(200);
  await vi.waitUntil(async () => (await metrics()).includes('audit_write_failures_total 1'));
});

interface ExportedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { stringValue?: string } }[];
}

test('the collector gets one trace per request, within the trace of the caller', async () => {
  const spans: ExportedSpan[] = [];
  const collector = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: ExportedSpan[] }[] }[] };
    spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const otlp_endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const { gateway, chat, audit } = await startRig({ input: { telemetry: { otlp_endpoint } } });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await (await chat({}, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } })).text();
  await (await chat()).text();
  const lines = await audit(2);
  await gateway.close();
  collector.close();

  expect(lines[0]?.trace_id).toBe(traceId);
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set(lines.map(({ trace_id }) => trace_id)));
  const own = spans.filter((span) => span.traceId === traceId);
  expect(own.map(({ name }) => name).sort()).toEqual(
    ['admission', 'chat qwen3:32b', 'decode', 'prefill', 'queue', 'upstream'].sort(),
  );
  const root = own.find(({ name }) => name === 'chat qwen3:32b');
  expect(root?.parentSpanId).toBe('b7ad6b7169203331');
  expect(own.find(({ name }) => name === 'queue')?.parentSpanId).toBe(root?.spanId);
  const model = root?.attributes.find((attribute) => attribute.key === 'gen_ai.request.model');
  expect(model?.value.stringValue).toBe('qwen3:32b');
  expect(JSON.stringify(spans)).not.toContain(key);
});
