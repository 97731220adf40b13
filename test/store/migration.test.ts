import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openIncidents, openIncidentsBeside } from '../../src/store/incidents.ts';
import { temporaryFolder } from '../support/ops.ts';

const firstVersion = readFileSync(new URL('../fixtures/store/incidents-first-version.sql', import.meta.url), 'utf8');

function oldFolder(more = ''): string {
  const folder = temporaryFolder('old-incidents');
  const database = new DatabaseSync(join(folder, 'incidents.db'));
  database.exec(firstVersion + more);
  database.close();
  return folder;
}

test('a file of the first version keeps its incidents, its unsent mails and its ledger', () => {
  const folder = oldFolder();
  const store = openIncidents(folder, 'example.org', (reason) => expect.fail(reason));
  expect(store.list(10)).toMatchObject([
    { id: 2, rule: 'GatewayDown', state: 'firing', rootId: null, flaps: 0, announcedAt: 20_000, reminders: 0 },
    { id: 1, rule: 'GpuMemoryHigh', state: 'resolved', closedAt: 9000, peak: 0.96 },
  ]);
  expect(store.pending()).toEqual([{ rule: 'UiDown', labels: { check: 'ui-health' }, since: 21_000 }]);
  const mail = { incidentId: 2, messageId: '<inc-2.fkg.1.firing@example.org>', attempts: 2, dueAt: 24_000 };
  expect(store.outbox.unsent()).toMatchObject([
    { ...mail, id: 2, recipient: 'a@example.org', payload: '{"kind":"firing"}' },
    { ...mail, recipient: 'b@example.org', lastError: 'connect ECONNREFUSED' },
  ]);
  store.close();
  const database = new DatabaseSync(join(folder, 'incidents.db'), { readOnly: true });
  expect(database.prepare('SELECT event FROM ledger ORDER BY rowid').all()).toHaveLength(3);
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  database.close();
});

test('and works like any other afterwards, opened as often as one likes', () => {
  const folder = oldFolder();
  openIncidentsBeside(folder).close();
  const store = openIncidents(folder, 'example.org', (reason) => expect.fail(reason));
  const [gateway] = store.firing();
  if (!gateway) throw new Error('nothing fires');
  const told = { kind: 'resolved', channel: 'email', recipient: 'a@example.org', subject: 's', payload: '{}' } as const;
  store.transition({ ...gateway, state: 'resolved', closedAt: 30_000 }, [told]);
  expect(store.outbox.unsent()).toHaveLength(3);
  expect(store.outbox.unsent().at(-1)).toMatchObject({ id: 5, seq: 2 });
  expect(store.operator.silences(0)).toEqual([]);
  store.close();
});

test('a file that cannot be brought up to date is left as it was', () => {
  const folder = oldFolder('DROP TABLE ledger; CREATE TABLE next_notifications (x);');
  expect(() => openIncidentsBeside(folder)).toThrow('next_notifications');
  const database = new DatabaseSync(join(folder, 'incidents.db'));
  expect(database.prepare('SELECT COUNT(*) AS count FROM notifications').get()).toMatchObject({ count: 2 });
  expect(database.prepare('PRAGMA table_info(incidents)').all()).toHaveLength(9);
  database.close();
});
