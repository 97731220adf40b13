import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import ollama from '../../src/checks/ollama.ts';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import { ollamaAvailable, startRealOllama } from '../real/support/ollama.ts';
import { realPart } from '../real/support/require.ts';
import { freePort } from '../support/ops.ts';
import { runCheck, serve, valuesOf } from './support/context.ts';
import { listening } from './support/listening.ts';

async function simulated(options: Parameters<typeof startOllamaSimulator>[0]) {
  const simulator = await startOllamaSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

test('measures where each loaded model lies, and that no model is loaded by asking', async () => {
  const { url, requests } = await simulated({
    models: [{ name: 'qwen3:32b', size: 1000, sizeVram: 400 }, { name: 'small:1b', size: 50 }, 'cold:7b'],
    loaded: ['qwen3:32b', 'small:1b'],
  });
  const samples = await runCheck(ollama, {}, { ollama: [url] });
  const of = (name: string, model?: string) => valuesOf(samples, name, model === undefined ? {} : { model });
  expect(of('ops_ollama_up')).toEqual([1]);
  expect(of('ops_ollama_models')).toEqual([3]);
  expect(of('ops_ollama_model_size_bytes', 'qwen3:32b')).toEqual([1000]);
  expect(of('ops_ollama_model_vram_bytes', 'qwen3:32b')).toEqual([400]);
  expect(of('ops_ollama_model_vram_ratio', 'qwen3:32b')).toEqual([0.4]);
  expect(of('ops_ollama_model_vram_ratio', 'small:1b')).toEqual([1]);
  expect(of('ops_ollama_model_size_bytes', 'cold:7b')).toEqual([]);
  expect(of('ops_ollama_loopback_only')).toEqual([1]);
  expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
});

test('one that is down is a measurement, beside one that is up', async () => {
  const { url } = await simulated({});
  const down = `127.0.0.1:${await freePort()}`;
  const samples = await runCheck(ollama, {}, { ollama: [`http://${down}`, url] });
  expect(valuesOf(samples, 'ops_ollama_up', { backend: down })).toEqual([0]);
  expect(valuesOf(samples, 'ops_ollama_up', { backend: new URL(url).host })).toEqual([1]);
  expect(valuesOf(samples, 'ops_ollama_models', { backend: down })).toEqual([]);
});

test('counts that a model is loaded with another context length', async () => {
  let context_length = 4096;
  const url = await serve(({ url: path }, response) => {
    const model = { name: 'm:1b', size: 10, size_vram: 10, digest: 'd', expires_at: '', context_length };
    const body = {
      '/api/version': { version: '0.32.15' },
      '/api/tags': { models: [] },
      '/api/ps': { models: [model] },
    };
    response.end(JSON.stringify(body[path as keyof typeof body]));
  });
  const changes = async () => {
    const samples = await runCheck(ollama, {}, { ollama: [url] });
    expect(valuesOf(samples, 'ops_ollama_model_context_tokens')).toEqual([context_length]);
    expect(valuesOf(samples, 'ops_ollama_info', { version: '0.32.15' })).toEqual([1]);
    return valuesOf(samples, 'ops_ollama_context_changes_total');
  };
  expect(await changes()).toEqual([0]);
  expect(await changes()).toEqual([0]);
  context_length = 32_768;
  expect(await changes()).toEqual([1]);
  context_length = 4096;
  expect(await changes()).toEqual([2]);
});

test('one that another machine runs is not judged by the sockets of this one', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  const port = await listening(server);
  const samples = await runCheck(ollama, { timeout: '200ms' }, { ollama: [`http://ollama.invalid:${port}`] });
  expect(valuesOf(samples, 'ops_ollama_loopback_only')).toEqual([]);
});

realPart('Ollama', ollamaAvailable)('a real Ollama', () => {
  test('is asked without loading a model', async () => {
    const real = await startRealOllama();
    onTestFinished(() => real.stop());
    const samples = await runCheck(ollama, {}, { ollama: [real.url] });
    expect(valuesOf(samples, 'ops_ollama_up')).toEqual([1]);
    expect(valuesOf(samples, 'ops_ollama_models')[0]).toBeGreaterThan(0);
    expect(valuesOf(samples, 'ops_ollama_loopback_only')).toEqual([1]);
    expect(valuesOf(samples, 'ops_ollama_model_size_bytes')).toEqual([]);
  }, 60_000);
});
