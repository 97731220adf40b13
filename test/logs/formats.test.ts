import { describe, expect, test } from 'vitest';
import { parseLog } from '../../src/logs/formats/index.ts';
import { goSeconds } from '../../src/logs/formats/ollama.ts';
import { toLines } from '../../src/logs/lines.ts';
import type { LogKind } from '../../src/logs/record.ts';
import { timeOf } from '../../src/logs/time.ts';

const parse = (kind: LogKind, text: string) => parseLog(kind, toLines(text), 'x');

describe('times', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  test.each([
    ['127.0.0.1 - - [30/Jul/2020:02:42:28 +0200] "GET / HTTP/1.1" 499 0', '2020-07-30T00:42:28.000Z'],
    ['[30/Jul/2020:02:42:28 -0330] "GET /"', '2020-07-30T06:12:28.000Z'],
    ['time=2025-01-10T22:05:24.573+08:00 level=INFO', '2025-01-10T14:05:24.573Z'],
    ['kern  :warn  : 2025-01-21T08:41:30,287197+00:00 oom', '2025-01-21T08:41:30.287Z'],
  ])('%s', (line, expected) => {
    expect(new Date(timeOf(line, now) ?? 0).toISOString()).toBe(expected);
  });

  test.each([
    ['2020/11/25 16:02:45 [error] 1#1', new Date(2020, 10, 25, 16, 2, 45)],
    ['[GIN] 2025/01/10 - 22:05:24 | 500 |', new Date(2025, 0, 10, 22, 5, 24)],
    ['[Sun Feb 23 16:24:18 2025] NVRM', new Date(2025, 1, 23, 16, 24, 18)],
    ['Nov  7 18:17:15 server kernel: NVRM', new Date(2026, 10, 7, 18, 17, 15)],
    ['Dec 31 18:17:15 server kernel: of last year', new Date(2025, 11, 31, 18, 17, 15)],
    ['Okt  7 18:17:15 server kernel: NVRM', new Date(2026, 9, 7, 18, 17, 15)],
    ['févr. 25 18:17:15 server ollama[1]: x', new Date(2026, 1, 25, 18, 17, 15)],
    ['7月 24 15:40:33 server ollama[1]: x', new Date(2026, 6, 24, 15, 40, 33)],
  ])('%s is local', (line, expected) => {
    expect(timeOf(line, now)).toBe(expected.getTime());
  });

  test('a line without a time has none', () => {
    expect(timeOf('[ 5022.899731] NVRM: Xid', now)).toBeUndefined();
  });
});

test.each([
  ['505.2µs', 0.0005052],
  ['2.433084ms', 0.002433084],
  ['25.362564666s', 25.362564666],
  ['1h2m3s', 3723],
  ['0s', 0],
  ['soon', undefined],
])('Go writes %s', (text, seconds) => {
  const value = goSeconds(text);
  if (seconds === undefined) expect(value).toBeUndefined();
  else expect(value).toBeCloseTo(seconds, 9);
});

test('nginx writes combined, with fields before and after, and JSON', () => {
  const [plain, tail, json] = parse(
    'nginx-access',
    [
      'one.example.com 203.0.113.201 - - [02/Dec/2019:23:46:38 +0000] "GET / HTTP/1.1" 200 7951 "-" "Monitor/1.0"',
      '192.0.2.74 - - [25/Jun/2013:03:51:59 +0200]  "POST /v1/chat/completions HTTP/1.1" 499 0 "-" "Serf" [[2.554]]',
      '{"time":"2026-11-24T12:00:00+00:00","request":"POST /v1/chat/completions HTTP/1.1","status":504,"body_bytes_sent":"167","request_time":60.001,"request_id":"abc"}',
    ].join('\n'),
  );
  expect(plain?.access).toMatchObject({ method: 'GET', path: '/', status: 200, bytes: 7951 });
  expect(tail?.access).toMatchObject({ path: '/v1/chat/completions', status: 499 });
  expect(json?.access).toMatchObject({ status: 504, bytes: 167, seconds: 60.001, requestId: 'abc' });
});

