import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alertsTest } from '../notify/support/alerts-test.ts';
import { deliveryRig, header } from '../notify/support/rig.ts';
import { type Fault, type Stage, startSmtpProxy } from '../notify/support/smtp-proxy.ts';
import { startSmtpServer } from '../notify/support/smtp-server.ts';
import { eventually, temporaryFolder } from '../support/ops.ts';

/** A real server behind a proxy that spoils one stage, and an outbox that delivers through it with a password. */
async function spoilt(stage: Stage, fault: Fault) {
  const server = await startSmtpServer();
  const proxy = await startSmtpProxy(server.port, (at) => (at === stage ? fault : undefined));
  const password_file = join(temporaryFolder('ops-password'), 'password');
  writeFileSync(password_file, 'secret\n');
  const smtp = { user: 'ops', password_file };
  const rig = await deliveryRig(proxy.port, { smtp, configurationMs: 300 });
  return { ...rig, mails: server.mails, proxy, smtp };
}

type Spoilt = Awaited<ReturnType<typeof spoilt>>;

/** After the fault: everything arrives in order, each at most twice, and twice only under one Message-ID. */
async function arrives({ outbox, settled, mails, resolve, proxy }: Spoilt, incident: Parameters<Spoilt['resolve']>[0]) {
  proxy.faultAt = () => undefined;
  await settled('accepted');
  resolve(incident);
  await settled('accepted', 2);
  const ids = mails.map(({ raw }) => header(raw, 'Message-ID'));
  expect([...new Set(ids)]).toEqual(outbox().map(({ messageId }) => messageId));
  expect(ids.length).toBeLessThanOrEqual(3);
}

const putOff = 'the server puts mail off';

test.each<[Stage, string, string, string]>([
  ['CONN', '421', 'transient', putOff],
  ['CONN', '450', 'transient', putOff],
  ['CONN', '550', 'configuration', 'turns this machine away'],
  ['EHLO', '421', 'transient', putOff],
  ['EHLO', '450', 'transient', putOff],
  ['EHLO', '550', 'configuration', 'turns this machine away'],
  ['AUTH', '421', 'transient', putOff],
  ['AUTH', '450', 'transient', putOff],
  ['AUTH', '550', 'configuration', 'user and password_file'],
  ['AUTH', '535', 'configuration', 'user and password_file'],
  ['MAIL', '421', 'transient', putOff],
  ['MAIL', '450', 'transient', putOff],
  ['MAIL', '530', 'configuration', 'user and password_file'],
  ['RCPT', '421', 'transient', putOff],
  ['RCPT', '450', 'transient', putOff],
  ['DATA', '421', 'transient', putOff],
  ['DATA', '450', 'transient', putOff],
  ['END', '421', 'transient', putOff],
  ['END', '450', 'transient', putOff],
])('%s answered with %s: %s, kept and delivered afterwards', async (stage, code, failure, fix) => {
  const rig = await spoilt(stage, { reply: `${code} not like this` });
  const incident = rig.fire();
  await eventually('two refusals', () => rig.results.length >= 2);
  expect(rig.results[0]).toMatchObject({ class: failure, reason: expect.stringContaining(code) });
  expect(rig.outbox()).toMatchObject([{ state: expect.stringMatching('pending|sending') }]);
  expect(rig.mails).toEqual([]);
  const told = await alertsTest(rig.proxy.port, rig.smtp);
  expect(told).toMatchObject({ code: 1, stdout: expect.stringContaining(fix) });
  await arrives(rig, incident);
});

test.each<[Stage, number, string]>([
  ['MAIL', 1, 'check notify.email.from'],
  ['RCPT', 1, 'check notify.email.to'],
  ['DATA', 2, 'refuses the text'],
  ['END', 2, 'refuses the text'],
])('%s answered with 550: given up after %i, said in the ledger, and the end is told', async (stage, attempts, fix) => {
  const rig = await spoilt(stage, { reply: '550 not like this' });
  const incident = rig.fire();
  await rig.settled('dead');
  expect(rig.outbox()).toMatchObject([{ attempts, lastError: expect.stringContaining(fix) }]);
  expect(await alertsTest(rig.proxy.port, rig.smtp)).toMatchObject({ code: 1, stdout: expect.stringContaining(fix) });
  rig.proxy.faultAt = () => undefined;
  rig.resolve(incident);
  await rig.settled('accepted');
  expect(rig.mails.map(({ raw }) => header(raw, 'X-Alert-State'))).toEqual(['resolved']);
});

test.each<[Stage, 'drop' | 'drop-reply', number]>([
  ['CONN', 'drop', 0],
  ['EHLO', 'drop', 0],
  ['AUTH', 'drop', 0],
  ['MAIL', 'drop', 0],
  ['RCPT', 'drop', 0],
  ['DATA', 'drop', 0],
  ['TEXT', 'drop', 0],
  ['END', 'drop', 0],
  ['END', 'drop-reply', 1],
])(
  'a connection lost at %s (%s) may have carried the text; the server has %i of it',
  async (stage, fault, received) => {
    const rig = await spoilt(stage, fault);
    rig.proxy.faultAt = once(stage, fault);
    const incident = rig.fire();
    await eventually('the loss', () => rig.results.length >= 1);
    expect(rig.results[0]).toMatchObject({ class: 'unknown' });
    await arrives(rig, incident);
    expect(rig.mails).toHaveLength(2 + received);
    rig.proxy.faultAt = (at) => (at === stage ? fault : undefined);
    const told = await alertsTest(rig.proxy.port, rig.smtp);
    expect(told).toMatchObject({ code: 1, stdout: expect.stringContaining('the server hung up') });
  },
);

function once(stage: Stage, fault: Fault): (at: Stage) => Fault | undefined {
  let left = 1;
  return (at) => (at === stage && left-- > 0 ? fault : undefined);
}
