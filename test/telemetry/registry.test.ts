import { expect, test } from 'vitest';
import { rejections, requests, timeToFirstToken } from '../../src/catalogue/gateway.ts';
import { gpuMemoryUsed } from '../../src/catalogue/gpu.ts';
import { valuesFolded } from '../../src/catalogue/process.ts';
import { createMetrics } from '../../src/telemetry/registry.ts';

test('counters and histograms with closed labels start at 0, so that rate sees the first event', async () => {
  const text = await createMetrics([rejections, timeToFirstToken]).exposition();
  expect(text).toContain('llm_gateway_rejections_total{reason="key"} 0');
  expect(text).toContain('llm_gateway_time_to_first_token_seconds_count 0');
});

test('a new value of an open label starts at 0 for every value of the closed ones', async () => {
  const metrics = createMetrics([requests]);
  metrics.add(requests, { outcome: 'ok', model: 'qwen3:32b' });
  const text = await metrics.exposition();
  expect(text).toContain('{outcome="ok",model="qwen3:32b"} 1');
  expect(text).toContain('{outcome="upstream_error",model="qwen3:32b"} 0');
});

test('values beyond the cap of an open label are folded into other', async () => {
  const metrics = createMetrics([requests]);
  for (let index = 0; index < 25; index += 1) metrics.add(requests, { outcome: 'ok', model: `m${index}` });
  const text = await metrics.exposition();
  expect(text).toContain('{outcome="ok",model="m19"} 1');
  expect(text).toContain('{outcome="ok",model="other"} 5');
  expect(text).not.toContain('m20');
});

test('folded values are counted, from 0', async () => {
  const metrics = createMetrics([valuesFolded, requests]);
  expect(await metrics.exposition()).toContain(`${valuesFolded.name}{metric="${requests.name}"} 0`);
  for (let index = 0; index < 22; index += 1) {
    metrics.add(requests, { outcome: 'ok', model: `m${index}` });
    metrics.add(requests, { outcome: 'timeout', model: `m${index}` });
  }
  expect(await metrics.exposition()).toContain(`${valuesFolded.name}{metric="${requests.name}"} 4`);
});

test('scrapes at the same time share one collection', async () => {
  const metrics = createMetrics([requests]);
  let collected = 0;
  metrics.beforeScrape(() => {
    collected += 1;
  });
  const texts = await Promise.all([metrics.exposition(), metrics.exposition(), metrics.exposition()]);
  expect(collected).toBe(1);
  expect(new Set(texts).size).toBe(1);
  await metrics.exposition();
  expect(collected).toBe(2);
});

test('a scrape that fails does not spoil the next one', async () => {
  const metrics = createMetrics([requests]);
  let broken = true;
  metrics.beforeScrape(() => {
    if (broken) throw new Error('not now');
  });
  await expect(metrics.exposition()).rejects.toThrow('not now');
  broken = false;
  expect(await metrics.exposition()).toContain(requests.name);
});

test('a cleared gauge forgets series that are gone', async () => {
  const metrics = createMetrics([gpuMemoryUsed]);
  metrics.set(gpuMemoryUsed, { uuid: 'GPU-1' }, 5);
  metrics.clear(gpuMemoryUsed);
  metrics.set(gpuMemoryUsed, { uuid: 'GPU-2' }, 6);
  const text = await metrics.exposition();
  expect(text).not.toContain('GPU-1');
  expect(text).toContain('GPU-2');
});

test('a metric that is not of this process is an error, not a silent loss', () => {
  expect(() => createMetrics([]).set(gpuMemoryUsed, { uuid: 'GPU-1' }, 5)).toThrow(/ops_gpu_memory_used_bytes/);
});
