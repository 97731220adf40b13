import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startRig } from './support/gateway.ts';

describe("the four rows of the article's table", () => {
  test('a wrong key is answered 401 with the article text', async () => {
    const { chat, ollama } = await startRig();
    const reply = await chat({}, { headers: { 'x-api-key': 'wrong' } });
    expect(reply.status).toBe(401);
    expect(await reply.text()).toBe('{"error":"invalid api key"}');
    expect(ollama.chats).toEqual([]);
  });

  test('request 31 of a window is answered 429 with Retry-After 60', async () => {
    const { chat } = await startRig();
    for (let count = 1; count <= 30; count += 1) {
      const reply = await chat();
      expect(reply.status).toBe(200);
      expect(reply.headers.get('x-ratelimit-remaining-requests')).toBe(String(30 - count));
      await reply.text();
    }
    const refused = await chat();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
  });

  test('a peer outside the whitelist is reset before it can be heard, whatever it forwards', async () => {
    const { gateway, metrics } = await startRig({ config: { whitelist: { enabled: true, ips: ['127.0.0.1'] } } });
    const ended = await new Promise((resolve) => {
      const socket = connect({
        port: Number(new URL(gateway.address).port),
        host: '127.0.0.1',
        localAddress: '127.0.0.2',
      });
      socket.on('connect', () => socket.write('GET /health HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n'));
      socket.on('data', (data) => resolve(data.toString()));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      socket.on('end', () => resolve('ended'));
    });
    expect(['ECONNRESET', 'EPIPE']).toContain(ended);
    expect((await fetch(`${gateway.address}/health`)).status).toBe(200);
    expect(await metrics()).toContain('llm_gateway_rejections_total{reason="network"} 1');
  });

  test('who asks through Nginx whether it is alive needs no key, and leaves no audit line', async () => {
    const { gateway, chat, audit } = await startRig({ config: { whitelist: { enabled: true, ips: ['127.0.0.1'] } } });
    for (const path of ['/health', '/v1/health']) {
      expect((await fetch(`${gateway.address}${path}`)).status).toBe(200);
    }
    await chat();
    expect(await audit(1)).toMatchObject([{ path: '/v1/chat/completions' }]);
  });

  test('a prompt of more than 32768 code points is refused, one of exactly as many is not', async () => {
    const { chat, ollama } = await startRig();
    const refused = await chat({ messages: [{ role: 'user', content: '🙂'.repeat(32_769) }] });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ error: 'prompt too long, max 32768 chars' });
    const parts = [
      { type: 'text', text: '🙂'.repeat(30_000) },
      { type: 'text', text: '你'.repeat(2768) },
    ];
    expect((await chat({ messages: [{ role: 'user', content: parts }] })).status).toBe(200);
    expect(ollama.chats).toHaveLength(1);
  });
});

test('every route answers with and without /v1, because the Nginx of the article strips the prefix', async () => {
  const { gateway } = await startRig({ ollama: { models: ['registry.internal/library/qwen3:32b'] } });
  const headers = { authorization: 'Bearer test-key' };
  for (const prefix of ['', '/v1']) {
    const list = await (await fetch(`${gateway.address}${prefix}/models`, { headers })).json();
    expect(list).toMatchObject({ data: [{ id: 'registry.internal/library/qwen3:32b' }] });
    const one = await (await fetch(`${gateway.address}${prefix}/models/qwen3:32b`, { headers })).json();
    expect(one).toMatchObject({ id: 'qwen3:32b' });
    const body = JSON.stringify({ model: 'qwen3:32b', messages: [{ role: 'user', content: '你好' }] });
    const reply = await fetch(`${gateway.address}${prefix}/chat/completions`, { method: 'POST', headers, body });
    expect(await reply.json()).toMatchObject({ choices: [{ message: { content: expect.stringContaining('你好') } }] });
  }
});

test('a caller with a bearer key gets the error object of OpenAI', async () => {
  const { gateway } = await startRig();
  const reply = await fetch(`${gateway.address}/v1/models`, { headers: { authorization: 'Bearer nope' } });
  expect(await reply.json()).toEqual({
    error: { message: 'invalid api key', type: 'authentication_error', param: null, code: 'invalid_api_key' },
  });
});

test('an ambiguous model is refused with both tags', async () => {
  const { chat } = await startRig({ ollama: { models: ['a.internal/x/qwen3:32b', 'b.internal/x/qwen3:32b'] } });
  const reply = await chat();
  expect(reply.status).toBe(404);
  expect(await reply.text()).toContain('a.internal/x/qwen3:32b, b.internal/x/qwen3:32b');
});

test.each([
  ['no JSON', '{', 'the request body is not valid JSON'],
  ['a list', '[]', 'the request body must be a JSON object'],
  ['a bad role', '{"model":"m","messages":[{"role":"robot","content":"x"}]}', 'messages[0].role'],
  ['NUL', '{"model":"m","messages":[{"role":"user","content":"a\\u0000b"}]}', 'messages[0].content'],
  ['n > 1', '{"model":"m","n":2,"messages":[{"role":"user","content":"x"}]}', 'n: only 1'],
  ['a text as temperature', '{"model":"m","temperature":"1","messages":[{"role":"user","content":""}]}', 'temperature'],
])('%s is answered 400 with a sentence that names it', async (_case, body, named) => {
  const { gateway, ollama } = await startRig();
  const headers = { 'x-api-key': 'test-key' };
  const reply = await fetch(`${gateway.address}/v1/chat/completions`, { method: 'POST', headers, body });
  expect(reply.status).toBe(400);
  expect(await reply.json()).toEqual({ error: expect.stringContaining(named) });
  expect(ollama.chats).toEqual([]);
});
