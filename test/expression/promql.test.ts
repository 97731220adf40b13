import { expect, test } from 'vitest';
import { requests, timeToFirstToken } from '../../src/catalogue/gateway.ts';
import { gpuMemoryTotal, gpuMemoryUsed } from '../../src/catalogue/gpu.ts';
import {
  add,
  and,
  buckets,
  compare,
  divide,
  multiply,
  number,
  or,
  quantile,
  rate,
  select,
  subtract,
  sum,
  time,
  upperQuartileOverTime,
} from '../../src/expression/ast.ts';
import { promql } from '../../src/expression/promql.ts';

test.each([
  [select(requests, { outcome: 'ok' }), 'llm_gateway_requests_total{outcome="ok"}'],
  [select(requests, { outcome: ['ok', 'a.b'] }), 'llm_gateway_requests_total{outcome=~"ok|a\\\\.b"}'],
  [select(requests, { outcome: { not: ['ok'] } }), 'llm_gateway_requests_total{outcome!~"ok"}'],
  [sum(rate(select(requests), 300), 'outcome'), 'sum by (outcome) (rate(llm_gateway_requests_total[5m]))'],
  [
    compare(divide(select(gpuMemoryUsed), select(gpuMemoryTotal)), '>', number(0.9)),
    'ops_gpu_memory_used_bytes / ops_gpu_memory_total_bytes > 0.9',
  ],
  [subtract(number(1), subtract(number(2), number(3))), '1 - (2 - 3)'],
  [subtract(subtract(number(1), number(2)), number(3)), '1 - 2 - 3'],
  [multiply(add(number(1), number(2)), time), '(1 + 2) * time()'],
  [and(compare(time, '>', number(1)), compare(time, '<', number(2))), 'time() > 1 and time() < 2'],
  [or(number(1), and(number(2), number(3))), '1 or 2 and 3'],
  [and(number(1), or(number(2), number(3))), '1 and (2 or 3)'],
  [upperQuartileOverTime(select(gpuMemoryUsed), 60), 'quantile_over_time(0.75, ops_gpu_memory_used_bytes[1m])'],
  [
    quantile(0.95, sum(rate(buckets(timeToFirstToken), 'auto'), 'le')),
    'histogram_quantile(0.95, sum by (le) (rate(llm_gateway_time_to_first_token_seconds_bucket[5m])))',
  ],
])('prints %#', (expression, text) => {
  expect(promql(expression)).toBe(text);
});

test("a board's window and matchers go into every selector", () => {
  const board = { autoWindow: '$__rate_interval', matchers: ['job=~"$job"'] };
  expect(promql(rate(select(requests, { outcome: 'ok' }), 'auto'), board)).toBe(
    'rate(llm_gateway_requests_total{outcome="ok", job=~"$job"}[$__rate_interval])',
  );
});
