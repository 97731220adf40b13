import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import latency from '../../src/checks/latency-baseline.ts';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import { startRig } from '../gateway/support/gateway.ts';
import { ollamaAvailable, startRealOllama } from '../real/support/ollama.ts';
import { realPart } from '../real/support/require.ts';
import { runCheck, serve, valuesOf } from './support/context.ts';

const api_key = 'canary-key';
const sha256 = createHash('sha256').update(api_key).digest('hex');

async function path(options: { loaded?: readonly string[] } = {}) {
  const rig = await startRig({
    config: { auth: { valid_keys: ['test-key', { id: 'ops-canary', sha256 }] } },
    ollama: { models: ['qwen3:32b', 'small:1b'], loaded: options.loaded ?? ['qwen3:32b'] },
  });
  const { gateway, ollama } = rig;
  const endpoints = { gateway: gateway.address, gatewayMetrics: gateway.metricsAddress, ollama: [ollama.url] };
  const chats = () => ollama.requests.filter(({ path: asked }) => asked === '/api/chat');
  return { ...rig, endpoints, chats, run: (more = {}) => runCheck(latency, { api_key, ...more }, endpoints) };
}

const skips = (samples: Awaited<ReturnType<typeof runCheck>>) =>
  samples.filter(({ name, value }) => name.endsWith('_skipped') && value === 1).map(({ labels }) => labels['reason']);

test('a small chat goes through the gateway under its own key, and its phases follow one another', async () => {
  const { run, chats, audit } = await path();
  const samples = await run();
  const [total = 0] = valuesOf(samples, 'ops_latency_canary_seconds', { model: 'qwen3:32b' });
  const phase = (name: string) =>
    valuesOf(samples, 'ops_http_phase_seconds', { check: 'latency-baseline', phase: name })[0];
  expect(phase('total')).toBe(total);
  expect(phase('connect')).toBeLessThanOrEqual(phase('first_byte') ?? 0);
  expect(phase('first_byte')).toBeLessThanOrEqual(total);
  expect(phase('tls')).toBeUndefined();
  expect(skips(samples)).toEqual([]);
  expect((await audit(1)).at(-1)).toMatchObject({ key_id: 'ops-canary', probe: true, outcome: 'ok', status: 200 });
  expect(chats()[0]?.body).toMatchObject({ model: 'qwen3:32b', options: { num_predict: 16 } });
});

test('does not lengthen the time that the model stays in memory', async () => {
  const { run, chats, ollama } = await path();
  const before = Date.now();
  const { models } = (await (await fetch(`${ollama.url}/api/ps`)).json()) as { models: { expires_at: string }[] };
  await run();
  const body = chats()[0]?.body as { keep_alive: number };
  const expires = Date.parse(models[0]?.expires_at ?? '');
  expect(before + body.keep_alive * 1000).toBeLessThanOrEqual(expires + 1000);
  expect(body.keep_alive).toBeGreaterThan(0);
});

test('sends nothing without a key, to a cold model, or past a request that is open', async () => {
  const warm = await path();
  expect(skips(await runCheck(latency, {}, warm.endpoints))).toEqual(['no_key']);
  expect(skips(await warm.run({ model: 'small:1b' }))).toEqual(['cold']);
  expect(warm.chats()).toEqual([]);
  const cold = await path({ loaded: [] });
  expect(skips(await cold.run())).toEqual(['cold']);
  expect(cold.chats()).toEqual([]);
});

test('an open request is not measured along', async () => {
  const inflight = await serve((_, response) => void response.end(JSON.stringify({ requests: [{ request_id: 'r' }] })));
  const ollama = await startOllamaSimulator();
  onTestFinished(() => ollama.close());
  const samples = await runCheck(latency, { api_key }, { gatewayMetrics: inflight, ollama: [ollama.url] });
  expect(skips(samples)).toEqual(['busy']);
  expect(valuesOf(samples, 'ops_latency_canary_seconds')).toEqual([]);
});

test('a refusal or half an answer is no measurement, for it comes fast', async () => {
  const { endpoints, ollama } = await path();
  const refused = runCheck(latency, { api_key: 'wrong' }, endpoints);
  await expect(refused).rejects.toThrow('status 401');
  const url = await serve((_, response) => void response.end('data: {"choices":[]}\n\n'));
  await expect(runCheck(latency, { api_key, url }, endpoints)).rejects.toThrow('the answer is not whole');
  const silent = await serve(() => undefined);
  const late = runCheck(latency, { api_key, url: silent, timeout: '1s' }, { ...endpoints, ollama: [ollama.url] });
  await expect(late).rejects.toThrow('no whole answer within 600 ms');
});

realPart('Ollama', ollamaAvailable)('with a real Ollama', () => {
  test('a canary is measured, and the model leaves memory when it would have without it', async () => {
    const real = await startRealOllama();
    onTestFinished(() => real.stop());
    const { gateway } = await startRig({
      config: { ollama_api: real.url, auth: { valid_keys: [{ id: 'ops-canary', sha256 }] } },
    });
    const endpoints = { gateway: gateway.address, gatewayMetrics: gateway.metricsAddress, ollama: [real.url] };
    const expires = async () => {
      const { models } = (await (await fetch(`${real.url}/api/ps`)).json()) as { models: { expires_at: string }[] };
      return models.map(({ expires_at }) => Date.parse(expires_at));
    };
    expect(skips(await runCheck(latency, { api_key }, endpoints))).toEqual(['cold']);
    expect(await expires()).toEqual([]);
    const load = JSON.stringify({ model: 'tiny', keep_alive: 3000 });
    await (await fetch(`${real.url}/api/generate`, { method: 'POST', body: load })).text();
    const [before = 0] = await expires();
    const samples = await runCheck(latency, { api_key }, endpoints);
    expect(valuesOf(samples, 'ops_latency_canary_seconds', { model: 'tiny:latest' })[0]).toBeGreaterThan(0);
    const [after = 0] = await expires();
    // Ollama counts from the end of the answer; its own 5 minutes would be far away.
    expect(Math.abs(after - before)).toBeLessThan(60_000);
  }, 60_000);
});
