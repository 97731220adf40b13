import { expect, test, vi } from 'vitest';
import { startOllamaSimulator } from '../../../src/demo/ollama-simulator.ts';
import { events, startRig } from '../support/gateway.ts';

const cold = { loaded: [], loadMs: 600 };
const isLoad = ({ messages }: { messages: unknown[] }) => messages.length === 0;

test('all that wait for a model share one load, and its time is theirs', async () => {
  const { chat, ollama, audit } = await startRig({ ollama: cold });
  const replies = await Promise.all([chat(), chat(), chat({ stream: true })]);
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  await replies[2]?.text();
  expect(ollama.chats.filter(isLoad)).toHaveLength(1);
  for (const line of await audit(3)) expect(line.load_time).toBeGreaterThan(0.5);
});

test('a caller that wants the model gone after its answer does not unload it for those who wait', async () => {
  const { chat, ollama } = await startRig({ ollama: cold });
  const replies = await Promise.all([chat({ keep_alive: 0 }), chat()]);
  expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  // `messages: []` with `keep_alive: 0` is how Ollama is told to unload.
  expect(ollama.chats.filter(isLoad).map(({ keep_alive }) => keep_alive)).toEqual([undefined]);
  expect(ollama.chats.filter((request) => !isLoad(request)).map(({ keep_alive }) => keep_alive)).toContain(0);
});

test('a stream hears why it waits', async () => {
  const { chat } = await startRig({ ollama: cold, config: { sse_comment_interval: '200ms' } });
  const body = await (await chat({ stream: true })).text();
  expect(body).toMatch(/^: loading model\n\n/);
  expect(events(body).at(-1)).toBe('[DONE]');
});

test('a caller that leaves does not end the load', async () => {
  const { chat, ollama } = await startRig({ ollama: cold });
  const leaving = new AbortController();
  const gone = chat({}, { signal: leaving.signal }).catch(() => 'gone');
  await vi.waitUntil(() => ollama.chats.length === 1);
  leaving.abort();
  await gone;
  expect((await chat()).status).toBe(200);
  expect(ollama.chats.filter(isLoad)).toHaveLength(1);
  expect(ollama.requests.filter(({ path, aborted }) => path === '/api/chat' && aborted)).toEqual([]);
});

test('a plain call behind a proxy is answered before the proxy gives up, and the load goes on for the next', async () => {
  const { chat, ollama } = await startRig({ ollama: cold, config: { timeouts: { non_stream_first_byte: '200ms' } } });
  const reply = await chat({}, { headers: { 'x-forwarded-for': '198.51.100.7' } });
  // Nothing was learned of this model yet: 30 s are assumed, and 0.2 of them are over.
  expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '30']);
  expect((await chat()).status).toBe(200);
  expect(ollama.chats.filter(isLoad)).toHaveLength(1);
});

test('under the literal rule the caller is told after no_response, and the load goes on', async () => {
  const { chat, ollama, metrics } = await startRig({
    ollama: cold,
    config: { timeouts: { no_response: '300ms', on_silence: 'fail' } },
  });
  expect((await chat()).status).toBe(503);
  await vi.waitUntil(async () => (await chat()).status === 200, { timeout: 5000, interval: 50 });
  expect(ollama.chats.filter(isLoad)).toHaveLength(1);
  expect(await metrics()).toMatch(/llm_gateway_breaker_state\{[^}]*\} 0\n/);
});

test('a load has a time budget of its own', async () => {
  const { chat, metrics } = await startRig({
    ollama: { loaded: [], loadMs: 5000 },
    config: { timeouts: { no_response: '300ms', first_token: '400ms', cold_load: '800ms' } },
  });
  expect((await chat()).status).toBe(504);
  expect(await metrics()).toMatch(/llm_gateway_breaker_state\{[^}]*\} 0\n/);
});

test('a server that dies while it loads ends the wait', async () => {
  const { chat, ollama } = await startRig({ ollama: { loaded: [], loadMs: 5000 } });
  const reply = chat();
  await vi.waitUntil(() => ollama.chats.length === 1);
  ollama.fault = 'refuse';
  expect([502, 503]).toContain((await reply).status);
});

test('requests that wait for a load count for the bound of the queue', async () => {
  const { chat, ollama } = await startRig({ ollama: cold, config: { limits: { max_queue: 1 } } });
  const first = chat();
  await vi.waitUntil(() => ollama.chats.length === 1);
  expect((await chat()).status).toBe(503);
  expect((await first).status).toBe(200);
});

test('a request goes where its model is in memory', async () => {
  const warm = await startOllamaSimulator();
  const other = await startOllamaSimulator({ loaded: [] });
  const { chat } = await startRig({ config: { ollama_api: [other.url, warm.url] } });
  await vi.waitUntil(() => [warm, other].every(({ requests }) => requests.some(({ path }) => path === '/api/ps')));
  for (let count = 0; count < 3; count += 1) expect((await chat()).status).toBe(200);
  expect([warm.chats.length, other.chats.length]).toEqual([3, 0]);
  await Promise.all([warm.close(), other.close()]);
});

test('a backend that is idle loads the model when all that have it are full', async () => {
  const warm = await startOllamaSimulator({ tokensPerSecond: 10 });
  const idle = await startOllamaSimulator({ loaded: [], loadMs: 100 });
  const config = { ollama_api: [warm.url, idle.url], limits: { max_in_flight: 1 } };
  const { chat } = await startRig({ config });
  await vi.waitUntil(() => [warm, idle].every(({ requests }) => requests.some(({ path }) => path === '/api/ps')));
  const first = chat();
  await vi.waitUntil(() => warm.chats.length === 1);
  expect((await chat()).status).toBe(200);
  expect(idle.chats.map(isLoad)).toEqual([true, false]);
  expect((await first).status).toBe(200);
  await Promise.all([warm.close(), idle.close()]);
});

test('a backend that only lacks the model is not asked for it', async () => {
  const has = await startOllamaSimulator({ models: ['qwen3:32b'] });
  const lacks = await startOllamaSimulator({ models: ['llama3.2'] });
  const { chat, gateway } = await startRig({ config: { ollama_api: [lacks.url, has.url] } });
  for (let count = 0; count < 3; count += 1) expect((await chat()).status).toBe(200);
  expect(lacks.chats).toEqual([]);
  const listed = await fetch(`${gateway.address}/v1/models`, { headers: { 'x-api-key': 'test-key' } });
  expect(await listed.json()).toMatchObject({ data: [{ id: 'llama3.2:latest' }, { id: 'qwen3:32b' }] });
  await Promise.all([has.close(), lacks.close()]);
});
