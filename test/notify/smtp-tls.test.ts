import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { SMTPServerOptions } from 'smtp-server';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createAuthority } from '../checks/support/authority.ts';
import { eventually, freePort } from '../support/ops.ts';
import { alertsTest } from './support/alerts-test.ts';
import { deliveryRig } from './support/rig.ts';
import { startSmtpServer } from './support/smtp-server.ts';

const authority = createAuthority();
const stranger = createAuthority();

beforeAll(() => {
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(authority.root, 'utf8')]);
});

const identity = ({ fullchain, key }: { fullchain: string; key: string }): SMTPServerOptions => ({
  cert: readFileSync(fullchain, 'utf8'),
  key: readFileSync(key, 'utf8'),
});

const right = identity(authority.leaf());
const tls = { disabledCommands: [] };

/** The first attempt of an outbox, and what `ops alerts test --mail` says of the same server. */
async function failing(port: number, smtp: object) {
  const rig = await deliveryRig(port, { smtp: { host: 'localhost', ...smtp } });
  rig.fire();
  const result = await eventually('a result', () => rig.results[0]);
  expect(rig.outbox()).toMatchObject([{ state: expect.stringMatching('pending|sending') }]);
  return { result, told: await alertsTest(port, { host: 'localhost', ...smtp }) };
}

test.each<[string, SMTPServerOptions, string, string]>([
  ['a self-signed chain', { ...tls, ...identity(stranger.leaf()) }, 'starttls', 'NODE_EXTRA_CA_CERTS'],
  ['another name', { ...tls, ...identity(authority.leaf({ name: 'mail.example.org' })) }, 'starttls', 'smtp.host'],
  ['an expired certificate', { ...tls, ...identity(authority.leaf({ toDays: -1 })) }, 'starttls', 'has expired'],
  ['TLS 1.1 only', { ...tls, ...right, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }, 'starttls', 'TLS 1.2'],
  ['no STARTTLS', {}, 'starttls', '587 is starttls'],
  ['clear text', {}, 'implicit', 'starttls with 587'],
  [
    'another name from the first byte',
    { ...identity(authority.leaf({ name: 'm.example.org' })), secure: true },
    'implicit',
    'smtp.host',
  ],
  [
    'a self-signed chain from the first byte',
    { ...identity(stranger.leaf()), secure: true },
    'implicit',
    'NODE_EXTRA_CA_CERTS',
  ],
])('a server with %s is refused, the mail is kept, and the fix is named', async (_, options, mode, fix) => {
  const server = await startSmtpServer(options);
  const { result, told } = await failing(server.port, { tls: mode });
  expect(result).toMatchObject({ kind: 'failed', class: 'configuration' });
  expect(told).toMatchObject({ code: 1, stdout: expect.stringContaining(fix) });
  expect(server.mails).toEqual([]);
});

test.each([
  ['starttls', { ...tls, ...right }],
  ['implicit', { ...right, secure: true }],
])('the right certificate is trusted (%s)', async (mode, options) => {
  const server = await startSmtpServer(options);
  const rig = await deliveryRig(server.port, { smtp: { host: 'localhost', tls: mode } });
  rig.fire();
  await rig.settled('accepted');
  expect(server.mails).toHaveLength(1);
});

test('a password is demanded before anything else', async () => {
  const server = await startSmtpServer({ authOptional: false });
  const { result, told } = await failing(server.port, {});
  expect(result).toMatchObject({ class: 'configuration' });
  expect(told.stdout).toContain('user and password_file');
});

test('a password file that cannot be read', async () => {
  const { result, told } = await failing(await freePort(), { user: 'ops', password_file: '/nowhere/password' });
  expect(result).toMatchObject({ class: 'configuration' });
  expect(told.stdout).toContain('notify.email.smtp.password_file');
});

test('nothing listens', async () => {
  const { result, told } = await failing(await freePort(), {});
  expect(result).toMatchObject({ class: 'transient' });
  expect(told.stdout).toContain('host and port');
});

test('a name that nobody knows', async () => {
  const { result, told } = await failing(25, { host: 'mail.invalid' });
  expect(result).toMatchObject({ class: 'transient' });
  expect(told.stdout).toContain('notify.email.smtp.host');
});

test('an HTTP server', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => void server.close());
  const address = server.address();
  const { told } = await failing(typeof address === 'object' && address ? address.port : 0, { host: '127.0.0.1' });
  expect(told.stdout).toContain('no mail server');
});

test('one of two recipients is refused: the other is told, and which of them is said', async () => {
  const server = await startSmtpServer({
    onRcptTo({ address }, _, callback) {
      if (address === 'here@example.org') callback();
      else callback(Object.assign(new Error('no such user'), { responseCode: 550 }));
    },
  });
  const told = await alertsTest(server.port, {}, ['here@example.org', 'gone@example.org']);
  expect(told.code).toBe(1);
  expect(told.stdout).toMatch(/^✓ email to here@example\.org: 250 /m);
  expect(told.stdout).toMatch(/^✗ email to gone@example\.org: .*550 no such user \(the server refuses the recipient/m);
});
