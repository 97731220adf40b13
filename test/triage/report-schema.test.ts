import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { diagnosisReport } from '../../src/triage/report.ts';
import { accessLine, closeServers, minutesAgo, triageOf, type World } from './world.ts';

afterEach(closeServers);

const published = JSON.parse(readFileSync(new URL('../../docs/triage.schema.json', import.meta.url), 'utf8'));
const schema = z.fromJSONSchema(published);

const worlds: Readonly<Record<string, World>> = {
  healthy: { access: [accessLine('POST /v1/chat/completions', 200)], audit: [{}] },
  'everything missing': { gateway: 'down', ollama: 'down', open: 'unreachable', celsius: 'missing' },
  'a hot GPU and an open request': { celsius: 95, audit: [{}], open: [{ phase: 'prefill', age: 20, phase_age: 20 }] },
  'a 502': { access: [accessLine('POST /v1/chat/completions', 502, 157)], audit: [] },
};

test.each(Object.entries(worlds))('the JSON of %s is what the published schema says', async (_, world) => {
  for (const language of ['en', 'zh'] as const) {
    const report = JSON.parse(JSON.stringify(diagnosisReport(await triageOf(world), language)));
    expect(schema.safeParse(report).error).toBeUndefined();
  }
});

test('so is that of one request, with its lines and neighbours', async () => {
  const audit = [{ request_id: 'a', time: minutesAgo(2).toISOString() }, { request_id: 'b' }];
  const report = JSON.parse(JSON.stringify(diagnosisReport(await triageOf({ audit }, { requestId: 'b' }), 'en')));
  expect(report.request.fleet.length).toBeGreaterThan(0);
  expect(schema.safeParse(report).error).toBeUndefined();
});

test('a report with a field more, or a code that is no cause, is none', async () => {
  const report = JSON.parse(JSON.stringify(diagnosisReport(await triageOf({ audit: [{}] }), 'en')));
  expect(schema.safeParse({ ...report, extra: 1 }).success).toBe(false);
  expect(schema.safeParse({ ...report, verdict: { ...report.verdict, cause: 'gremlins' } }).success).toBe(false);
});
