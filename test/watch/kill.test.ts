import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startMailCatcher } from '../../src/demo/mail-catcher.ts';
import { eventually, freePort } from '../support/ops.ts';
import { full, header, watchRig } from './running.ts';

interface Row {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
}

function notifications(folder: string): Row[] {
  const database = new DatabaseSync(join(folder, 'incidents.db'), { readOnly: true });
  const rows = database.prepare('SELECT message_id, state, attempts FROM notifications').all();
  database.close();
  return rows.map((row) => ({
    id: String(row['message_id']),
    state: String(row['state']),
    attempts: Number(row['attempts']),
  }));
}

test('a mail that was pending when watch was killed arrives exactly once, under its Message-ID', async () => {
  const mailPort = await freePort();
  const { folder, gpu, start } = await watchRig({ mailPort });
  await gpu.set(full);
  const killed = await start();
  const before = await eventually('a failed attempt', () => notifications(folder).find(({ attempts }) => attempts > 0));
  killed.process.kill('SIGKILL');
  await once(killed.process, 'exit');

  const mail = await startMailCatcher({ port: mailPort });
  onTestFinished(() => mail.close());
  await start();
  await eventually('the mail', () => mail.mails.length > 0);
  await eventually('its acceptance', () => notifications(folder)[0]?.state === 'accepted');
  // Several evaluations more: the incident that still fires is not mailed anew.
  await sleep(2000);
  expect(mail.mails.map(({ raw }) => header(raw, 'Message-ID'))).toEqual([before.id]);
  expect(notifications(folder)).toMatchObject([{ id: before.id, state: 'accepted' }]);
}, 60_000);
