import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { certificateNotAfter } from '../../src/catalogue/certificate.ts';
import { hostDiskFree, hostDiskTotal } from '../../src/catalogue/host.ts';
import { latencyAverage, latencyCanary } from '../../src/catalogue/latency.ts';
import { abnormalRequestsYesterday, requestsYesterday } from '../../src/catalogue/log.ts';
import { checkLastSuccess, checkSuccess } from '../../src/catalogue/watch.ts';
import { sampleOf } from '../../src/check.ts';
import { run } from '../../src/cli/main.ts';
import { closeIncident, openIncident } from '../../src/incident.ts';
import type { Channel } from '../../src/notify/channel.ts';
import { dailyText, monthBefore, monthlyText, queueDue } from '../../src/notify/report/index.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { openSamples } from '../../src/store/samples.ts';
import { startReports } from '../../src/watch/reports.ts';
import { temporaryFolder } from '../support/ops.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { ruleOf } from '../watch/support.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 25, 8);
const spoken = { language: 'en', timezone: 'UTC', host: 'box' } as const;

/** The stores of a watch with a day behind it. */
function stores(folder = temporaryFolder('ops-report')) {
  const incidents = openIncidents(folder, 'example.org');
  const samples = openSamples(folder);
  onTestFinished(() => {
    incidents.close();
    samples.close();
  });
  return { folder, incidents, samples };
}

type Stores = ReturnType<typeof stores>;

function oneDay({ incidents, samples }: Stores, at = now) {
  const open = (severity: 'critical' | 'warning' | 'info', uuid: string, ago: number) =>
    incidents.open(openIncident({ rule: ruleOf({ severity }), labels: { uuid }, value: 90 }, at - ago), () => []);
  const told = { ...open('warning', 'GPU-0', 20 * hour), announcedAt: at - 20 * hour, flaps: 2 };
  incidents.operator.acknowledge(told.id, at - 20 * hour + 600_000);
  incidents.transition(closeIncident(told, at - 19 * hour), []);
  incidents.transition(closeIncident(open('info', 'GPU-1', 10 * hour), at - 9 * hour), []);
  open('critical', 'GPU-2', hour);
  samples.append([
    sampleOf(requestsYesterday, { result: 'ok' }, 990, at - 60_000),
    sampleOf(requestsYesterday, { result: 'abnormal' }, 10, at - 60_000),
    sampleOf(
      abnormalRequestsYesterday,
      { client: 'team-a', endpoint: '/v1/chat/completions', error: 'rate_limit_exceeded' },
      7,
      at - 60_000,
    ),
    sampleOf(
      abnormalRequestsYesterday,
      { client: '10.0.0.9', endpoint: '/v1/models', error: 'invalid_api_key' },
      3,
      at - 60_000,
    ),
    sampleOf(abnormalRequestsYesterday, { client: 'gone', endpoint: '/', error: 'timeout' }, 99, at - day),
    sampleOf(checkLastSuccess, { check: 'log' }, (at - 60_000) / 1000, at - 60_000),
    sampleOf(checkSuccess, { check: 'log' }, 1, at - 60_000),
    sampleOf(checkSuccess, { check: 'gpu' }, 0, at - 60_000),
    sampleOf(
      certificateNotAfter,
      { target: 'chat.example.org', source: 'live' },
      (at + 20.5 * day) / 1000,
      at - 60_000,
    ),
    sampleOf(latencyCanary, { model: 'qwen3:32b' }, 1.31, at - 60_000),
    ...[1, 2, 3].map((days) => sampleOf(latencyAverage, { model: 'qwen3:32b' }, 1, at - days * day)),
    sampleOf(hostDiskFree, { mount: '/' }, 50 * 1024 ** 3, at - 60_000),
    sampleOf(hostDiskTotal, { mount: '/' }, 100 * 1024 ** 3, at - 60_000),
  ]);
}

const channel: Channel = {
  recipients: ['oncall@example.org'],
  send: () => Promise.resolve({ kind: 'accepted', response: '250' }),
};
const channels = new Map([['email', channel]]);

const period = { from: now - day, to: now };

