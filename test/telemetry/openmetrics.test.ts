import { expect, test } from 'vitest';
import { requests, timeToFirstToken } from '../../src/catalogue/gateway.ts';
import { createMetrics } from '../../src/telemetry/registry.ts';

test('a bucket carries the request that it counted last', async () => {
  const metrics = createMetrics([timeToFirstToken]);
  metrics.observe(timeToFirstToken, {}, 0.3, { request_id: 'first', trace_id: '0af7651916cd43dd8448eb211c80319c' });
  metrics.observe(timeToFirstToken, {}, 0.31, { request_id: 'second' });
  const text = await metrics.openMetrics.exposition();
  expect(text).toMatch(/_bucket\{le="0\.5"\} 2 # \{request_id="second"\} 0\.31 \d+/);
  expect(text.match(/request_id/g)).toHaveLength(1);
  expect(text).toMatch(/# EOF\n$/);
});

test('the text format has no exemplars, and its counters keep their names after a scrape as OpenMetrics', async () => {
  const metrics = createMetrics([requests, timeToFirstToken]);
  metrics.add(requests, { outcome: 'ok', model: 'tiny' });
  metrics.observe(timeToFirstToken, {}, 0.3, { request_id: 'first' });
  const before = await metrics.exposition();
  const open = await metrics.openMetrics.exposition();
  expect(open).toContain('# TYPE llm_gateway_requests counter');
  expect(open).toContain('llm_gateway_requests_total{outcome="ok",model="tiny"} 1');
  expect(await metrics.exposition()).toBe(before);
  expect(before).toContain('# TYPE llm_gateway_requests_total counter');
  expect(before).not.toContain('request_id');
});

test('an observation without an exemplar keeps the last one', async () => {
  const metrics = createMetrics([timeToFirstToken]);
  metrics.observe(timeToFirstToken, {}, 0.3, { request_id: 'first' });
  metrics.observe(timeToFirstToken, {}, 0.3);
  expect(await metrics.openMetrics.exposition()).toContain('# {request_id="first"} 0.3');
});
