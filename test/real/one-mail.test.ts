import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { exportAlerts } from '../../src/cli/export-alerts.ts';
import { startMailCatcher } from '../../src/demo/mail-catcher.ts';
import { notifySchema } from '../../src/notify/config.ts';
import { alertsSchema } from '../../src/watch/config.ts';
import { answering, eventually, freePort, startProgram, temporaryFolder } from '../support/ops.ts';
import { full, header, watchRig } from '../watch/running.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const prometheus = findProgram('prometheus');
const alertmanager = findProgram('alertmanager');

/** Watch, a real Prometheus and a real Alertmanager on the exported files, all of them with the same mail server. */
async function stack(notifier: 'watch' | 'alertmanager') {
  const mail = await startMailCatcher();
  onTestFinished(() => mail.close());
  const rig = await watchRig({ mailPort: mail.port, alerts: { notifier } });
  const folder = temporaryFolder('one-mail');
  const { alerts, notify } = rig.configuration;
  const parsed = alertsSchema.parse(alerts);
  await exportAlerts(folder, parsed, notifySchema.parse(notify));
  // Two minutes are right for a person and too long for a test.
  const watchDown = join(folder, 'watch-down.yml');
  writeFileSync(watchDown, readFileSync(watchDown, 'utf8').replace('for: 2m', 'for: 1s'));
  const [prometheusPort, alertmanagerPort] = await Promise.all([freePort(), freePort()]);
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(folder, 'rules.yml'), watchDown],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
      scrape_configs: [{ job_name: 'watch', static_configs: [{ targets: [new URL(rig.url).host] }] }],
    }),
  );
  const watch = await rig.start();
  const programs = [
    startProgram(alertmanager ?? '', [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
    ]),
    startProgram(prometheus ?? '', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--scrape.discovery-reload-interval=100ms',
    ]),
  ];
  onTestFinished(async () => void (await Promise.all(programs.map((program) => program.stop()))));
  await answering(`http://127.0.0.1:${alertmanagerPort}/-/ready`, programs[0]);
  await answering(`http://127.0.0.1:${prometheusPort}/-/ready`, programs[1]);
  const alertsOfAlertmanager = async (): Promise<string[]> => {
    const reply = await fetch(`http://127.0.0.1:${alertmanagerPort}/api/v2/alerts`);
    const found = (await reply.json()) as { labels: { alertname: string } }[];
    return found.map(({ labels }) => labels.alertname);
  };
  return { mail, watch, gpu: rig.gpu, alertsOfAlertmanager };
}

realPart('prometheus, alertmanager', prometheus !== undefined && alertmanager !== undefined)('the whole stack', () => {
  test('sends one mail about one incident, and one when watch is gone', { timeout: 90_000 }, async () => {
    const { mail, watch, gpu, alertsOfAlertmanager } = await stack('watch');
    await gpu.set(full);
    await eventually('both know of it', async () => (await alertsOfAlertmanager()).includes('GpuMemoryHigh'), 30_000);
    await eventually('the mail', () => mail.mails.length > 0);
    // More than Alertmanager's group_wait of 1 s, in which it would have mailed as well.
    await sleep(4000);
    expect(mail.mails.map(({ raw }) => header(raw, 'X-Alert-Name'))).toEqual(['GpuMemoryHigh']);
    await watch.stop();
    await eventually('the mail of Alertmanager', () => mail.mails.length === 2, 30_000);
    expect(header(mail.mails[1]?.raw, 'Subject')).toContain('WatchDown');
  });

  test('sends one mail too where Alertmanager is the notifier', { timeout: 90_000 }, async () => {
    const { mail, gpu } = await stack('alertmanager');
    await gpu.set(full);
    await eventually('the mail', () => mail.mails.length > 0, 30_000);
    await sleep(4000);
    expect(mail.mails.map(({ raw }) => header(raw, 'X-Alert-Name') ?? header(raw, 'Subject'))).toEqual([
      expect.stringContaining('GpuMemoryHigh'),
    ]);
  });
});
