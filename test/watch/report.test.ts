import { simpleParser } from 'mailparser';
import { expect, onTestFinished, test } from 'vitest';
import { startMailCatcher } from '../../src/demo/mail-catcher.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { reportJob } from '../../src/watch/reports.ts';
import { eventually } from '../support/ops.ts';
import { watchRig } from './running.ts';

test('a running watch mails the report that it missed while it was off, late and once', async () => {
  const mail = await startMailCatcher();
  onTestFinished(() => mail.close());
  const rig = await watchRig({ mailPort: mail.port, alerts: { timezone: 'Asia/Shanghai' } });
  Object.assign(rig.configuration.notify, { report: { at: '08:00' } });
  const before = openIncidents(rig.folder, 'example.org');
  // Noon in Shanghai of a day that is over, in the middle of a month.
  before.jobs.started(reportJob, Date.UTC(2026, 10, 20, 4));
  before.close();
  const first = await rig.start();
  await eventually('the report', () => mail.mails.length > 0);
  await first.stop();
  const second = await rig.start();
  await second.stop();
  const parsed = await Promise.all(mail.mails.map(({ raw }) => simpleParser(raw)));
  // In another month that of the month before comes with it.
  const daily = parsed.filter(({ subject }) => /^\[REPORT\] .+: nothing fires$/.test(subject ?? ''));
  expect(daily).toHaveLength(1);
  expect(daily[0]?.text).toMatch(
    /^LATE: due 2026-11-21 08:00, written \d{4}-\d\d-\d\d \d\d:\d\d: watch did not run then/,
  );
}, 60_000);
