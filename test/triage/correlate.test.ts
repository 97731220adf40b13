import { afterEach, describe, expect, test } from 'vitest';
import type { AuditLine } from '../../src/audit-line.ts';
import { renderDiagnosis } from '../../src/triage/render.ts';
import { accessLine, closeServers, gin, minutesAgo, triageOf } from './world.ts';

afterEach(closeServers);

const chat = 'POST /v1/chat/completions';
const end = minutesAgo(5);
const later = (ms: number) => new Date(end.getTime() + ms);

const slow: Partial<AuditLine> = {
  request_id: 'slow-1',
  time: end.toISOString(),
  model: 'qwen3:32b',
  response_time: 14,
  ttft: 9,
  decode_time: 5,
  completion_tokens: 100,
};

/** Nine others of the same model, quick as usual, and one of another model. */
const neighbours = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(
  (number): Partial<AuditLine> => ({
    request_id: `n${number}`,
    time: later(-number * 30_000).toISOString(),
    model: 'qwen3:32b',
    ttft: number / 10,
    decode_time: 2,
    completion_tokens: 80,
  }),
);
const other: Partial<AuditLine> = { ...neighbours[0], request_id: 'o', model: 'tiny', ttft: 300 };
const audit = [...neighbours, other, slow];

const json = (id: string) =>
  JSON.stringify({
    time: later(10).toISOString(),
    remote_addr: '10.0.0.7',
    request_id: id,
    request: `${chat} HTTP/1.1`,
    status: 200,
    body_bytes_sent: 4000,
    request_time: 14.01,
  });

describe('one request through the logs', () => {
  test('is found by its id where Nginx logs it, and in Ollama by time, path, status and duration', async () => {
    const ollamaLog = [
      gin('2.1s', end),
      gin('13.9s', end, '/api/embed', 500),
      gin('13.998s', end),
      gin('13.9s', later(9000)),
    ];
    const { request } = await triageOf(
      { access: [json('x'), json('slow-1')], audit, ollamaLog },
      { requestId: 'slow-1' },
    );
    expect(request?.lines.map(({ kind, by, line }) => [kind, by, line])).toEqual([
      ['nginx-access', 'request_id', 2],
      ['gateway-log', 'request_id', 11],
      ['ollama-log', 'time', 3],
    ]);
  });

  test('that the gateway loaded the model for is the chat in Ollama, not the load', async () => {
    const loaded = { ...slow, load_time: 8 };
    const ollamaLog = [gin('7.9s', later(-1000)), gin('5.9s', later(-1000)), gin('2.1s', end), gin('5.99s', end)];
    const { request } = await triageOf({ audit: [loaded], ollamaLog }, { requestId: 'slow-1' });
    expect(request?.lines.map(({ kind, line }) => [kind, line])).toEqual([
      ['gateway-log', 1],
      ['ollama-log', 4],
    ]);
    const short = { ...slow, response_time: 0.3, ttft: 0.3, load_time: 0.26 };
    const both = [gin('257ms', end), gin('16ms', end)];
    const { request: quick } = await triageOf({ audit: [short], ollamaLog: both }, { requestId: 'slow-1' });
    expect(quick?.lines.at(-1)).toMatchObject({ kind: 'ollama-log', line: 2 });
  });

  test('is found by time, path and status where Nginx logs no id', async () => {
    const access = [
      accessLine(chat, 200, 512, later(-20_000)),
      accessLine('GET /v1/models', 200, 512, end),
      accessLine(chat, 502, 157, end),
      accessLine(chat, 200, 4711, later(900)),
    ];
    const { request, verdict } = await triageOf({ access, audit }, { requestId: 'slow-1' });
    expect(request?.lines.map(({ kind, by, line }) => [kind, by, line])).toEqual([
      ['nginx-access', 'time', 4],
      ['gateway-log', 'request_id', 11],
    ]);
    // The 502 in the same second was another caller's.
    expect(verdict.cause).toBe('ollama-slow');
  });

  test('is compared with the median of its neighbours for the same model', async () => {
    const diagnosis = await triageOf({ audit }, { requestId: 'slow-1' });
    expect(diagnosis.request?.fleet).toEqual([
      { measure: 'wait', value: 9, p50: 0.5, neighbours: 9 },
      { measure: 'queue', value: 0, p50: 0, neighbours: 9 },
      { measure: 'total', value: 14, p50: 2, neighbours: 9 },
      { measure: 'tokens_per_second', value: 20, p50: 40, neighbours: 9 },
    ]);
    const text = renderDiagnosis(diagnosis, { language: 'en', colours: false });
    expect(text).toContain('Request slow-1\n  gateway-log, by its id\n');
    expect(text).toContain('  Wait for Ollama 9.0 s, usually 0.5 s (median of 9 around it)\n');
    expect(text).toContain('  Speed 20 tokens/s, usually 40 tokens/s (median of 9 around it)\n');
    expect(renderDiagnosis(diagnosis, { language: 'zh', colours: false })).toContain('等待 Ollama 9.0 s,通常 0.5 s');
  });

  test('is found by the id that the caller gave it', async () => {
    const named = { ...slow, client_request_id: 'mine' };
    const access = [json('slow-1'), json('x')];
    const { request, steps } = await triageOf({ access, audit: [named, other] }, { requestId: 'mine' });
    expect(request?.lines.map(({ kind }) => kind)).toEqual(['nginx-access', 'gateway-log']);
    const [nginx, gateway] = steps;
    expect(nginx).toMatchObject({ state: 'healthy', answer: { en: 'Requests in its log: 1.' } });
    expect(gateway).toMatchObject({ state: 'healthy', answer: { en: '1 finished, 0 open now.' } });
  });

  test('that is open still is found among the open ones', async () => {
    const open = [{ request_id: 'now', age: 20, phase: 'prefill' as const, phase_age: 19 }];
    const { request } = await triageOf({ audit, open }, { requestId: 'now' });
    expect(request?.lines.map(({ kind }) => kind)).toEqual(['inflight']);
  });

  test('that is in no log has no lines', async () => {
    expect((await triageOf({ audit }, { requestId: 'nobody' })).request).toEqual({
      id: 'nobody',
      lines: [],
      fleet: [],
      complete: true,
    });
  });
});
