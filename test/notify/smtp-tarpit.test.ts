import { describe, expect, test } from 'vitest';
import { eventually } from '../support/ops.ts';
import { alertsTest } from './support/alerts-test.ts';
import { deliveryRig, header } from './support/rig.ts';
import { type Stage, startSmtpProxy } from './support/smtp-proxy.ts';
import { startSmtpServer } from './support/smtp-server.ts';

/** Longer than an attempt may take, seconds are what they are: these tests wait beside each other. */
const patience = 90_000;

describe.concurrent('a server that falls silent', () => {
  test.each<[Stage, string, string]>([
    ['CONN', 'transient', 'check the firewall'],
    ['EHLO', 'unknown', 'stopped answering'],
    ['RCPT', 'unknown', 'stopped answering'],
    ['TEXT', 'unknown', 'stopped answering'],
    ['END', 'unknown', 'stopped answering'],
  ])(
    'at %s: the attempt ends by itself, and the mail arrives once it speaks',
    async (stage, failure, fix) => {
      const server = await startSmtpServer();
      const proxy = await startSmtpProxy(server.port, (at) => (at === stage ? 'hang' : undefined));
      const rig = await deliveryRig(proxy.port);
      const incident = rig.fire();
      const [told] = await Promise.all([
        alertsTest(proxy.port),
        eventually('the end of the attempt', () => rig.results.length >= 1, 60_000),
      ]);
      expect(rig.results[0]).toMatchObject({ kind: 'failed', class: failure });
      expect(told).toMatchObject({ code: 1, stdout: expect.stringContaining(fix) });
      proxy.faultAt = () => undefined;
      await eventually('the mail', () => rig.outbox()[0]?.state === 'accepted', 60_000);
      rig.resolve(incident);
      await rig.settled('accepted', 2);
      expect(server.mails.map(({ raw }) => header(raw, 'Message-ID'))).toEqual(
        rig.outbox().map(({ messageId }) => messageId),
      );
    },
    patience,
  );
});
