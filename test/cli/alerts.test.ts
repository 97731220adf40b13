import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { gpuMemoryTotal, gpuMemoryUsed } from '../../src/catalogue/gpu.ts';
import { sampleOf } from '../../src/check.ts';
import { run } from '../../src/cli/main.ts';
import { startMailCatcher } from '../../src/demo/mail-catcher.ts';
import { openIncident } from '../../src/incident.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { openSamples } from '../../src/store/samples.ts';
import { freePort, temporaryFolder } from '../support/ops.ts';
import { ruleOf } from '../watch/support.ts';

/** `ops alerts …` over a state folder; `notify` is its section of the configuration. */
function rig(notify: object = {}, section: object = {}) {
  const folder = temporaryFolder('ops-alerts');
  const file = join(folder, 'ops.yaml');
  writeFileSync(file, stringify({ watch: { state_dir: folder }, notify, alerts: section }));
  const alerts = async (...words: string[]) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const codes: number[] = [];
    await run(['alerts', ...words, '--config', file], {
      ...{ stdin: new PassThrough(), stdout, stderr, env: {} },
      exit: (code) => codes.push(code),
    });
    stdout.end();
    stderr.end();
    return { stdout: await text(stdout), stderr: await text(stderr), code: codes[0] };
  };
  return { folder, alerts };
}

/** The incidents.db of a running watch with one incident that fires. */
function watching(folder: string) {
  const incidents = openIncidents(folder, 'example.org');
  onTestFinished(() => incidents.close());
  incidents.open(openIncident({ rule: ruleOf(), labels: { uuid: 'GPU-0' }, value: 90 }, Date.now()), () => []);
  return incidents;
}

test('beside a running watch: list, silence, acknowledge, and end the silence', async () => {
  const { folder, alerts } = rig();
  const { operator } = watching(folder);
  const silenced = await alerts('silence', 'GpuHot', 'uuid=GPU-*', '--for', '30m', '--reason', 'new model');
  expect(silenced.stdout).toBe('silence 1: rule=GpuHot uuid=GPU-* for 30m; end it with: ops alerts silence --end 1\n');
  expect(operator.silences(Date.now())).toMatchObject([
    { matchers: { rule: 'GpuHot', uuid: 'GPU-*' }, reason: 'new model' },
  ]);
  await alerts('ack', 'OPS-1');
  expect(operator.acknowledged()).toEqual(new Set([1]));
  const { stdout } = await alerts('list');
  expect(stdout).toMatch(
    /^OPS-1 {2}warning {2}GpuHot {2}uuid=GPU-0 {2}for \d+s {2}acknowledged\nsilence 1 {2}rule=GpuHot uuid=GPU-\* {2}until .+Z {2}new model\n$/,
  );
  await alerts('silence', '--end', '1');
  expect(operator.silences(Date.now())).toEqual([]);
  expect(JSON.parse((await alerts('list', '--json')).stdout)).toMatchObject({
    firing: [{ id: 1, acknowledged: true }],
    silences: [],
  });
});

test.each([
  [['ack', 'OPS-7'], 'no OPS-7 fires'],
  [['ack', 'seven'], 'expected a number, got "seven"'],
  [['silence'], 'expected the name of a rule or label=value'],
  [['silence', 'GpuHot', '--for', 'soon'], '--for: expected a duration such as 2h, got "soon"'],
  [['silence', 'GpuHut'], 'no rule is called "GpuHut" (did you mean GpuHot?)'],
  [['silence', 'Xyz*'], 'no rule is called "Xyz*"'],
  [['silence', 'uid=GPU-0'], 'no alert has the label "uid" (did you mean uuid?)'],
  [['silence', '--end', '4'], 'no silence 4 is in force'],
  [['test'], 'NOBODY IS MAILED'],
])('%j is refused with a sentence that says what to do', async (words, sentence) => {
  const { folder, alerts } = rig();
  watching(folder);
  const { stderr, code } = await alerts(...words);
  expect(stderr).toContain(sentence);
  expect(code).toBe(64);
});

test('without a watch that ever ran, list says so', async () => {
  const { alerts } = rig();
  const { stderr, code } = await alerts('list');
  expect(stderr).toContain('has ops watch run with this watch.state_dir?');
  expect(code).toBe(3);
});

test('test sends one mail and prints what the server answered, or what to repair', async () => {
  const mail = await startMailCatcher();
  onTestFinished(() => mail.close());
  const email = (port: number) => ({
    from: 'ops@example.org',
    to: ['oncall@example.org'],
    smtp: { host: '127.0.0.1', port },
  });
  const sent = await rig({ email: email(mail.port) }).alerts('test', '--mail');
  expect(sent.stdout).toMatch(/^✓ email to oncall@example\.org: 250/);
  expect(sent.code).toBe(0);
  expect(mail.mails).toHaveLength(1);
  mail.faults = '550';
  const refused = await rig({ email: email(mail.port) }).alerts('test', '--mail');
  expect(refused.stdout).toContain('the server refuses the recipient: check notify.email.to');
  const closed = await rig({ email: email(await freePort()) }).alerts('test', '--mail');
  expect(closed.stdout).toContain('nothing listens there: check notify.email.smtp.host and port');
  expect([refused.code, closed.code]).toEqual([1, 1]);
});

