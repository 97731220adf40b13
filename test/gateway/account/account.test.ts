import { expect, test, vi } from 'vitest';
import { startRig } from '../support/gateway.ts';

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

test('a caller that sends a trace has its id in the audit line, also where nothing is traced', async () => {
  const { chat, audit } = await startRig();
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await (await chat({}, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } })).text();
  expect((await audit(1))[0]?.trace_id).toBe(traceId);
});