test('the morning report of a day', () => {
  const { incidents, samples } = stores();
  oneDay({ folder: '', incidents, samples });
  expect(dailyText(incidents, samples, period, spoken).text).toMatchInlineSnapshot(`
    "2026-11-24 08:00 to 2026-11-25 08:00 UTC

    Now
      OPS-3  critical  GpuHot  11-25 07:00  still firing  GPU-2

    Incidents since the last report
      OPS-1  warning  GpuHot  11-24 12:00  lasted 1h  GPU-0
      OPS-2  info  GpuHot  11-24 22:00  lasted 1h  GPU-1
      OPS-3  critical  GpuHot  11-25 07:00  still firing  GPU-2

    Abnormal requests on 2026-11-24
      10 of 1000
      7  team-a  /v1/chat/completions  rate_limit_exceeded
      3  10.0.0.9  /v1/models  invalid_api_key

    Certificates
      20 days left  chat.example.org

    Latency of the canary
      qwen3:32b: 1.31 s, usually 1 s

    Disks
      /: 50 GiB of 100 GiB free

    Mails
      0 sent, 0 given up, 0 waiting

    Checks without data
      gpu
      $ ops check gpu --explain
    "
  `);
});

test('in Chinese it has the same parts, and no line is wider than 80 columns', () => {
  const { incidents, samples } = stores();
  oneDay({ folder: '', incidents, samples });
  samples.append([
    sampleOf(
      abnormalRequestsYesterday,
      { client: '客户'.repeat(60), endpoint: '/', error: 'timeout' },
      1,
      now - 60_000,
    ),
  ]);
  const { text: chinese } = dailyText(incidents, samples, period, { ...spoken, language: 'zh' });
  const { text: english } = dailyText(incidents, samples, period, spoken);
  expect(chinese.split('\n\n')).toHaveLength(english.split('\n\n').length);
  const width = (line: string) => [...line].reduce((sum, one) => sum + (one.charCodeAt(0) > 0x2e7f ? 2 : 1), 0);
  for (const line of `${chinese}\n${english}`.split('\n')) expect(width(line), line).toBeLessThanOrEqual(80);
  expect(chinese).not.toMatch(/\{\w+\}/);
});

test('without any data it says what is missing instead of nothing', () => {
  const { incidents, samples } = stores();
  const { text: empty } = dailyText(incidents, samples, period, spoken);
  expect(empty).toContain('nothing fires');
  expect(empty).toContain('not counted: see the check log');
});

test('how noisy a month was', () => {
  const { incidents, samples } = stores();
  oneDay({ folder: '', incidents, samples });
  const { text: noise } = monthlyText(incidents, { from: now - 30 * day, to: now + day }, spoken);
  expect(noise).toMatchInlineSnapshot(`
    "2026-10-26 08:00 to 2026-11-26 08:00 UTC

    Alerts
      GpuHot: 3, flapped 2 times

    People
      3 incidents, 1 of them mailed
      100 % acknowledged, half of them within 10m
      1 silenced or within maintenance
      0 mails sent
    "
  `);
});

test('mails are counted in the time that a report is about', () => {
  const { incidents, samples } = stores();
  const accepted = [now - 2 * day, now - hour, now + hour];
  for (const at of accepted) {
    const row = { kind: 'report', channel: 'email', recipient: 'a@example.org', subject: '', payload: '{}' } as const;
    incidents.outbox.post(`<${at}@example.org>`, [row], at);
  }
  for (const entry of incidents.outbox.all()) {
    incidents.outbox.save({ ...entry, state: 'accepted', acceptedAt: entry.createdAt }, entry.createdAt, 'accepted');
  }
  expect(dailyText(incidents, samples, period, spoken).text).toContain('1 sent, 0 given up, 0 waiting');
  expect(monthlyText(incidents, { from: now - 3 * day, to: now }, spoken).text).toContain('2 mails sent');
});

test('the month before, in the zone of the reader', () => {
  const { from, to } = monthBefore(Date.UTC(2026, 10, 1, 0, 30), 'Europe/Berlin');
  expect([from, to].map((at) => new Date(at).toISOString())).toEqual([
    '2026-09-30T22:00:00.000Z',
    '2026-10-31T23:00:00.000Z',
  ]);
});

