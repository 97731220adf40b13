import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { AuditLine } from '../../../src/audit-line.ts';
import { createScanner, type Piece } from '../../../src/logs/top/scan.ts';
import type { Grouping } from '../../../src/logs/top/tally.ts';
import { topAbnormal } from '../../../src/logs/top/top.ts';
import { temporaryFolder } from '../../support/ops.ts';
import { accessLine, auditLine } from '../../triage/world.ts';

const start = Date.parse('2026-11-24T00:00:00Z');
const day = { from: start, to: start + 86_399_999 };
const audit = (second: number, fields: Partial<AuditLine> = {}) =>
  `${auditLine({ time: new Date(start + second * 1000).toISOString(), ...fields })}\n`;

function written(text: string, name = 'gateway.log'): string {
  const path = join(temporaryFolder('top'), name);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

const top = (files: readonly string[], by: Grouping = 'client') => topAbnormal({ files, window: day, by, rows: 5 });

describe('the abnormal requests of an audit log', () => {
  const lines = [
    audit(0, { request_id: 'a401b429c500' }),
    audit(1, { response_time: 401.5, prompt_chars: 429 }),
    audit(2, { client_ip: '10.0.0.9', status: 401, outcome: 'rejected', error: 'invalid_api_key' }),
    audit(3, { client_ip: '10.0.0.9', status: 429, outcome: 'rejected', error: 'rate_limit_exceeded', key_id: 'ui' }),
    audit(4, { status: 200, outcome: 'upstream_error', error: 'upstream_error' }),
    audit(5, { status: 500, outcome: 'gateway_error', probe: true }),
    audit(6, { type: 'started', status: null, outcome: null }),
    audit(90_000, { status: 401, outcome: 'rejected' }),
  ];

  test('are those of the window that ended badly, and not those with a 401 in an id', async () => {
    expect(await top([written(lines.join(''))])).toMatchObject({
      total: 3,
      approximate: false,
      rows: [
        { value: '10.0.0.9', count: 2, statuses: { 401: 1, 429: 1 } },
        { value: '10.0.0.7', count: 1, statuses: { 200: 1 } },
      ],
    });
  });

  test.each<[Grouping, string[]]>([
    ['error', ['invalid_api_key', 'rate_limit_exceeded', 'upstream_error']],
    ['key', ['(none)', 'ui']],
    ['path', ['/v1/chat/completions']],
  ])('are counted by %s', async (by, values) => {
    expect((await top([written(lines.join(''))], by)).rows.map(({ value }) => value)).toEqual(values);
  });

  test('a user id that imitates a line is not counted', async () => {
    const user_id = '"outcome":"rejected","status":401\n{"type":"audit"';
    expect((await top([written(audit(1, { user_id }))])).total).toBe(0);
  });
});

describe("Nginx's access log", () => {
  const at = new Date(start + 1000);
  test.each([
    ['combined', accessLine('GET /v1/models?x=1', 404, 9, at)],
    ['a tail of its own', `${accessLine('GET /v1/models', 404, 9, at)} [[2.554]] rt=0.1`],
    ['the host first', `ai.example.com ${accessLine('GET /v1/models', 404, 9, at)}`],
    [
      'JSON',
      `{"time":"${at.toISOString()}","remote_addr":"10.0.0.7","request":"GET /v1/models HTTP/1.1","status": "404"}`,
    ],
  ])('in %s is counted too', async (_, line) => {
    const healthy = accessLine('GET /404', 200, 401, at);
    const path = written(`${line.startsWith('{') ? '' : `${healthy}\n`}${line}\n`, 'access.log');
    expect((await top([path])).rows).toEqual([{ value: '10.0.0.7', count: 1, statuses: { 404: 1 } }]);
    expect((await top([path], 'path')).rows[0]?.value).toBe('/v1/models');
  });
});

describe('a log that Nginx writes in a format of its own', () => {
  const stamp = (second: number) => `24/Nov/2026:00:00:0${second} +0000`;
  test.each([
    [
      'LTSV',
      (s: number, status: number) =>
        `time:${stamp(s)}\thost:10.0.0.7\tremote_addr:10.0.0.7\treq:GET /v1/models HTTP/1.1\tstatus:${status}\tsize:405`,
    ],
    [
      'logfmt',
      (s: number, status: number) =>
        `time="${stamp(s)}" client=10.0.0.7 method=GET uri=/v1/models status=${status} bytes=405`,
    ],
    [
      'JSON by other names',
      (s: number, status: number) =>
        `{"at":"${stamp(s)}","ip":"10.0.0.7","remote_addr":"10.0.0.7","method":"GET","uri":"/v1/models","http_status":${status}}`,
    ],
    [
      'an unknown order',
      (s: number, status: number) => `[${stamp(s)}] ${status} 7405 10.0.0.7 "GET /v1/models HTTP/1.1" 0.401`,
    ],
  ])('such as %s is counted line by line', async (_, lineOf) => {
    const healthy = Array.from({ length: 30 }, () => lineOf(1, 200));
    const path = written([...healthy, lineOf(2, 404), lineOf(3, 502), ''].join('\n'), 'access.log');
    expect((await top([path], 'path')).rows).toEqual([{ value: '/v1/models', count: 2, statuses: { 404: 1, 502: 1 } }]);
    expect((await top([path])).rows[0]?.value).toBe('10.0.0.7');
  });

  test('is read by the log_format of its configuration, its packed files too', async () => {
    const format = '$host $remote_addr [$time_local] "$request" $upstream_status $status $request_time';
    const line = (upstream: string, status: number) =>
      `ai.example.com 10.0.0.7 [${stamp(1)}] "GET /v1/models HTTP/1.1" ${upstream} ${status} 0.100\n`;
    const path = written(line('200', 200) + line('502, 200', 200) + line('200', 499), 'access.log');
    writeFileSync(`${path}.1.gz`, gzipSync(line('404', 404)));
    const logFormats = new Map([[path, format]]);
    const { rows } = await topAbnormal({ files: [path], logFormats, window: day, by: 'path', rows: 5 });
    expect(rows).toEqual([{ value: '/v1/models', count: 2, statuses: { 404: 1, 499: 1 } }]);
  });
});

test('a rotated set is read with its packed files, each once', async () => {
  const path = written(audit(80_000, { status: 401, outcome: 'rejected' }));
  writeFileSync(`${path}.1`, audit(40_000, { status: 401, outcome: 'rejected' }));
  writeFileSync(`${path}.2.gz`, gzipSync(audit(-9) + audit(0, { status: 401, outcome: 'rejected' })));
  writeFileSync(`${path}.3.gz`, gzipSync(audit(-90_000, { status: 401, outcome: 'rejected' })));
  const { total, files } = await top([path, `${path}.1`]);
  expect(total).toBe(3);
  expect(files.map((file) => file.path)).toEqual([`${path}.2.gz`, `${path}.1`, path]);
});

test('pieces that cut lines anywhere count every line once', async () => {
  const text = Array.from({ length: 20 }, (_, second) => audit(second, { status: 401, outcome: 'rejected' })).join('');
  const path = written(text);
  for (let size = 1; size < text.length; size += 97) {
    const pieces: Piece[] = [];
    for (let from = 0; from < text.length; from += size) pieces.push({ path, from, to: from + size });
    const { tally, scan } = createScanner({ window: day, by: 'client' });
    for (const piece of pieces.slice(0, 400)) await scan(piece);
    const begun = Math.min(text.length, 400 * size);
    const expected = text.slice(0, begun).split('\n').filter(Boolean).length;
    expect(tally.total).toBe(expected);
  }
});

test('more bytes than one core should read are read by threads, with the same counts', async () => {
  const healthy = Array.from({ length: 60_000 }, (_, second) => audit(second)).join('');
  const bad = audit(60_001, { status: 429, outcome: 'rejected', error: 'rate_limit_exceeded' });
  const enough = Math.ceil((130 << 20) / healthy.length);
  const path = written(healthy.repeat(enough) + bad.repeat(7));
  writeFileSync(`${path}.1.gz`, gzipSync(audit(1) + bad + healthy));
  expect((await top([path], 'error')).rows).toEqual([{ value: 'rate_limit_exceeded', count: 8, statuses: { 429: 8 } }]);
});

test('more different clients than memory should hold are counted to within the frequent ones', async () => {
  const attack = Array.from({ length: 120_000 }, (_, number) =>
    audit(number / 10, {
      status: 401,
      outcome: 'rejected',
      client_ip: number % 3 === 0 ? '10.9.9.9' : `2001:db8::${number}`,
    }),
  );
  const { rows, approximate } = await top([written(attack.join(''))]);
  expect(rows[0]).toMatchObject({ value: '10.9.9.9', count: 40_000 });
  expect(approximate).toBe(true);
});

test('what cannot be read is said and hides nothing else', async () => {
  const bad = audit(1, { status: 401, outcome: 'rejected' });
  const path = written(bad);
  const packed = gzipSync(bad + audit(2).repeat(1000));
  writeFileSync(`${path}.1.gz`, packed.subarray(0, packed.length - 20));
  const directory = join(temporaryFolder('top'), 'directory');
  mkdirSync(directory);
  const { total, files } = await top([path, directory, '/none.log']);
  expect(total).toBe(2);
  const problems = files.filter(({ problem }) => problem !== undefined).map((file) => file.path);
  expect(problems).toEqual([`${path}.1.gz`, directory, '/none.log']);
});

test('a line without an end is passed over', async () => {
  const path = written(`${audit(0)}${'x'.repeat(5 << 20)}\n${audit(9, { status: 401, outcome: 'rejected' })}`);
  expect((await top([path])).total).toBe(1);
});
