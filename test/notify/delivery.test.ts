import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { startMailCatcher } from '../../src/demo/mail-catcher.ts';
import { eventually, freePort, temporaryFolder } from '../support/ops.ts';
import { deliveryRig, header } from './support/rig.ts';

async function catcher(port?: number) {
  const mail = await startMailCatcher(port === undefined ? {} : { port });
  onTestFinished(() => mail.close());
  return mail;
}

/** A server that answers RCPT TO of some recipients with a status, until the test says otherwise. */
async function pickyServer(refusals: Map<string, number>) {
  const accepted: { to: string[]; raw: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    closeTimeout: 100,
    onRcptTo({ address }, _, callback) {
      const responseCode = refusals.get(address);
      if (responseCode === undefined) callback();
      else callback(Object.assign(new Error(`<${address}> not now or never`), { responseCode }));
    },
    onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        accepted.push({ to: envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString() });
        callback();
      });
    },
  });
  server.on('error', () => undefined);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return { port, accepted };
}

test('a refused recipient is given up by himself, a deferred one tried again alone; nobody is mailed twice', async () => {
  const refusals = new Map([
    ['gone@example.org', 550],
    ['slow@example.org', 450],
  ]);
  const { port, accepted } = await pickyServer(refusals);
  const { fire, outbox, settled } = await deliveryRig(port, {
    to: ['gone@example.org', 'slow@example.org', 'here@example.org'],
  });
  fire();
  await settled('accepted');
  await settled('dead');
  await eventually('two deferrals', () => outbox().some(({ attempts }) => attempts >= 2));
  expect(accepted.map(({ to }) => to)).toEqual([['here@example.org']]);
  refusals.delete('slow@example.org');
  await settled('accepted', 2);
  expect(accepted.map(({ to }) => to)).toEqual([['here@example.org'], ['slow@example.org']]);
  expect(outbox()).toMatchObject([
    {
      recipient: 'gone@example.org',
      state: 'dead',
      attempts: 1,
      lastError: expect.stringContaining('not now or never'),
    },
    { recipient: 'slow@example.org', state: 'accepted', lastClass: 'transient' },
    { recipient: 'here@example.org', state: 'accepted', attempts: 1 },
  ]);
  const [first, second] = accepted.map(({ raw }) => header(raw, 'Message-ID'));
  expect(second).toBe(first);
  expect(header(accepted[0]?.raw, 'To')).toBe('gone@example.org, slow@example.org, here@example.org');
});

test('a server that is busy gets the mail later', async () => {
  const mail = await catcher();
  mail.faults = '451';
  const { fire, results, outbox, settled } = await deliveryRig(mail.port);
  fire();
  await eventually('two refusals', () => results.length >= 2);
  mail.faults = 'none';
  await settled('accepted');
  expect(results[0]).toMatchObject({ kind: 'failed', class: 'transient', reason: expect.stringContaining('451') });
  expect(mail.mails).toHaveLength(1);
  expect(outbox()[0]?.response).toMatch(/^250/);
  expect(outbox()[0]?.attempts).toBe(results.length);
});

test.each(['CONN', 'EHLO'])('a server that turns the machine away at %s does not end a mail', async (at) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(at === 'CONN' ? '554 no service here\r\n' : '220 box\r\n');
    socket.on('data', () => socket.write('554 no service here\r\n'));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  onTestFinished(() => void server.close());
  const { fire, results, outbox } = await deliveryRig(port);
  fire();
  await eventually('a refusal', () => results.length >= 1);
  expect(results[0]).toMatchObject({
    class: 'configuration',
    reason: expect.stringContaining('turns this machine away'),
  });
  expect(outbox()).toMatchObject([{ state: 'pending', attempts: 1 }]);
});

