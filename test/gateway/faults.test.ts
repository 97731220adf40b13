import { describe, expect, test, vi } from 'vitest';
import { events, startRig } from './support/gateway.ts';

const friendly = { error: 'model service is temporarily unavailable, please retry shortly' };
const quick = { no_response: '300ms' };

describe('a backend that says nothing', () => {
  test.each(['probe', 'fail'])('and answers no probe is 503 (%s)', async (on_silence) => {
    const { chat, ollama, audit } = await startRig({ config: { timeouts: { ...quick, on_silence } } });
    await (await chat()).text();
    ollama.fault = 'silent';
    const reply = await chat();
    expect(reply.status).toBe(503);
    expect(await reply.json()).toEqual(friendly);
    const [, line] = await audit(2);
    expect(line).toMatchObject({ status: 503, outcome: 'upstream_error', error: 'service_unavailable' });
  });

  test('but is alive keeps its caller with comments when it is asked', async () => {
    const { chat, ollama } = await startRig({
      config: { timeouts: quick, sse_comment_interval: '400ms' },
      ollama: { slowFirstTokenMs: 1000 },
    });
    ollama.fault = 'slow-first-token';
    const body = await (await chat({ stream: true })).text();
    expect(body).toMatch(/^: waiting for the first token\n\n/);
    expect(events(body).at(-1)).toBe('[DONE]');
    expect(ollama.requests.map(({ path }) => path)).toEqual(expect.arrayContaining(['/api/ps', '/api/version']));
  });

  test('but is alive is given up under the literal rule of the article', async () => {
    const { chat, ollama } = await startRig({ config: { timeouts: { ...quick, on_silence: 'fail' } } });
    ollama.fault = 'slow-first-token';
    expect((await chat()).status).toBe(503);
    await vi.waitUntil(() => ollama.requests.some(({ path, aborted }) => path === '/api/chat' && aborted));
  });

  test('while it loads the model shows the phase and may take as long as a cold load', async () => {
    const { chat, gateway } = await startRig({
      config: { timeouts: { ...quick, first_token: '500ms' } },
      ollama: { loaded: [], loadMs: 1500 },
    });
    const reply = chat();
    const inflight = async () => (await fetch(`${gateway.metricsAddress}/inflight`)).text();
    await vi.waitUntil(async () => (await inflight()).includes('"phase":"load"'));
    expect((await reply).status).toBe(200);
  });

  test('and is alive is given up after first_token when its model is in memory', async () => {
    const { chat, ollama } = await startRig({ config: { timeouts: { ...quick, first_token: '600ms' } } });
    ollama.fault = 'slow-first-token';
    expect((await chat()).status).toBe(504);
  });
});

test('a plain call through a proxy is answered before the proxy gives up, a direct one waits', async () => {
  const { chat, ollama } = await startRig({
    config: { timeouts: { non_stream_first_byte: '300ms' } },
    ollama: { tokensPerSecond: 20 },
  });
  const reply = await chat({}, { headers: { 'x-forwarded-for': '198.51.100.7' } });
  expect([reply.status, await reply.json()]).toEqual([503, friendly]);
  await vi.waitUntil(() => ollama.requests.some(({ path, aborted }) => path === '/api/chat' && aborted));
  expect((await chat()).status).toBe(200);
});

test('a body over the limit is answered 413', async () => {
  const { chat } = await startRig({ config: { limits: { max_body_bytes: 1000 } } });
  const reply = await chat({ messages: [{ role: 'user', content: 'x'.repeat(2000) }] });
  expect([reply.status, await reply.json()]).toEqual([413, { error: 'request body too large, max 1000 bytes' }]);
});

test('three failures open the breaker, which answers at once and closes after the backend is back', async () => {
  const { chat, ollama, metrics } = await startRig();
  ollama.fault = 'refuse';
  for (let count = 0; count < 3; count += 1) expect((await chat()).status).toBe(503);
  expect(await metrics()).toMatch(/llm_gateway_breaker_state\{[^}]*\} [12]\n/);
  expect((await chat()).headers.get('retry-after')).toBe('1');
  expect(await metrics()).toContain('llm_gateway_rejections_total{reason="breaker"} 1');
  ollama.fault = 'none';
  await vi.waitUntil(async () => /breaker_state\{[^}]*\} 0\n/.test(await metrics()), { timeout: 5000, interval: 50 });
  expect((await chat()).status).toBe(200);
});

