import { expect, test } from 'vitest';
import type { FailureClass } from '../../src/notify/channel.ts';
import { plan, step, usualBackoff } from '../../src/notify/outbox.ts';
import type { OutboxEntry } from '../../src/store/outbox-row.ts';
import { entryOf, start } from './support/entry.ts';

/** One attempt that fails, with the middle of the jitter unless told. */
function fail(entry: OutboxEntry, failure: FailureClass, random = 0.5, now = start): OutboxEntry {
  const sending = step(entry, { kind: 'attempt' }, now, usualBackoff);
  const result = { kind: 'failed', class: failure, reason: `${failure} failure` } as const;
  return step(sending, { kind: 'result', result, random }, now, usualBackoff);
}

/** Waits in seconds after each of `count` failures in a row. */
function waits(failure: FailureClass, count: number, random?: number): number[] {
  let entry = entryOf();
  return Array.from({ length: count }, () => {
    entry = fail(entry, failure, random);
    return (entry.dueAt - start) / 1000;
  });
}

test('an attempt that is accepted ends the entry with what the server said', () => {
  const sending = step(entryOf(), { kind: 'attempt' }, start, usualBackoff);
  expect(sending).toMatchObject({ state: 'sending', attempts: 1 });
  const result = { kind: 'accepted', response: '250 queued', refused: [] } as const;
  expect(step(sending, { kind: 'result', result, random: 0 }, start + 5, usualBackoff)).toMatchObject({
    state: 'accepted',
    acceptedAt: start + 5,
    response: '250 queued',
  });
});

test('transient failures wait twice as long each time, up to five minutes, and never end', () => {
  expect(waits('transient', 10)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  expect(waits('unknown', 3)).toEqual([2, 4, 8]);
  expect(waits('transient', 2000).at(-1)).toBe(300);
});

test('jitter is a fifth to either side', () => {
  expect(waits('transient', 2, 0)).toEqual([1.6, 3.2]);
  expect(waits('transient', 2, 0.9999)[0]).toBeCloseTo(2.4, 2);
});

test('a wrong configuration is tried slowly from the beginning', () => {
  expect(waits('configuration', 3)).toEqual([300, 300, 300]);
});

test('refused recipients are dead at once, a refused text gets one more try', () => {
  expect(fail(entryOf(), 'permanent')).toMatchObject({ state: 'dead', lastError: 'permanent failure' });
  const refused = fail(entryOf(), 'content');
  expect(refused).toMatchObject({ state: 'pending', lastClass: 'content' });
  expect(fail(refused, 'content')).toMatchObject({ state: 'dead', attempts: 2 });
  expect(fail(fail(refused, 'transient'), 'transient').state).toBe('pending');
});

test('the Message-ID and the subject are the same at every attempt', () => {
  const { messageId, subject } = entryOf();
  expect(fail(fail(entryOf(), 'unknown'), 'transient')).toMatchObject({ messageId, subject, attempts: 2 });
});

test('what is due is sent, the earliest of the rest is waited for', () => {
  const later = (incidentId: number, ms: number) => entryOf({ id: incidentId, incidentId, dueAt: start + ms });
  const { send, nextAt } = plan([later(1, 0), later(2, 9000), later(3, 4000)], start, usualBackoff);
  expect(send.map(({ id }) => id)).toEqual([1]);
  expect(nextAt).toBe(start + 4000);
  expect(plan([], start, usualBackoff)).toEqual({ send: [], coalesce: [], nextAt: undefined });
});

test('fired and resolved while nothing went out becomes one mail, that of the resolution', () => {
  const entries = [entryOf(), entryOf({ kind: 'resolved' }), entryOf({ id: 3, incidentId: 13 })];
  const { send, coalesce } = plan(entries, start, usualBackoff);
  expect(send.map(({ id }) => id)).toEqual([2, 3]);
  expect(coalesce.map(({ id }) => id)).toEqual([1]);
  expect(step(entryOf(), { kind: 'coalesce' }, start, usualBackoff).state).toBe('coalesced');
});

test('each channel hears of an incident by itself', () => {
  const entries = [entryOf(), entryOf({ id: 2, channel: 'webhook', kind: 'resolved' })];
  const { send, coalesce } = plan(entries, start, usualBackoff);
  expect(send.map(({ id }) => id)).toEqual([1, 2]);
  expect(coalesce).toEqual([]);
});

test('a clock that was set back by a day does not hold a mail for a day', () => {
  const { send } = plan([entryOf({ dueAt: start + 86_400_000 })], start, usualBackoff);
  expect(send).toHaveLength(1);
});