test('Nginx Proxy Manager writes two formats of its own', () => {
  const [proxied, own] = parse(
    'nginx-access',
    [
      '[03/Dec/2025:09:41:27 +0000] - 502 502 - POST https ai.example.com "/api/chat" [Client 198.51.100.39] [Length 154] [Gzip -] [Sent-to open-webui] "Mozilla/5.0" "-"',
      '[03/Dec/2025:09:41:28 +0000] 404 - GET http ai.example.com "/x?y=1" [Client 198.51.100.39] [Length 552] [Gzip -] "-" "-"',
    ].join('\n'),
  );
  expect(proxied?.access).toMatchObject({ method: 'POST', path: '/api/chat', status: 502, bytes: 154 });
  expect(own?.access).toMatchObject({ method: 'GET', path: '/x?y=1', status: 404, client: '198.51.100.39' });
});

test.each([
  ['sC--', '0/0/-1/-1/3002', 503, 'unreachable'],
  ['SC--', '0/0/-1/-1/0', 503, 'refused'],
  ['sH--', '0/0/1/-1/60002', 504, 'timeout'],
  ['SH--', '0/0/0/-1/911', 502, 'closed'],
  ['CD--', '0/0/0/412/42780', 200, 'client-left'],
  ['----', '0/0/0/412/+42780', 200, undefined],
])('HAProxy tells by %s how a request ended', (state, times, status, ended) => {
  const [record] = parse(
    'nginx-access',
    `Nov 24 09:54:20 edge haproxy[1180]: 203.0.113.77:51512 [24/Nov/2025:09:53:20.114] fe~ gw/one ${times} ${status} 198 - - ${state} 12/12/4/4/0 0/0 "POST https://chat.example.org/v1/chat/completions HTTP/2.0"`,
  );
  const seconds = Number(times.split('/').at(-1)) / 1000;
  const request = { method: 'POST', path: '/v1/chat/completions', client: '203.0.113.77' };
  expect(record?.access).toEqual({ ...request, status, bytes: 198, seconds, ...(ended ? { ended } : {}) });
});

test('HAProxy without a server to ask says so in its place', () => {
  const [record] = parse(
    'nginx-access',
    '203.0.113.77:51520 [24/Nov/2025:09:54:55.020] fe~ gw/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 9/9/0/0/0 0/0 "GET /v1/models HTTP/1.1"',
  );
  expect(record?.access).toMatchObject({ status: 503, ended: 'no-server' });
});

test.each([
  ['503 UF', 'refused'],
  ['504 UT', 'timeout'],
  ['503 UC', 'closed'],
  ['503 UH', 'no-server'],
  ['0 DC', 'client-left'],
  ['429 RL', 'limited'],
  ['200 -', undefined],
])('Envoy tells by %s how a request ended', (told, ended) => {
  const [status = '', flag = ''] = told.split(' ');
  const [text, istio, json] = parse(
    'nginx-access',
    [
      `[2025-11-24T10:12:40.014Z] "POST /v1/chat/completions HTTP/2" ${told} 611 24 15001 - "203.0.113.58" "curl/8.5.0" "-" "chat.example.org" "10.0.0.14:18789"`,
      `[2025-11-24T10:12:40.014Z] "POST /v1/chat/completions HTTP/2" ${told} response_timeout - "-" 611 24 15001 - "203.0.113.58" "curl/8.5.0"`,
      JSON.stringify({ method: 'POST', path: '/v1/chat/completions', response_code: status, response_flags: flag }),
    ].join('\n'),
  );
  const request = {
    status: Number(status),
    bytes: 24,
    seconds: 15.001,
    client: '203.0.113.58',
    userAgent: 'curl/8.5.0',
  };
  expect(text?.access).toMatchObject(request);
  expect(istio?.access).toMatchObject(request);
  expect([text, istio, json].map((record) => record?.access?.ended)).toEqual([ended, ended, ended]);
});

test("Ollama's four writers share one stream", () => {
  const records = parse(
    'ollama-log',
    [
      'ollama-1  | loading tensors.....time=2026-05-11T03:11:54.021Z level=WARN source=gpu.go:111 msg="no compatible GPUs"',
      'Jul 28 14:32:03 jetson ollama[202633]: [GIN] 2024/07/28 - 14:32:03 | 200 |      54.305µs |       127.0.0.1 | HEAD     "/"',
      'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 120.28 MiB on device 0:',
      '    cudaMalloc failed: out of memory',
    ].join('\n'),
  );
  expect(records.map(({ message }) => message.slice(0, 12))).toEqual([
    'loading tens',
    'time=2026-05',
    '[GIN] 2024/0',
    'ggml_backend',
  ]);
  expect(records[2]?.gin).toMatchObject({ status: 200, method: 'HEAD', path: '/' });
  expect(records[3]?.message).toContain('device 0: cudaMalloc failed');
  expect(records[3]?.line).toBe(3);
});
