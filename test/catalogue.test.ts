import { expect, test } from 'vitest';
import { catalogue } from '../src/catalogue/index.ts';

test('each name is declared once', () => {
  const names = catalogue.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

test.each(catalogue.map((metric) => [metric.name, metric] as const))('%s follows the naming rules', (name, metric) => {
  expect(name).toMatch(/^(llm_gateway|ops|process|nodejs)_[a-z0-9_]+$/);
  expect(name.endsWith('_total')).toBe(metric.type === 'counter');
  expect(metric.help).toMatch(/\.$/);
  if (metric.unit === 'seconds') expect(name).toMatch(/_seconds(_total)?$/);
  if (metric.unit === 'bytes') expect(name).toMatch(/_bytes$/);
  if (metric.unit === 'timestamp') expect(name).toMatch(/(_timestamp|start_time)_seconds$/);
  expect(metric.buckets !== undefined).toBe(metric.type === 'histogram');
  for (const label of Object.keys(metric.labels)) {
    expect(['client_ip', 'user_id', 'request_id', 'prompt', 'path', 'pid']).not.toContain(label);
  }
});
