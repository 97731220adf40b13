import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './transaction.ts';

/**
 * What each version added to the one before; a new file goes through all of them. Times are wall time in milliseconds.
 * `ledger` is only ever appended to.
 */
const versions: readonly string[] = [
  `CREATE TABLE incidents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, severity TEXT NOT NULL, labels TEXT NOT NULL,
    state TEXT NOT NULL, opened_at INTEGER NOT NULL, closed_at INTEGER, value REAL NOT NULL, peak REAL NOT NULL);
  CREATE TABLE pending (rule TEXT NOT NULL, labels TEXT NOT NULL, since INTEGER NOT NULL);
  CREATE TABLE notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT, incident_id INTEGER NOT NULL REFERENCES incidents (id), kind TEXT NOT NULL,
    seq INTEGER NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL, payload TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT, last_class TEXT, state TEXT NOT NULL DEFAULT 'pending',
    accepted_at INTEGER, smtp_response TEXT);
  CREATE INDEX unsent ON notifications (state, due_at);
  CREATE TABLE ledger (
    at INTEGER NOT NULL, notification_id INTEGER NOT NULL REFERENCES notifications (id), event TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '');`,

  // Incidents know of each other, and what was told of them. What fired before had been told.
  `ALTER TABLE incidents ADD COLUMN root_id INTEGER;
  ALTER TABLE incidents ADD COLUMN flaps INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE incidents ADD COLUMN announced_at INTEGER;
  ALTER TABLE incidents ADD COLUMN last_told_at INTEGER;
  ALTER TABLE incidents ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE incidents ADD COLUMN acked_at INTEGER;
  UPDATE incidents SET announced_at = opened_at, last_told_at = opened_at;
  CREATE TABLE silences (
    id INTEGER PRIMARY KEY AUTOINCREMENT, matchers TEXT NOT NULL, created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, reason TEXT NOT NULL);`,

  // A row is one recipient.
  `CREATE TABLE next_notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT, incident_id INTEGER NOT NULL REFERENCES incidents (id), kind TEXT NOT NULL,
    seq INTEGER NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL,
    subject TEXT NOT NULL, payload TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT, last_class TEXT, state TEXT NOT NULL DEFAULT 'pending',
    accepted_at INTEGER, smtp_response TEXT,
    UNIQUE (message_id, channel, recipient));
  WITH RECURSIVE split (id, part, recipient, rest) AS (
    SELECT id, 0, NULL, recipient || ', ' FROM notifications
    UNION ALL
    SELECT id, part + 1, substr(rest, 1, instr(rest, ', ') - 1), substr(rest, instr(rest, ', ') + 2)
      FROM split WHERE rest <> '')
  INSERT INTO next_notifications (id, incident_id, kind, seq, channel, recipient, message_id, subject, payload,
      created_at, due_at, attempts, last_error, last_class, state, accepted_at, smtp_response)
    SELECT CASE WHEN part = 1 THEN n.id END, incident_id, kind, seq, channel, split.recipient, message_id, subject,
      payload, created_at, due_at, attempts, last_error, last_class, state, accepted_at, smtp_response
    FROM split JOIN notifications n USING (id) WHERE part > 0 ORDER BY part, n.id;
  DROP TABLE notifications;
  ALTER TABLE next_notifications RENAME TO notifications;
  CREATE INDEX unsent ON notifications (state, due_at);`,

  // Jobs that follow the calendar.
  'CREATE TABLE jobs (job TEXT PRIMARY KEY, started_at INTEGER NOT NULL);',

  // A report or a digest is about no single incident.
  `CREATE TABLE next_notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT, incident_id INTEGER REFERENCES incidents (id), kind TEXT NOT NULL,
    seq INTEGER NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL,
    subject TEXT NOT NULL, payload TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT, last_class TEXT, state TEXT NOT NULL DEFAULT 'pending',
    accepted_at INTEGER, smtp_response TEXT,
    UNIQUE (message_id, channel, recipient));
  INSERT INTO next_notifications SELECT * FROM notifications;
  DROP TABLE notifications;
  ALTER TABLE next_notifications RENAME TO notifications;
  CREATE INDEX unsent ON notifications (state, due_at);
  CREATE INDEX delivered ON notifications (accepted_at);`,
];

/** Brings a file of any version up to date: all of it, or, when something fails, nothing. */
export function migrate(database: DatabaseSync): void {
  // Not WAL, whose files beside the database could not be made anew on a full disk: see reserve.ts.
  // The reserve goes through the cache of pages once, of which SQLite would keep 2 MB.
  // A table cannot be replaced while rows that refer to it are watched; SQLite ignores this within a transaction.
  database.exec(
    'PRAGMA journal_mode = PERSIST; PRAGMA synchronous = FULL; PRAGMA cache_size = -500; PRAGMA foreign_keys = OFF',
  );
  transaction(database, () => {
    const from = versionOf(database);
    for (const version of versions.slice(from)) database.exec(version);
    if (from < versions.length) database.exec(`PRAGMA user_version = ${versions.length}`);
  });
  database.exec('PRAGMA foreign_keys = ON');
}

/** The first two versions did not write theirs down. */
function versionOf(database: DatabaseSync): number {
  const { user_version: written } = database.prepare('PRAGMA user_version').get() ?? {};
  if (Number(written) > 0) return Number(written);
  const columns = database.prepare('PRAGMA table_info(incidents)').all();
  if (columns.length === 0) return 0;
  return columns.some(({ name }) => name === 'root_id') ? 2 : 1;
}
