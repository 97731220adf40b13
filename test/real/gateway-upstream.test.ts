import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { gatewaySchema } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { ollamaAvailable, type RealOllama, startRealOllama } from './support/ollama.ts';
import { realPart } from './support/require.ts';

realPart('Ollama', ollamaAvailable)('what only a real Ollama can show', () => {
  let ollama: RealOllama;
  let gateway: Gateway;

  beforeAll(async () => {
    ollama = await startRealOllama();
    gateway = await startGateway({
      config: gatewaySchema.parse({
        listen: '127.0.0.1:0',
        metrics_listen: '127.0.0.1:0',
        ollama_api: ollama.url,
        auth: { enabled: false },
        rate_limit: { enabled: false },
        audit: { file: '/dev/null' },
        models: {
          allow: { 'tiny-loop': ['options.num_ctx'] },
          pin_options: { 'tiny-random': { num_ctx: 256 }, 'tiny-think': { num_ctx: 512 } },
        },
      }),
      telemetry: {},
      log: createLog('fatal', 'test'),
    });
  });

  afterAll(async () => {
    await gateway?.close();
    await ollama?.stop();
  });

  const chat = (model: string, content: string, extra: object = {}, init: RequestInit = {}) =>
    fetch(`${gateway.address}/v1/chat/completions`, {
      ...init,
      method: 'POST',
      body: JSON.stringify({ model, messages: [{ role: 'user', content }], max_tokens: 3, ...extra }),
    });

  const metric = async (pattern: RegExp) =>
    pattern.exec(await (await fetch(`${gateway.metricsAddress}/metrics`)).text())?.[1];

  const loadsIn = async (since: number) =>
    (await readFile(ollama.logFile, 'utf8')).slice(since).match(/loading model via llama-server/g)?.length ?? 0;

  test('five callers of a cold model make Ollama load it once, though the first one leaves', async () => {
    const before = (await readFile(ollama.logFile, 'utf8')).length;
    const leaving = new AbortController();
    const gone = chat('tiny', 'hi', {}, { signal: leaving.signal }).catch(() => 'gone');
    const others = Promise.all([1, 2, 3, 4].map(() => chat('tiny', 'hi')));
    setTimeout(() => leaving.abort(), 100);
    expect(await gone).toBe('gone');
    expect((await others).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await loadsIn(before)).toBe(1);
    expect(await readFile(ollama.logFile, 'utf8')).not.toContain('aborting load');
  });

  test('callers with different contexts are counted as reloads, a pinned option ends the fight', async () => {
    const reloads = () => metric(/model_reloads_total\{model="tiny-loop:latest"\} (\d+)/);
    for (const num_ctx of [512, 512, 1024, 512]) {
      expect((await chat('tiny-loop', 'hi', { options: { num_ctx } })).status).toBe(200);
    }
    expect(await reloads()).toBe('2');
    for (const num_ctx of [1024, 2048]) {
      const reply = await chat('tiny-think', 'hi', { options: { num_ctx } });
      expect([reply.status, reply.headers.get('x-gateway-ignored-params')]).toEqual([200, 'options.num_ctx']);
    }
    expect(await metric(/model_reloads_total\{model="tiny-think:latest"\} (\d+)/)).toBe('0');
  });

  test('a prompt that Ollama cuts is marked', async () => {
    const whole = await chat('tiny-random', 'one two three '.repeat(10));
    expect([whole.status, whole.headers.get('x-gateway-prompt-truncated')]).toEqual([200, null]);
    await whole.text();
    const cut = await chat('tiny-random', 'one two three '.repeat(800));
    expect([cut.status, cut.headers.get('x-gateway-prompt-truncated')]).toEqual([200, 'true']);
    const stream = await chat('tiny-random', 'one two three '.repeat(800), { stream: true });
    expect(stream.headers.get('x-gateway-prompt-truncated')).toBe('likely');
    expect(await stream.text()).toContain(': prompt truncated\n\n');
    expect(await metric(/prompts_truncated_total\{model="tiny-random"\} (\d+)/)).toBe('2');
  });

  test('an image for a model that only reads text is refused, and costs no load', async () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
    const reply = await chat('tiny', '', { messages: [{ role: 'user', content: [image] }] });
    expect([reply.status, await reply.json()]).toEqual([
      400,
      { error: 'messages: the model "tiny" does not read images' },
    ]);
  });

  test('a caller that leaves a running answer frees Ollama at once', async () => {
    const leaving = new AbortController();
    const reply = await chat('tiny-loop', 'hi', { max_tokens: 100_000, stream: true }, { signal: leaving.signal });
    const reader = reply.body?.getReader();
    await reader?.read();
    leaving.abort();
    const inflight = async () => (await fetch(`${gateway.metricsAddress}/inflight`)).json();
    await vi.waitUntil(async () => JSON.stringify(await inflight()) === '{"requests":[]}');
    await vi.waitUntil(async () => /\| 200 \|.*"\/api\/chat"/.test(await readFile(ollama.logFile, 'utf8')));
  });
});
