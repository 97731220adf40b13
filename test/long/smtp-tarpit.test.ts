import { expect, test } from 'vitest';
import { alertsTest } from '../notify/support/alerts-test.ts';
import { deliveryRig, header } from '../notify/support/rig.ts';
import { type Stage, startSmtpProxy } from '../notify/support/smtp-proxy.ts';
import { startSmtpServer } from '../notify/support/smtp-server.ts';
import { eventually } from '../support/ops.ts';

async function survives(stage: Stage, failure: string, fix: string): Promise<void> {
  const server = await startSmtpServer();
  const proxy = await startSmtpProxy(server.port, (at) => (at === stage ? 'hang' : undefined));
  const rig = await deliveryRig(proxy.port);
  const incident = rig.fire();
  const [told] = await Promise.all([
    alertsTest(proxy.port),
    eventually('the end of the attempt', () => rig.results.length >= 1, 60_000),
  ]);
  expect(rig.results[0], stage).toMatchObject({ kind: 'failed', class: failure });
  expect(told, stage).toMatchObject({ code: 1, stdout: expect.stringContaining(fix) });
  proxy.faultAt = () => undefined;
  await eventually('the mail', () => rig.outbox()[0]?.state === 'accepted', 60_000);
  rig.resolve(incident);
  await rig.settled('accepted', 2);
  const ids = server.mails.map(({ raw }) => header(raw, 'Message-ID'));
  expect(ids, stage).toEqual(rig.outbox().map(({ messageId }) => messageId));
}

// All at once, because each waits for half a minute of silence.
test('a server that falls silent: each attempt ends by itself, and the mail arrives once it speaks', async () => {
  await Promise.all([
    survives('CONN', 'transient', 'check the firewall'),
    survives('EHLO', 'unknown', 'stopped answering'),
    survives('RCPT', 'unknown', 'stopped answering'),
    survives('TEXT', 'unknown', 'stopped answering'),
    survives('END', 'unknown', 'stopped answering'),
  ]);
}, 150_000);