test('a full queue of Ollama is 503 with Retry-After and no failure of the backend', async () => {
  const { chat, ollama, metrics } = await startRig();
  ollama.fault = 'busy';
  for (let count = 0; count < 4; count += 1) {
    const reply = await chat();
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5']);
  }
  expect(await metrics()).toMatch(/llm_gateway_breaker_state\{[^}]*\} 0\n/);
});

describe('a stream that breaks after its first words', () => {
  test.each([
    ['error-record', 'upstream_error'],
    ['reset', 'upstream_error'],
    ['stall', 'timeout'],
  ] as const)('by %s ends with an error event and no [DONE]', async (fault, code) => {
    const { chat, ollama, audit } = await startRig({ config: { timeouts: { between_tokens: '300ms' } } });
    ollama.fault = fault;
    const reply = await chat({ stream: true });
    expect(reply.status).toBe(200);
    const sent = events(await reply.text());
    expect(sent).not.toContain('[DONE]');
    expect(sent.at(-1)).toMatchObject({ error: { code, param: null } });
    expect(await audit(1)).toMatchObject([{ error: code, status: 200, aborted: false }]);
  });

  test('by a missing last record is complete with what it had, and counted', async () => {
    const { chat, ollama, metrics } = await startRig();
    ollama.fault = 'no-done';
    const sent = events(await (await chat({ stream: true })).text());
    expect(sent.at(-1)).toBe('[DONE]');
    expect(await metrics()).toMatch(/upstream_errors_total\{[^}]*cause="incomplete"\} 1/);
  });
});

test('a plain call that breaks is a status, without the words it had', async () => {
  const { chat, ollama } = await startRig();
  ollama.fault = 'error-record';
  const reply = await chat();
  expect(reply.status).toBe(502);
  expect(await reply.json()).toEqual({ error: 'the model stopped while answering, please retry' });
});

test.each([true, false])('a caller that leaves cancels the work at once (stream %s)', async (stream) => {
  const { chat, ollama, audit } = await startRig({ ollama: { tokensPerSecond: 5 } });
  const controller = new AbortController();
  const reply = chat({ stream }, { signal: controller.signal }).catch(() => undefined);
  await vi.waitUntil(() => ollama.chats.length === 1);
  if (stream) await reply;
  controller.abort();
  await vi.waitUntil(() => ollama.requests.some(({ path, aborted }) => path === '/api/chat' && aborted));
  expect(await audit(1)).toMatchObject([{ outcome: 'aborted', aborted: true, status: stream ? 200 : 499 }]);
});

test('a queue that is full refuses, and a caller in it waits for its place', async () => {
  const { chat, ollama } = await startRig({
    config: { limits: { max_in_flight: 1, max_queue: 1 } },
    ollama: { tokensPerSecond: 20 },
  });
  const first = chat();
  await vi.waitUntil(() => ollama.chats.length === 1);
  const [second, third] = await Promise.all([chat(), chat()]);
  expect([second.status, third.status].sort()).toEqual([200, 503]);
  expect((await first).status).toBe(200);
});

test('the gateway goes to another backend when the first one is gone, as long as nothing was answered', async () => {
  const { startOllamaSimulator } = await import('../../src/demo/ollama-simulator.ts');
  const second = await startOllamaSimulator();
  const gone = await startOllamaSimulator();
  await gone.close();
  const { chat } = await startRig({ config: { ollama_api: [gone.url, second.url] } });
  expect((await chat()).status).toBe(200);
  expect(second.chats).toHaveLength(1);
  await second.close();
});

test('closing ends an open stream with an error event', async () => {
  const { chat, gateway } = await startRig({ ollama: { tokensPerSecond: 5 } });
  const reply = await chat({ stream: true });
  const closed = gateway.close();
  const sent = events(await reply.text());
  await closed;
  expect(sent.at(-1)).toMatchObject({ error: { code: 'service_unavailable' } });
});
