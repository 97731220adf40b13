import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { limitRate } from '../../src/notify/rate.ts';
import type { OutboxEntry } from '../../src/store/outbox-row.ts';
import { eventually } from '../support/ops.ts';
import { entryOf, start } from './support/entry.ts';
import { virtualWatch } from './support/virtual-watch.ts';

const minute = 60_000;

/** Notifications that somebody can read in the mails, as `OPS-7 firing`; digests name them by their subjects. */
async function told(mails: readonly { readonly raw: string }[]): Promise<string[]> {
  const parsed = await Promise.all(mails.map(({ raw }) => simpleParser(raw)));
  const lines = parsed.flatMap(({ subject = '', text = '' }) =>
    subject.startsWith('[DIGEST]') ? text.split('\n') : [subject],
  );
  return lines.flatMap((line) => {
    const [, mark, number] = /\[(\w+)\] .*\(OPS-(\d+)\)/.exec(line) ?? [];
    return mark ? [`OPS-${number} ${mark === 'OK' ? 'resolved' : 'firing'}`] : [];
  });
}

test('200 incidents in a minute: 20 mails, the criticals, and digests that name every other one', async () => {
  const { clock, fire, resolve, mails, states, restart } = await virtualWatch();
  const incidents = Array.from({ length: 200 }, (_, number) =>
    fire(`GPU-${number}`, number >= 198 ? 'critical' : 'warning'),
  );
  await eventually('the first mails', () => mails.length === 22, 60_000);
  await clock.advance(minute);
  await eventually('the digest', () => states().includes('digest accepted'), 60_000);
  expect(mails).toHaveLength(23);
  expect((await told(mails)).sort()).toEqual(incidents.map(({ id }) => `OPS-${id} firing`).sort());

  for (const incident of incidents) resolve(incident);
  await clock.advance(minute);
  await restart();
  await clock.advance(15 * minute);
  await eventually('the second digest', () => states().filter((one) => one === 'digest accepted').length === 2, 60_000);
  expect(mails).toHaveLength(24);
  expect((await told(mails.slice(23))).sort()).toEqual(incidents.map(({ id }) => `OPS-${id} resolved`).sort());

  await clock.advance(60 * minute);
  fire('GPU-later');
  await eventually('one by one again', () => mails.length === 25);
}, 120_000);

const calm = { perHour: 20, lastHour: 3, lastDigestAt: null, digestUnsent: false };
const full = { ...calm, lastHour: 20 };

const warning = (changes: Partial<OutboxEntry> = {}) =>
  entryOf({ payload: JSON.stringify({ incident: { severity: 'warning' } }), ...changes });
const critical = (changes: Partial<OutboxEntry> = {}) =>
  entryOf({ payload: JSON.stringify({ incident: { severity: 'critical' } }), ...changes });

test.each([
  ['a calm hour', [warning()], calm, start, { send: 1, fold: 0, nextAt: undefined }],
  ['a full hour gathers for a minute', [warning()], full, start, { send: 0, fold: 0, nextAt: start + minute }],
  ['then folds', [warning(), warning()], full, start + minute, { send: 0, fold: 2, nextAt: undefined }],
  [
    'a quarter of an hour after the last digest',
    [warning()],
    { ...full, lastDigestAt: start },
    start + minute,
    { send: 0, fold: 0, nextAt: start + 15 * minute },
  ],
  [
    'nothing passes a digest that waits',
    [warning()],
    { ...calm, digestUnsent: true },
    start + minute,
    { send: 0, fold: 0, nextAt: undefined },
  ],
  [
    'the first mail of a critical passes',
    [critical()],
    { ...full, digestUnsent: true },
    start,
    { send: 1, fold: 0, nextAt: undefined },
  ],
  ['its end does not', [critical({ kind: 'resolved' })], full, start + minute, { send: 0, fold: 1, nextAt: undefined }],
  [
    'what may have arrived is not folded',
    [warning({ lastClass: 'unknown' })],
    full,
    start + minute,
    { send: 1, fold: 0, nextAt: undefined },
  ],
  [
    'a digest itself passes',
    [entryOf({ kind: 'digest', incidentId: null })],
    { ...full, digestUnsent: true },
    start,
    { send: 1, fold: 0, nextAt: undefined },
  ],
] as const)('%s', (_, due, recent, now, expected) => {
  const { send, fold, nextAt } = limitRate(due, recent, now);
  expect({ send: send.length, fold: fold.length, nextAt }).toEqual(expected);
});
