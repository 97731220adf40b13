import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import pino from 'pino';
import { expect, test } from 'vitest';
import type { AuditLine } from '../../src/audit-line.ts';
import log from '../../src/checks/log.ts';
import { auditLine } from '../gateway/account/support/audit-line.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { temporaryFolder } from '../support/ops.ts';
import { runCheck, valuesOf } from './support/context.ts';

const top = 'ops_abnormal_requests_yesterday';
const clock = new ManualClock('2026-11-25T08:30:00');
const at = (time: string) => new Date(time).toISOString();
const noon = at('2026-11-24T12:00:00');

/** Lines of the gateway itself, with the given fields. */
const lines = (count: number, fields: Partial<AuditLine>) =>
  `${JSON.stringify({ ...auditLine('r'), time: noon, outcome: 'ok', status: 200, ...fields })}\n`.repeat(count);

const rejected = (count: number, key: string, error = 'rate_limit_exceeded') =>
  lines(count, { key_id: key, outcome: 'rejected', status: 429, error });

const run = (file: string, logger = pino({ level: 'silent' })) =>
  runCheck(
    log,
    { file },
    {},
    {
      ...{ clock, log: logger },
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
  );

test('counts yesterday, ends of requests only, and leaves out our own', async () => {
  const file = join(temporaryFolder('log'), 'gateway.log');
  const other = [
    lines(9, { time: at('2026-11-23T23:59:59'), outcome: 'timeout' }),
    rejected(2, 'a'),
    lines(3, {}),
    lines(8, { type: 'started', outcome: null }),
    lines(8, { probe: true, outcome: 'timeout' }),
    'not a line of ours\n',
    lines(9, { time: at('2026-11-25T00:00:00'), outcome: 'timeout' }),
  ];
  writeFileSync(file, other.join(''));
  const samples = await run(file);
  expect(valuesOf(samples, 'ops_requests_yesterday', { result: 'ok' })).toEqual([3]);
  expect(valuesOf(samples, 'ops_requests_yesterday', { result: 'abnormal' })).toEqual([2]);
  const kind = { client: 'a', endpoint: '/v1/chat/completions', error: 'rate_limit_exceeded' };
  expect(valuesOf(samples, top, kind)).toEqual([2]);
});

test('names the five most frequent kinds in their order, and writes them to the log', async () => {
  const file = join(temporaryFolder('log'), 'gateway.log');
  writeFileSync(file, '');
  for (const [index, key] of ['f', 'a', 'c', 'b', 'e', 'd'].entries()) appendFileSync(file, rejected(index + 1, key));
  appendFileSync(file, lines(10, { key_id: null, client_ip: '10.0.0.9', outcome: 'aborted', error: null }));
  const written: string[] = [];
  const samples = await run(file, pino({}, { write: (line: string) => written.push(line) }));
  const shown = samples.filter(({ name }) => name === top);
  expect(shown.map(({ labels, value }) => [labels['client'], value])).toEqual([
    ['10.0.0.9', 10],
    ['d', 6],
    ['e', 5],
    ['b', 4],
    ['c', 3],
  ]);
  expect(shown[0]?.labels['error']).toBe('aborted');
  const line = JSON.parse(written[0] ?? '{}');
  expect(line).toMatchObject({ requests: 31, abnormal: 31, top: [{ client: '10.0.0.9', count: 10 }, {}, {}, {}, {}] });
});

test('finds what rotation has moved away', async () => {
  const file = join(temporaryFolder('log'), 'gateway.log');
  writeFileSync(file, lines(1, { time: at('2026-11-25T01:00:00') }));
  writeFileSync(`${file}-2026-11-24.gz`, gzipSync(rejected(4, 'a') + lines(2, {})));
  const samples = await run(file);
  expect(valuesOf(samples, top, { client: 'a' })).toEqual([4]);
  expect(valuesOf(samples, 'ops_requests_yesterday')).toEqual([2, 4]);
});

test('a quiet day is 0, a missing log is a failure', async () => {
  const file = join(temporaryFolder('log'), 'gateway.log');
  await expect(run(file)).rejects.toThrow('no such file; set watch.checks.log.file');
  writeFileSync(file, '');
  expect(valuesOf(await run(file), 'ops_requests_yesterday')).toEqual([0, 0]);
});

test.each([
  ['Asia/Shanghai', '2026-11-24T16:00:00Z', '2026-11-25T15:59:59Z', '2026-11-25T17:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T13:30:00Z', '2026-10-04T12:59:59Z', '2026-10-04T13:30:00Z'],
  ['America/New_York', '2026-11-01T04:00:00Z', '2026-11-02T04:59:59Z', '2026-11-02T05:30:00Z'],
])('yesterday is that of %s, on a day of any length', async (timezone, first, last, now) => {
  const file = join(temporaryFolder('log'), 'gateway.log');
  const [begin, end] = [Date.parse(first), Date.parse(last)];
  const times = [begin - 1000, begin, end, end + 1000];
  writeFileSync(file, times.map((time) => lines(1, { time: new Date(time).toISOString() })).join(''));
  const samples = await runCheck(log, { file }, {}, { clock: new ManualClock(now), timezone });
  expect(valuesOf(samples, 'ops_requests_yesterday', { result: 'ok' })).toEqual([2]);
});