/** Watch's job on a clock of its own; `boot` begins anew on the same folder. */
function job(start: number) {
  const { folder, incidents, samples } = stores();
  const clock = new VirtualClock(start);
  const boot = () =>
    startReports({
      ...{ at: '08:00', timezone: 'Europe/Berlin', jobs: incidents.jobs, clock, log: pino({ level: 'silent' }) },
      write: (due) => queueDue({ incidents, samples, channels, context: spoken, domain: 'example.org' }, due),
    });
  const subjects = () => incidents.outbox.all().map(({ subject }) => subject);
  return { folder, clock, boot, subjects, incidents };
}

test('one report a day at its local time, through the change of the clocks, and the first not before its time', async () => {
  const { clock, boot, incidents } = job(Date.UTC(2026, 9, 23, 12));
  const cancel = boot();
  await clock.advance(4 * day);
  cancel();
  expect(incidents.outbox.all().map(({ createdAt }) => new Date(createdAt).toISOString())).toEqual([
    '2026-10-24T06:00:00.000Z',
    '2026-10-25T07:00:00.000Z',
    '2026-10-26T07:00:00.000Z',
    '2026-10-27T07:00:00.000Z',
  ]);
});

test('a missed report is written once at boot and says that it is late; a restart repeats none', async () => {
  const { clock, boot, incidents } = job(Date.UTC(2026, 10, 10, 12));
  boot()();
  clock.setBy(2.5 * day);
  for (let boots = 0; boots < 3; boots += 1) {
    const cancel = boot();
    await clock.advance(60_000);
    cancel();
  }
  const [report, ...others] = incidents.outbox.all();
  expect(others).toEqual([]);
  expect(JSON.parse(report?.payload ?? '').lead[0]).toBe(
    'LATE: due 2026-11-11 07:00, written 2026-11-13 00:00: watch did not run then',
  );
});

test('the first report of a month brings that of the month before', async () => {
  const { clock, boot, subjects } = job(Date.UTC(2026, 10, 29, 12));
  const cancel = boot();
  await clock.advance(3 * day);
  cancel();
  expect(subjects()).toEqual([
    '[REPORT] box: nothing fires',
    '[REPORT] box: nothing fires',
    '[REPORT] box: alerts of 2026-11',
    '[REPORT] box: nothing fires',
  ]);
});

test('after an absence over the end of a month the report of that month is written too', async () => {
  const { clock, boot, subjects } = job(Date.UTC(2026, 10, 20, 12));
  boot()();
  clock.setBy(14 * day);
  const cancel = boot();
  await clock.advance(60_000);
  cancel();
  expect(subjects()).toEqual(['[REPORT] box: nothing fires', '[REPORT] box: alerts of 2026-11']);
});

test('killed between its row and the note of its start, a report is not written twice', () => {
  const { incidents, samples } = stores();
  const options = { incidents, samples, channels, context: spoken, domain: 'example.org' };
  queueDue(options, { from: now - day, to: now, dueAt: now });
  queueDue(options, { from: now - day, to: now + 60_000, dueAt: now });
  expect(incidents.outbox.all()).toMatchObject([{ createdAt: now, messageId: `<report.daily.${now}@example.org>` }]);
});

test('ops report daily prints, and --mail puts it into the outbox', async () => {
  const running = stores();
  oneDay(running, Date.now());
  const file = join(running.folder, 'ops.yaml');
  const notify = { email: { from: 'ops@example.org', to: ['oncall@example.org'] } };
  writeFileSync(file, stringify({ watch: { state_dir: running.folder }, notify }));
  const ops = async (...words: string[]) => {
    const stdout = new PassThrough();
    await run(['report', 'daily', ...words, '--config', file], {
      ...{ stdin: new PassThrough(), stdout, stderr: stdout, env: {}, exit: () => undefined },
    });
    stdout.end();
    return text(stdout);
  };
  expect(await ops()).toContain('OPS-3  critical  GpuHot');
  expect(JSON.parse(await ops('--json'))).toMatchObject({
    requests: { total: 1000, abnormal: 10 },
    silentChecks: ['gpu'],
  });
  expect(await ops('--monthly')).toContain('mails sent');
  expect(running.incidents.outbox.unsent()).toEqual([]);
  expect(await ops('--mail')).toContain('watch sends it within a minute');
  expect(running.incidents.outbox.unsent()).toMatchObject([
    { kind: 'report', subject: expect.stringContaining('1 firing') },
  ]);
});
