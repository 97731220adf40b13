/** Times are wall time in milliseconds. `ledger` is only ever appended to. */
export const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS incidents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, severity TEXT NOT NULL, labels TEXT NOT NULL,
    state TEXT NOT NULL, opened_at INTEGER NOT NULL, closed_at INTEGER, value REAL NOT NULL, peak REAL NOT NULL,
    root_id INTEGER, flaps INTEGER NOT NULL DEFAULT 0, announced_at INTEGER, last_told_at INTEGER,
    reminders INTEGER NOT NULL DEFAULT 0, acked_at INTEGER);
  CREATE TABLE IF NOT EXISTS silences (
    id INTEGER PRIMARY KEY AUTOINCREMENT, matchers TEXT NOT NULL, created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, reason TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS jobs (job TEXT PRIMARY KEY, started_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS pending (rule TEXT NOT NULL, labels TEXT NOT NULL, since INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT, incident_id INTEGER NOT NULL REFERENCES incidents (id), kind TEXT NOT NULL,
    seq INTEGER NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL, payload TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT, last_class TEXT, state TEXT NOT NULL DEFAULT 'pending',
    accepted_at INTEGER, smtp_response TEXT);
  CREATE INDEX IF NOT EXISTS unsent ON notifications (state, due_at);
  CREATE TABLE IF NOT EXISTS ledger (
    at INTEGER NOT NULL, notification_id INTEGER NOT NULL REFERENCES notifications (id), event TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '');`;

/** For a file of before incidents knew of each other: what fired then had been told. */
export const migration = `
  ALTER TABLE incidents ADD COLUMN root_id INTEGER;
  ALTER TABLE incidents ADD COLUMN flaps INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE incidents ADD COLUMN announced_at INTEGER;
  ALTER TABLE incidents ADD COLUMN last_told_at INTEGER;
  ALTER TABLE incidents ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE incidents ADD COLUMN acked_at INTEGER;
  UPDATE incidents SET announced_at = opened_at, last_told_at = opened_at;`;
