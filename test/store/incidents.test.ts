import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Incident } from '../../src/incident.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import type { NewNotification } from '../../src/store/outbox.ts';
import { temporaryFolder } from '../support/ops.ts';

const domain = 'ops.example.org';
const firing: Omit<Incident, 'id'> = {
  rule: 'GpuMemoryHigh',
  severity: 'warning',
  labels: { uuid: 'GPU-a' },
  state: 'firing',
  openedAt: 1000,
  closedAt: null,
  value: 0.93,
  peak: 0.96,
  rootId: null,
  flaps: 0,
  announcedAt: null,
  lastToldAt: null,
  reminders: 0,
};

const mail = (kind: NewNotification['kind'], recipient = 'on-call@example.org'): NewNotification => ({
  kind,
  channel: 'email',
  recipient,
  subject: `GPU memory ${kind}`,
  payload: '{}',
});

const notStorable = (): NewNotification => ({ ...mail('firing'), payload: Symbol('x') as unknown as string });

function ledgerOf(folder: string): unknown[] {
  const database = new DatabaseSync(join(folder, 'incidents.db'), { readOnly: true });
  const rows = database.prepare('SELECT at, notification_id, event, detail FROM ledger ORDER BY rowid').all();
  database.close();
  return rows.map((row) => ({ ...row }));
}

