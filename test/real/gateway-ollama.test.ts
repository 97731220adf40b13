import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewaySchema } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import type { OllamaPs } from '../../src/ollama.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { ollamaAvailable, type RealOllama, startRealOllama } from './support/ollama.ts';
import { realPart } from './support/require.ts';

const run = promisify(execFile);

const sentence = 'Hello! I am a tiny model used to test the gateway.';

realPart('Ollama', ollamaAvailable)('a real Ollama behind the gateway', () => {
  let ollama: RealOllama;
  let gateway: Gateway;
  let client: OpenAI;
  let folder: string;

  beforeAll(async () => {
    ollama = await startRealOllama();
    const copy = { source: 'tiny', destination: 'registry.internal/library/qwen3:32b' };
    await fetch(`${ollama.url}/api/copy`, { method: 'POST', body: JSON.stringify(copy) });
    folder = await mkdtemp(join(tmpdir(), 'gateway-real-'));
    gateway = await startGateway({
      config: await articleConfig(ollama.url, folder),
      telemetry: {},
      log: createLog('fatal', 'test'),
    });
    client = new OpenAI({ apiKey: 'prod-key-2024-qwen3', baseURL: `${gateway.address}/v1`, maxRetries: 0 });
  });

  afterAll(async () => {
    await gateway?.close();
    await ollama?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  test('the curl of the article is answered with its own configuration file', async () => {
    const { stdout } = await run('curl', [
      ...['-s', '-H', 'X-Api-Key: prod-key-2024-qwen3', '-X', 'POST', `${gateway.address}/v1/chat/completions`],
      ...['-H', 'Content-Type: application/json', '-d'],
      '{ "model": "qwen3:32b", "messages": [{"role": "user", "content": "你好"}] }',
    ]);
    expect(JSON.parse(stdout).choices[0].message.content).toContain(sentence);
  });

  test('the official client reads a plain answer', async () => {
    const reply = await client.chat.completions.create({ model: 'tiny', messages: [{ role: 'user', content: 'hi' }] });
    expect(reply.choices[0]?.message.content).toContain(
      `${sentence} Every answer is this sentence, word by wörd ☃ 你好…`,
    );
    expect(reply.choices[0]?.finish_reason).toBe('stop');
    expect(reply.usage?.completion_tokens).toBe(26);
  });

  test('the official client reads a stream with usage', async () => {
    const stream = await client.chat.completions.create({
      ...{ model: 'qwen3:32b', stream: true, stream_options: { include_usage: true } },
      messages: [{ role: 'user', content: 'hi' }],
    });
    let text = '';
    let tokens: number | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    expect(text).toContain('word by wörd ☃ 你好…');
    expect(tokens).toBe(26);
  });

  test('a tool call arrives as the client expects it, and its result goes back', async () => {
    const tools = [
      { type: 'function' as const, function: { name: 'get_weather', parameters: { type: 'object', properties: {} } } },
    ];
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'weather?' }];
    const reply = await client.chat.completions.create({ model: 'tiny-tools', messages, tools });
    const choice = reply.choices[0];
    const call = choice?.message.tool_calls?.[0];
    expect(choice?.finish_reason).toBe('tool_calls');
    expect(call).toMatchObject({ function: { name: 'get_weather' } });
    if (!choice || !call) return;
    const result = { role: 'tool' as const, tool_call_id: call.id, content: '{"temperature":20}' };
    const next = await client.chat.completions.create({
      ...{ model: 'tiny-tools', tools },
      messages: [...messages, choice.message, result],
    });
    expect(next.choices).toHaveLength(1);
  });

  test('thinking is apart from the answer', async () => {
    const reply = await client.chat.completions.create({
      ...{ model: 'tiny-think', reasoning_effort: 'high' },
      messages: [{ role: 'user', content: 'hi' }],
    });
    expect(reply.choices[0]?.message).toMatchObject({
      reasoning: expect.stringContaining('Let me think'),
      content: expect.stringContaining('Done: four words exactly'),
    });
  });

  test('an answer that Ollama breaks off for repeating itself is complete with what it had', async () => {
    const reply = await client.chat.completions.create({
      model: 'tiny-repeat',
      messages: [{ role: 'user', content: 'hi' }],
    });
    expect(reply.choices[0]?.message.content).toMatch(/again again/);
    expect(reply.choices[0]?.finish_reason).toBe('stop');
  });

  test('the official client reads vectors, which it asks for as base64', async () => {
    const reply = await client.embeddings.create({ model: 'tiny-embed', input: ['a', 'b'] });
    expect(reply.data.map(({ embedding }) => embedding.length)).toEqual([128, 128]);
    expect(reply.data[0]?.embedding.every((value) => Math.abs(value) <= 1)).toBe(true);
  });

  test('the official client reads completions, whole and as a stream', async () => {
    const reply = await client.completions.create({ model: 'tiny', prompt: 'hi' });
    expect(reply.choices[0]?.text).toContain(sentence);
    let text = '';
    for await (const chunk of await client.completions.create({ model: 'tiny', prompt: 'hi', stream: true })) {
      text += chunk.choices[0]?.text ?? '';
    }
    expect(text).toContain(sentence);
  });

  test('a pinned option reaches Ollama, whatever the caller says, and every option has a type that Ollama takes', async () => {
    const config = await articleConfig(ollama.url, folder);
    const pinned = {
      num_ctx: 512,
      num_batch: 64,
      use_mmap: false,
      num_thread: 1,
      top_k: 5,
      stop: ['zzz'],
      keep_alive: '7m',
    };
    const models = gatewaySchema.parse({ models: { pin_options: { tiny: pinned } } }).models;
    const audit = { ...config.audit, file: join(folder, 'pinned.log') };
    const own = await startGateway({
      config: { ...config, models, audit },
      telemetry: {},
      log: createLog('fatal', 'test'),
    });
    try {
      const response = await fetch(`${own.address}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'x-api-key': 'prod-key-2024-qwen3' },
        body: JSON.stringify({
          ...{ model: 'tiny', messages: [{ role: 'user', content: 'hi' }], num_ctx: 1024, max_tokens: 3 },
          options: { ...{ min_p: 0.1, typical_p: 0.9, repeat_penalty: 1.1, repeat_last_n: 8, num_keep: 1 }, top_k: 9 },
        }),
      });
      expect(await response.json()).toMatchObject({ choices: [{ finish_reason: 'length' }] });
      expect(response.headers.get('x-gateway-ignored-params')?.split(', ').sort()).toEqual([
        'num_ctx',
        'options.top_k',
      ]);
      const { models: loaded } = (await (await fetch(`${ollama.url}/api/ps`)).json()) as OllamaPs;
      expect(loaded.find(({ name }) => name === 'tiny:latest')?.context_length).toBe(512);
    } finally {
      await own.close({ now: true });
    }
  });

  test('an unknown model is the client’s own error class', async () => {
    const asked = client.chat.completions.create({ model: 'nope', messages: [{ role: 'user', content: 'hi' }] });
    await expect(asked).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

/** The article's /etc/qwen-gateway/config.yaml, ports and the place of the audit log aside. */
async function articleConfig(ollamaUrl: string, folder: string) {
  const file = join(folder, 'config.yaml');
  const text = `listen: "127.0.0.1:0"
ollama_api: "${ollamaUrl}"
log_level: "info"
rate_limit:
  enabled: true
  max_requests: 30
  window_seconds: 60
auth:
  enabled: true
  header_key: "X-Api-Key"
  valid_keys: ["prod-key-2024-qwen3"]
whitelist:
  enabled: true
  ips: ["127.0.0.1", "10.0.0.0/16"]
`;
  await writeFile(file, text);
  const flags = { 'gateway.metrics_listen': '127.0.0.1:0', 'gateway.audit': { file: join(folder, 'audit.log') } };
  return (await loadConfiguration({ gateway: gatewaySchema }, { file, env: {}, flags })).gateway;
}
