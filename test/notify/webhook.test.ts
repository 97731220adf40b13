import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTarpit, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openChannels } from '../../src/notify/channels.ts';
import { startHeartbeat } from '../../src/notify/heartbeat.ts';
import { eventually, freePort, temporaryFolder } from '../support/ops.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { full, watchRig } from '../watch/running.ts';
import { deliveryRig } from './support/rig.ts';

const message = {
  messageId: '<inc-12.era.1.firing@example.org>',
  thread: '<inc-12.era@example.org>',
  subject: '[WARN] GPU 显存 96 %',
  text: 'text\n',
  headers: { 'X-Alert-Incident': 'OPS-12', 'X-Alert-State': 'firing' },
};

/** A receiver that answers with `status` and keeps what it gets. */
async function receiver(status = 200) {
  const got: { url: string | undefined; signature: unknown; body: string }[] = [];
  const server = createServer(async (request, response) => {
    got.push({ url: request.url, signature: request.headers['x-ops-signature'], body: await text(request) });
    response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/s3cret` };
}

async function webhookTo(url: string, secret_file?: string) {
  const channels = await openChannels({ language: 'en', webhook: { url, secret_file } });
  const channel = channels.get('webhook');
  if (!channel) throw new Error('no webhook');
  return channel;
}

test('the body is signed, and the ledger does not show the secret path', async () => {
  const { got, url } = await receiver();
  const file = join(temporaryFolder('ops-webhook'), 'secret');
  writeFileSync(file, 'key\n');
  const channel = await webhookTo(url, file);
  expect(await channel.send(message, 'host')).toEqual({ kind: 'accepted', response: '200' });
  expect(channel.recipients).toEqual([new URL(url).host]);
  const [{ body, signature } = { body: '', signature: '' }] = got;
  expect(signature).toBe(`sha256=${createHmac('sha256', 'key').update(body).digest('hex')}`);
  expect(JSON.parse(body)).toMatchObject({ id: message.messageId, incident: 'OPS-12', state: 'firing' });
});

test.each([
  [500, 'transient'],
  [429, 'transient'],
  [302, 'configuration'],
  [401, 'configuration'],
  [404, 'configuration'],
  [400, 'permanent'],
])('an answer of %i is %s', async (status, expected) => {
  const { got, url } = await receiver(status);
  const result = await (await webhookTo(url)).send(message, 'host');
  expect(result).toEqual({ kind: 'failed', class: expected, reason: `the webhook answered ${status}` });
  expect(got).toHaveLength(1);
});

test('a closed port is transient and a missing secret is configuration; neither names the address', async () => {
  const closed = await (await webhookTo(`http://127.0.0.1:${await freePort()}/s3cret`)).send(message, 'host');
  expect(closed).toMatchObject({ class: 'transient', reason: 'the webhook does not answer: ECONNREFUSED' });
  const { url } = await receiver();
  const secretless = await (await webhookTo(url, '/nowhere/secret')).send(message, 'host');
  expect(secretless).toMatchObject({ class: 'configuration', reason: expect.stringContaining('secret_file') });
});

test('the heartbeat asks at once and then at its distance, and is silent while the rules stand still', async () => {
  const { got, url } = await receiver();
  const clock = new VirtualClock();
  let alive = true;
  const cancel = startHeartbeat({
    config: { url, every: 60_000 },
    alive: () => alive,
    clock,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(cancel);
  const beats = (count: number) => eventually(`${count} beats`, () => got.length === count && clock.pending === 1);
  await beats(1);
  await clock.advance(60_000);
  await beats(2);
  alive = false;
  for (let minute = 0; minute < 5; minute++) await clock.advance(60_000);
  expect(got).toHaveLength(2);
  alive = true;
  await clock.advance(60_000);
  await beats(3);
});

test('a mail server that falls silent does not hold up the webhook', async () => {
  const { got, url } = await receiver();
  const sockets: Socket[] = [];
  const silent = createTarpit((socket) => void sockets.push(socket.on('error', () => undefined)));
  const port = await freePort();
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', () => resolve()));
  const rig = await deliveryRig(port, { webhook: url });
  for (const uuid of ['GPU-0', 'GPU-1', 'GPU-2']) rig.fire(uuid);
  await rig.settled('accepted', 3);
  expect(got).toHaveLength(3);
  expect(rig.outbox().map(({ channel, state }) => `${channel} ${state}`)).toEqual([
    'email sending',
    'webhook accepted',
    'email pending',
    'webhook accepted',
    'email pending',
    'webhook accepted',
  ]);
  silent.close();
  for (const socket of sockets) socket.destroy();
});

test('a mail server that is dead is told over the webhook by watch itself', async () => {
  const { got, url } = await receiver();
  const rules = { GpuMemoryHigh: { for: '1s' }, NotificationsStuck: { threshold: 1 } };
  const off = Object.fromEntries(['UiDown', 'GatewayDown', 'CheckFailing'].map((name) => [name, { enabled: false }]));
  const rig = await watchRig({ mailPort: await freePort(), alerts: { rules: { ...rules, ...off } } });
  Object.assign(rig.configuration.notify, { webhook: { url } });
  await rig.gpu.set(full);
  await rig.start();
  const told = () => got.map(({ body }) => JSON.parse(body)).map(({ rule, state }) => `${state} ${rule}`);
  await eventually('both', () => told().includes('firing NotificationsStuck'));
  expect(told().slice(0, 2)).toEqual(['firing GpuMemoryHigh', 'firing NotificationsStuck']);
}, 60_000);
