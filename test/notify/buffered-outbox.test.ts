import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { OpsError } from '../../src/errors.ts';
import { bufferedOutbox } from '../../src/notify/buffered-outbox.ts';
import { openChannels } from '../../src/notify/channels.ts';
import { notifySchema } from '../../src/notify/config.ts';
import { startDelivery } from '../../src/notify/deliver.ts';
import { renderLetter } from '../../src/notify/letter.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import type { NewNotification } from '../../src/store/outbox.ts';
import { eventually, temporaryFolder } from '../support/ops.ts';
import { startSmtpServer } from './support/smtp-server.ts';

const log = pino({ level: 'silent' });
const letter: NewNotification = {
  ...{ kind: 'report', channel: 'email', recipient: 'oncall@example.org', subject: 'hello' },
  payload: JSON.stringify({ lead: ['hello'], sections: [] }),
};

/** A delivery to a real mail server that puts off some mails first; incidents.db has no room while `fill(true)`. */
async function rig(refusals = 0) {
  let left = refusals;
  const server = await startSmtpServer({
    onRcptTo: (_, __, callback) => {
      left -= 1;
      callback(left >= 0 ? Object.assign(new Error('later'), { responseCode: 451 }) : null);
    },
  });
  const incidents = openIncidents(temporaryFolder('ops-buffered'), 'example.org');
  let full = false;
  const withRoom =
    <Values extends unknown[]>(write: (...values: Values) => void) =>
    (...values: Values): void => {
      if (full) throw new OpsError('disk_full', { path: 'incidents.db' });
      write(...values);
    };
  const { outbox: real } = incidents;
  const outbox = bufferedOutbox({ ...real, post: withRoom(real.post), save: withRoom(real.save) }, log);
  const smtp = { host: '127.0.0.1', port: server.port };
  const channels = await openChannels(
    notifySchema.parse({ email: { from: 'ops@example.org', to: [letter.recipient], smtp } }),
  );
  const delivery = startDelivery({
    ...{ outbox, channels, clock: systemClock, log, ready: () => true },
    backoff: { firstMs: 20, longestMs: 50, configurationMs: 50 },
    render: async (entry) => renderLetter(entry, JSON.parse(entry.payload), 'en'),
    digest: () => letter,
  });
  onTestFinished(async () => {
    await delivery.close();
    incidents.close();
  });
  return {
    ...{ server, outbox, delivery },
    rows: () => real.all().map(({ state, messageId, attempts }) => ({ state, messageId, attempts })),
    fill(isFull: boolean) {
      full = isFull;
    },
  };
}

test('what was written before the disk was full is sent once, and known to be sent when there is room', async () => {
  const { server, outbox, delivery, rows, fill } = await rig();
  outbox.post('<a@example.org>', [letter], Date.now());
  fill(true);
  delivery.wake();
  await eventually('the mail', () => server.mails.length === 1 && outbox.unsent().length === 0);
  delivery.wake();
  expect(rows()).toEqual([{ state: 'pending', messageId: '<a@example.org>', attempts: 0 }]);
  fill(false);
  delivery.wake();
  await eventually('the row', () => rows()[0]?.state === 'accepted');
  expect(rows()).toEqual([{ state: 'accepted', messageId: '<a@example.org>', attempts: 1 }]);
  expect(server.mails).toHaveLength(1);
});

test('what could not be written at all is tried until it is sent, and is in the ledger as it was sent', async () => {
  const { server, outbox, delivery, rows, fill } = await rig(2);
  fill(true);
  outbox.post('<b@example.org>', [letter], Date.now());
  delivery.wake();
  await eventually('the mail', () => server.mails.length === 1 && outbox.unsent().length === 0);
  expect(rows()).toEqual([]);
  fill(false);
  delivery.wake();
  await eventually('the row', () => rows().length === 1);
  expect(rows()).toEqual([{ state: 'accepted', messageId: '<b@example.org>', attempts: 3 }]);
});

test('what was not sent yet when there is room is sent from the ledger, under the same Message-ID', async () => {
  const { server, outbox, delivery, rows, fill } = await rig();
  fill(true);
  outbox.post('<c@example.org>', [letter], Date.now());
  expect(outbox.unsent().map(({ messageId }) => messageId)).toEqual(['<c@example.org>']);
  fill(false);
  delivery.wake();
  await eventually('the row', () => outbox.unsent().length === 0 && server.mails.length === 1);
  expect(rows()).toMatchObject([{ state: 'accepted', messageId: '<c@example.org>' }]);
});