describe('an incident', () => {
  test('is opened together with its notifications, which know its number', () => {
    const folder = temporaryFolder('incidents');
    const store = openIncidents(folder, domain);
    const opened = store.open(firing, ({ id }) => [{ ...mail('firing'), subject: `OPS-${id}` }, mail('firing', 'b@x')]);
    expect(opened).toEqual({ ...firing, id: opened.id });
    expect(store.firing()).toEqual([opened]);
    const entries = store.outbox.unsent();
    expect(
      entries.map(({ incidentId, subject, recipient, seq, state }) => [incidentId, subject, recipient, seq, state]),
    ).toEqual([
      [opened.id, `OPS-${opened.id}`, 'on-call@example.org', 1, 'pending'],
      [opened.id, 'GPU memory firing', 'b@x', 1, 'pending'],
    ]);
    expect(entries.every(({ createdAt, dueAt }) => createdAt === 1000 && dueAt === 1000)).toBe(true);
    store.close();
  });

  test('is not opened when a notification cannot be written', () => {
    const store = openIncidents(temporaryFolder('incidents'), domain);
    expect(() => store.open(firing, () => [mail('firing'), notStorable()])).toThrow();
    expect(() =>
      store.open(firing, () => {
        throw new Error('nothing to tell it with');
      }),
    ).toThrow('nothing to tell it with');
    expect(store.list(10)).toEqual([]);
    expect(store.outbox.all()).toEqual([]);
    expect(store.open(firing, () => [mail('firing')])).toMatchObject(firing);
    store.close();
  });

  test('changes its state together with its notifications, or not at all', () => {
    const store = openIncidents(temporaryFolder('incidents'), domain);
    const opened = store.open(firing, () => [mail('firing')]);
    const closed: Incident = { ...opened, state: 'resolved', closedAt: 9000, value: 0.4, peak: 0.99 };
    expect(() => store.transition(closed, [mail('resolved'), notStorable()])).toThrow();
    expect(store.firing()).toEqual([opened]);
    expect(store.outbox.all()).toHaveLength(1);

    store.transition(closed, [mail('resolved')]);
    expect(store.firing()).toEqual([]);
    expect(store.list(10)).toEqual([closed]);
    const [, resolved] = store.outbox.all();
    expect(resolved).toMatchObject({ kind: 'resolved', seq: 2, createdAt: 9000, dueAt: 9000 });
    store.close();
  });

  test('has a number that is never used again, latest first in the list', () => {
    const folder = temporaryFolder('incidents');
    const store = openIncidents(folder, domain);
    const ids = [1, 2, 3].map((at) => store.open({ ...firing, openedAt: at }, () => []).id);
    expect(new Set(ids).size).toBe(3);
    expect(store.list(2).map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    store.close();
  });

  test('and what waits out its `for` are there after a restart', () => {
    const folder = temporaryFolder('incidents');
    const first = openIncidents(folder, domain);
    const opened = first.open(firing, () => [mail('firing')]);
    first.savePending([{ rule: 'GatewayDown', labels: {}, since: 1 }]);
    const pending = [
      { rule: 'UiDown', labels: { check: 'ui-health' }, since: 5000 },
      { rule: 'GpuMemoryHigh', labels: { uuid: 'GPU-b' }, since: 6000 },
    ];
    first.savePending(pending);
    // As after kill -9: the file is opened again without having been closed.
    const second = openIncidents(folder, domain, (reason) => expect.fail(reason));
    expect(second.firing()).toEqual([opened]);
    expect(second.pending()).toEqual(pending);
    expect(second.outbox.unsent()).toHaveLength(1);
    second.savePending([]);
    expect(second.pending()).toEqual([]);
    first.close();
    second.close();
  });
});

describe('the outbox', () => {
  test('gives each event a Message-ID of its own, the same for every recipient and at every attempt', () => {
    const store = openIncidents(temporaryFolder('incidents'), domain);
    const opened = store.open(firing, () => [mail('firing'), mail('firing', 'b@x')]);
    store.transition({ ...opened, state: 'resolved', closedAt: 2000 }, [mail('resolved')]);
    const entries = store.outbox.all();
    const ids = entries.map(({ messageId }) => messageId);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    for (const { messageId } of entries) expect(messageId).toMatch(/^<[a-z0-9.-]+@ops\.example\.org>$/);
    const [first] = entries;
    if (!first) throw new Error('no entry');
    store.outbox.save(
      { ...first, attempts: 1, dueAt: 8000, lastError: '451 later', lastClass: 'transient' },
      3000,
      'failed',
    );
    expect(store.outbox.all()[0]).toEqual({
      ...first,
      attempts: 1,
      dueAt: 8000,
      lastError: '451 later',
      lastClass: 'transient',
    });
    store.close();
  });

  test('has a new Message-ID for the first incident of a file that was begun anew', () => {
    const ids = [1000, 2000].map((openedAt) => {
      const store = openIncidents(temporaryFolder('incidents'), domain);
      store.open({ ...firing, openedAt }, () => [mail('firing')]);
      const [entry] = store.outbox.all();
      store.close();
      return entry?.messageId;
    });
    expect(ids[0]).not.toBe(ids[1]);
  });

  test('is done with what was accepted or given up, and writes every step down', () => {
    const folder = temporaryFolder('incidents');
    const store = openIncidents(folder, domain);
    store.open(firing, () => [mail('firing'), mail('firing', 'b@x'), mail('firing', 'c@x')]);
    const [accepted, dead, waiting] = store.outbox.unsent();
    if (!accepted || !dead || !waiting) throw new Error('three entries expected');
    store.outbox.save(
      { ...accepted, state: 'accepted', acceptedAt: 2000, response: '250 ok' },
      2000,
      'accepted',
      '250 ok',
    );
    store.outbox.save({ ...dead, state: 'dead' }, 2500, 'dead', '550 no such user');
    expect(store.outbox.unsent()).toEqual([waiting]);
    expect(store.outbox.all()[0]).toMatchObject({ state: 'accepted', acceptedAt: 2000, response: '250 ok' });
    store.close();
    expect(ledgerOf(folder)).toEqual([
      ...[accepted, dead, waiting].map(({ id }) => ({
        at: 1000,
        notification_id: id,
        event: 'created',
        detail: 'firing',
      })),
      { at: 2000, notification_id: accepted.id, event: 'accepted', detail: '250 ok' },
      { at: 2500, notification_id: dead.id, event: 'dead', detail: '550 no such user' },
    ]);
  });

  test('sends again what was being sent when the process ended, and only that', () => {
    const folder = temporaryFolder('incidents');
    const first = openIncidents(folder, domain);
    first.open(firing, () => [mail('firing'), mail('firing', 'b@x')]);
    const [sending, waiting] = first.outbox.unsent();
    if (!sending || !waiting) throw new Error('two entries expected');
    first.outbox.save({ ...sending, state: 'sending', attempts: 1 }, 2000, 'sending');
    const second = openIncidents(folder, domain);
    expect(second.outbox.recover(5000)).toBe(1);
    expect(second.outbox.unsent()).toEqual([{ ...sending, state: 'pending', attempts: 1, dueAt: 5000 }, waiting]);
    expect(second.outbox.recover(6000)).toBe(0);
    first.close();
    second.close();
  });
});

test('a damaged incidents.db is set aside with its journal, and alerting goes on', () => {
  const folder = temporaryFolder('incidents');
  const file = join(folder, 'incidents.db');
  const text = 'neither a database nor empty\n'.repeat(300);
  writeFileSync(file, text);
  const reasons: string[] = [];
  const store = openIncidents(folder, domain, (reason) => reasons.push(reason));
  expect(reasons).toHaveLength(1);
  expect(readFileSync(`${file}.corrupt`, 'utf8')).toBe(text);
  expect(store.open(firing, () => [mail('firing')]).id).toBe(1);
  store.close();
  openIncidents(folder, domain, (reason) => reasons.push(reason)).close();
  expect(reasons).toHaveLength(1);
  expect(existsSync(file)).toBe(true);
});
