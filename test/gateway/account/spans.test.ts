import { expect, onTestFinished, test } from 'vitest';
import { RequestRecord } from '../../../gateway/account/request-record.ts';
import { openSpan } from '../../../gateway/account/spans.ts';
import { callerTrace } from '../../../gateway/account/trace-context.ts';
import type { Inbound } from '../../../gateway/admission/admitted.ts';
import { systemClock } from '../../../src/clock.ts';
import { startTracing } from '../../../src/telemetry/tracing.ts';
import { key, startRig } from '../support/gateway.ts';
import { attribute, startCollector, startDeadCollector } from './support/collector.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const caller = (flags: string) => `00-${traceId}-b7ad6b7169203331-${flags}`;

const inbound = (traceparent: string | undefined, tracestate?: string): Inbound => ({
  ...{ requestId: 'r1', clientRequestId: null, traceparent, method: 'POST', path: '/v1/chat/completions' },
  ...{ clientIp: '10.0.0.7', proxied: true, userId: null, headers: { tracestate } },
});

/** The record of a request to a model, as the upstream sees it. */
function recordOf(span: ReturnType<typeof openSpan>, request: Inbound): RequestRecord {
  const record = new RequestRecord(request, span, systemClock);
  record.describe({ model: 'm', stream: true, promptChars: 2, messages: 1 });
  return record;
}

test('a request is a SERVER span with the model call as a CLIENT span, within the trace of the caller', async () => {
  const { url, spans } = await startCollector();
  const { gateway, chat, audit } = await startRig({ input: { telemetry: { otlp_endpoint: url } } });
  await (await chat({}, { headers: { traceparent: caller('01') } })).text();
  await (await chat()).text();
  const lines = await audit(2);
  await gateway.close();

  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set(lines.map(({ trace_id }) => trace_id)));
  const own = spans.filter((span) => span.traceId === traceId);
  const named = (name: string) => own.find((span) => span.name === name);
  expect(own.map(({ name }) => name).sort()).toEqual(
    ['POST /v1/chat/completions', 'admission', 'chat qwen3:32b', 'decode', 'prefill', 'queue', 'upstream'].sort(),
  );
  const [root, call] = [named('POST /v1/chat/completions'), named('chat qwen3:32b')];
  expect([root?.kind, root?.parentSpanId]).toEqual([2, 'b7ad6b7169203331']);
  expect([call?.kind, call?.parentSpanId]).toEqual([3, root?.spanId]);
  expect(named('admission')?.parentSpanId).toBe(root?.spanId);
  expect(named('queue')?.parentSpanId).toBe(call?.spanId);
  expect(named('upstream')?.parentSpanId).toBe(call?.spanId);
  expect(named('decode')?.parentSpanId).toBe(named('upstream')?.spanId);
  expect(attribute(call, 'gen_ai.request.model')?.stringValue).toBe('qwen3:32b');
  expect(attribute(call, 'gen_ai.operation.name')?.stringValue).toBe('chat');
  expect(Number(attribute(call, 'gen_ai.usage.output_tokens')?.intValue)).toBe(17);
  expect(Number(attribute(root, 'http.response.status_code')?.intValue)).toBe(200);
  expect(JSON.stringify(spans)).not.toContain(key);
});

test.each([
  ['/v1/completions', { prompt: 'hi' }, 'text_completion qwen3:32b'],
  ['/v1/embeddings', { input: 'hi' }, 'embeddings qwen3:32b'],
])('%s names its operation', async (path, body, name) => {
  const { url, spans } = await startCollector();
  const { gateway, audit } = await startRig({ input: { telemetry: { otlp_endpoint: url } } });
  const headers = { 'x-api-key': key };
  await fetch(gateway.address + path, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'qwen3:32b', ...body }),
  });
  await audit(1);
  await gateway.close();
  expect(spans.map((span) => span.name)).toEqual(expect.arrayContaining([`POST ${path}`, name]));
});

test('a refused request has no model call, and an unknown path no span name of its own', async () => {
  const { url, spans } = await startCollector();
  const { gateway, chat, audit } = await startRig({ input: { telemetry: { otlp_endpoint: url } } });
  await chat({}, { headers: { 'x-api-key': 'wrong' } });
  await fetch(`${gateway.address}/made/up`);
  await audit(2);
  await gateway.close();
  expect(spans.map(({ name }) => name).sort()).toEqual(['GET', 'POST /v1/chat/completions', 'admission', 'admission']);
  expect(spans.find(({ kind, name }) => kind === 2 && name !== 'GET')?.status?.code ?? 0).toBe(0);
});

test('a caller that does not sample is not exported, but its trace goes on', async () => {
  const { url, spans } = await startCollector();
  const tracing = await startTracing('test', url);
  const request = inbound(caller('00'), 'vendor=1');
  const span = openSpan(tracing, request);
  const record = recordOf(span, request);
  expect(record.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  expect(record.tracestate).toBe('vendor=1');
  record.end({ status: 200, aborted: false, bytesSent: 0 });
  span.finish(record, record.line('audit', false));
  await tracing.shutdown();
  expect(spans).toEqual([]);
});

test('the backend is told the span of the model call', async () => {
  const { url, spans } = await startCollector();
  const tracing = await startTracing('test', url);
  const span = openSpan(tracing, inbound(caller('01'), 'vendor=1'));
  const record = recordOf(span, inbound(undefined));
  const [, , parentId] = (record.traceparent ?? '').split('-');
  expect(record.tracestate).toBe('vendor=1');
  record.end({ status: 200, aborted: false, bytesSent: 0 });
  span.finish(record, record.line('audit', false));
  await tracing.shutdown();
  expect(spans.find(({ name }) => name === 'chat m')?.spanId).toBe(parentId);
});

test('where nothing is traced the trace of the caller goes on as it came', () => {
  const request = inbound(caller('01'), 'vendor=1');
  const record = recordOf(openSpan(undefined, request), request);
  expect([record.traceparent, record.tracestate]).toEqual([caller('01'), 'vendor=1']);
  expect(recordOf(openSpan(undefined, inbound(undefined)), inbound(undefined)).traceparent).toBeUndefined();
});

test.each([
  ['version ff', `ff-${traceId}-b7ad6b7169203331-01`],
  ['no trace', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['no parent', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['capitals', `00-${traceId.toUpperCase()}-b7ad6b7169203331-01`],
  ['more fields than version 00 has', `${caller('01')}-x`],
  ['anything', 'x'.repeat(200)],
])('a trace context with %s is not believed', (_case, traceparent) => {
  expect(callerTrace(inbound(traceparent))).toBeUndefined();
});

test('a later version of the trace context is read as far as it is known', () => {
  expect(callerTrace(inbound(`01-${traceId}-b7ad6b7169203331-01-more`))?.traceId).toBe(traceId);
});

test('a dead collector costs no request, and not the end of the gateway', async () => {
  const otlp_endpoint = await startDeadCollector();
  const { gateway, chat, audit } = await startRig({ input: { telemetry: { otlp_endpoint } } });
  for (let index = 0; index < 5; index += 1) expect((await chat()).status).toBe(200);
  expect(await audit(5)).toHaveLength(5);
  onTestFinished(() => gateway.close());
  await gateway.close();
});