const hour = 3_600_000;

test('replay says what the rules would have said of the stored samples', async () => {
  const { folder, alerts } = rig();
  const samples = openSamples(folder);
  onTestFinished(() => samples.close());
  const now = Date.now();
  for (let ago = 40 * 60_000; ago >= 0; ago -= 60_000) {
    const used = ago > 10 * 60_000 ? 23 : 1;
    samples.append([
      sampleOf(gpuMemoryUsed, { uuid: 'GPU-0' }, used, now - ago),
      sampleOf(gpuMemoryTotal, { uuid: 'GPU-0' }, 24, now - ago),
    ]);
  }
  const { events } = JSON.parse((await alerts('replay', '--since', '40m', '--json')).stdout);
  expect(events).toMatchObject([
    { kind: 'fired', rule: 'GpuMemoryHigh', labels: { uuid: 'GPU-0' } },
    { kind: 'resolved', rule: 'GpuMemoryHigh' },
  ]);
  // Ten minutes of `for` after the start, and ten minutes before now.
  expect(events.map(({ at }: { at: number }) => Math.round((now - at) / 60_000))).toEqual([30, 10]);
});

test('replay reaches back a week, over the samples that were thinned', async () => {
  const { folder, alerts } = rig();
  const samples = openSamples(folder);
  onTestFinished(() => samples.close());
  const now = Date.now();
  const since = now - 5 * 24 * hour;
  const minutes = Array.from({ length: 120 }, (_, index) => since + index * 60_000);
  samples.append(
    minutes.flatMap((at, index) => [
      sampleOf(gpuMemoryUsed, { uuid: 'GPU-0' }, index < 60 ? 23 : 1, at),
      sampleOf(gpuMemoryTotal, { uuid: 'GPU-0' }, 24, at),
    ]),
  );
  samples.prune({ rawSince: now - 6 * hour, thinnedSince: now - 8 * 24 * hour });
  const { events } = JSON.parse((await alerts('replay', '--since', '7d', '--json')).stdout);
  const gpu = events.filter(({ rule }: { rule: string }) => rule === 'GpuMemoryHigh');
  expect(gpu.map(({ kind }: { kind: string }) => kind)).toEqual(['fired', 'resolved']);
  for (const [index, minutesIn] of [10, 60].entries()) {
    expect(Math.abs((gpu[index].at - since) / 60_000 - minutesIn)).toBeLessThanOrEqual(4);
  }
});

test('export writes the rules in force and an Alertmanager that mails only what watch cannot', async () => {
  const email = {
    from: 'ops@example.org',
    to: ['a@example.org'],
    smtp: { host: 'mail.example.org', port: 587, tls: 'starttls' },
  };
  const heartbeat = { url: 'https://alive.example.org/x', every: '1m' };
  const rules = { GpuHot: { threshold: 80 }, UiDown: { enabled: false } };
  const { folder, alerts } = rig({ email, heartbeat }, { rules });
  expect((await alerts('export', join(folder, 'out'))).stdout.trim().split('\n')).toEqual(
    ['rules.yml', 'watch-down.yml', 'alertmanager.yml'].map((name) => join(folder, 'out', name)),
  );
  const written = (name: string) => readFileSync(join(folder, 'out', name), 'utf8');
  expect(written('rules.yml')).toContain('ops_gpu_temperature_celsius{sensor="core"} > 80');
  expect(written('rules.yml')).toMatch(/dashboard_url: \/d\/clawdbot-[a-z-]+\?viewPanel=\d+/);
  expect(written('rules.yml')).not.toContain('UiDown\n');
  const { global, route, inhibit_rules } = parse(written('alertmanager.yml'));
  expect(global).toMatchObject({ smtp_smarthost: 'mail.example.org:587', smtp_require_tls: true });
  expect(route.receiver).toBe('silent');
  expect(
    route.routes.map(({ matchers, receiver }: { matchers: string[]; receiver: string }) => [...matchers, receiver]),
  ).toEqual([
    ['alertname = "DeadMansSwitch"', 'heartbeat'],
    ['alertname = "WatchDown"', 'on-call'],
  ]);
  expect(inhibit_rules).toBeUndefined();
});

test('export with Alertmanager as the notifier mails critical and warning, and holds back consequences', async () => {
  const { folder, alerts } = rig({}, { notifier: 'alertmanager' });
  await alerts('export', join(folder, 'out'));
  const { route, inhibit_rules } = parse(readFileSync(join(folder, 'out', 'alertmanager.yml'), 'utf8'));
  expect(JSON.stringify(route.routes)).toContain('severity = \\"warning\\"');
  expect(JSON.stringify(route.routes)).not.toContain('info');
  expect(inhibit_rules).toContainEqual({
    source_matchers: ['alertname =~ "OllamaDown|GatewayDown"'],
    target_matchers: ['alertname = "BackendDown"'],
  });
});