test('a recipient that does not exist is given up, counted and never tried again', async () => {
  const mail = await catcher();
  mail.faults = '550';
  const { fire, results, outbox, settled } = await deliveryRig(mail.port);
  fire();
  await settled('dead');
  mail.faults = 'none';
  fire('GPU-1');
  await settled('accepted');
  expect(results).toMatchObject([{ kind: 'failed', class: 'permanent' }, { kind: 'accepted' }]);
  expect(outbox()[0]).toMatchObject({ attempts: 1, lastError: expect.stringContaining('550') });
  expect(mail.mails).toHaveLength(1);
});

test('what fired and resolved while the server was down is told afterwards, late, with both times', async () => {
  const port = await freePort();
  const { fire, resolve, results, outbox, incidents } = await deliveryRig(port);
  const incident = fire();
  await eventually('a refused connection', () => results.length >= 1);
  resolve(incident);
  await eventually('more refused connections', () => results.length >= 3);
  const mail = await catcher(port);
  await eventually('the mail', () => incidents.outbox.unsent().length === 0);
  expect(outbox().map(({ kind, state }) => `${kind} ${state}`)).toEqual(['firing coalesced', 'resolved accepted']);
  expect(mail.mails).toHaveLength(1);
  const body = Buffer.from(mail.mails[0]?.raw ?? '').toString();
  expect(body).toContain('LATE: fired ');
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
  const text = body.replace(/=\r\n/g, '').replace(/\r\n/g, ' ');
  expect(text).toMatch(new RegExp(`LATE: fired ${time}, resolved ${time}, delivered ${time}, because: .*ECONNREFUSED`));
});

test('a connection lost after the text is tried again under the same Message-ID', async () => {
  const mail = await catcher();
  mail.faults = 'drop-after-data';
  const { fire, results, outbox, settled } = await deliveryRig(mail.port);
  fire();
  await eventually('the lost connection', () => results.length >= 1);
  mail.faults = 'none';
  await settled('accepted');
  expect(mail.mails.length).toBeGreaterThanOrEqual(2);
  const ids = new Set(mail.mails.map(({ raw }) => header(raw, 'Message-ID')));
  expect([...ids]).toEqual([outbox()[0]?.messageId]);
});

test('the mails of an incident arrive in order and in one thread, and one incident does not hold up another', async () => {
  const mail = await catcher();
  const { fire, resolve, settled } = await deliveryRig(mail.port);
  const first = fire();
  await settled('accepted', 1);
  const second = fire('GPU-1');
  await settled('accepted', 2);
  resolve(first);
  resolve(second);
  await settled('accepted', 4);
  const seen = mail.mails.map(({ raw }) => `${header(raw, 'X-Alert-Incident')} ${header(raw, 'X-Alert-State')}`);
  expect(seen).toEqual(['OPS-1 firing', 'OPS-2 firing', 'OPS-1 resolved', 'OPS-2 resolved']);
  const references = mail.mails.map(({ raw }) => header(raw, 'References'));
  expect(references[2]).toBe(references[0]);
  expect(references[3]).toBe(references[1]);
  expect(references[1]).not.toBe(references[0]);
  expect(header(mail.mails[2]?.raw, 'In-Reply-To')).toBe(references[0]);
});

test('a wrong password is a mistake of the configuration, tried slowly and explained', async () => {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    closeTimeout: 100,
    onAuth: (_, __, callback) => callback(Object.assign(new Error('bad credentials'), { responseCode: 535 })),
  });
  server.on('error', () => undefined);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const password = join(temporaryFolder('ops-password'), 'password');
  writeFileSync(password, 'wrong\n');
  const { fire, results, outbox } = await deliveryRig(port, { smtp: { user: 'ops', password_file: password } });
  fire();
  await eventually('the refusal', () => results.length >= 1);
  expect(results[0]).toMatchObject({ kind: 'failed', class: 'configuration' });
  const [entry] = outbox();
  expect(entry).toMatchObject({ state: 'pending', lastError: expect.stringContaining('password_file') });
  expect(Number(entry?.dueAt) - Date.now()).toBeGreaterThan(30_000);
});
