import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Labels } from '../expression/series.ts';
import type { Severity } from '../rule.ts';
import { schema } from './incident-schema.ts';
import { type OutboxStore, outboxOf } from './outbox.ts';
import { transaction } from './transaction.ts';

/** A row of `incidents`, in the words of the program. */
export interface StoredIncident {
  readonly id: number;
  readonly rule: string;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly state: 'firing' | 'resolved';
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly value: number;
  readonly peak: number;
}

/** A notification that is written in the same transaction as the state change that it tells of. */
export interface NewNotification {
  readonly kind: 'firing' | 'resolved';
  readonly channel: string;
  readonly recipient: string;
  readonly subject: string;
  /** JSON that rendering needs. */
  readonly payload: string;
}

/** An alert that is waiting out its `for`; kept so that a restart does not begin it again. */
export interface StoredPending {
  readonly rule: string;
  readonly labels: Labels;
  readonly since: number;
}

/** incidents.db: never lost. Every commit is on the disk (synchronous FULL) before the call returns. */
export interface IncidentStore {
  /** Opens an incident; `notify` gets its number and returns what to tell. One transaction. */
  open(
    incident: Omit<StoredIncident, 'id'>,
    notify: (incident: StoredIncident) => readonly NewNotification[],
  ): StoredIncident;
  /** Writes the new state of an incident together with what to tell. One transaction. */
  transition(incident: StoredIncident, notifications: readonly NewNotification[]): void;
  /** Latest first. */
  list(limit: number): StoredIncident[];
  firing(): StoredIncident[];
  savePending(pending: readonly StoredPending[]): void;
  pending(): StoredPending[];
  readonly outbox: OutboxStore;
  close(): void;
}

/**
 * Opens incidents.db in a folder. A damaged file is set aside and a new one begun, because alerting goes on without its
 * past; `onReset` hears why. `domain` is the right part of every Message-ID.
 */
export function openIncidents(
  folder: string,
  domain: string,
  onReset: (reason: string) => void = () => {},
): IncidentStore {
  mkdirSync(folder, { recursive: true });
  const database = openOrReplace(path.join(folder, 'incidents.db'), onReset);
  const outbox = outboxOf(database, domain);
  const insert = database.prepare(
    'INSERT INTO incidents (rule, severity, labels, state, opened_at, closed_at, value, peak) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const update = database.prepare('UPDATE incidents SET state = ?, closed_at = ?, value = ?, peak = ? WHERE id = ?');
  const insertPending = database.prepare('INSERT INTO pending (rule, labels, since) VALUES (?, ?, ?)');

  return {
    outbox,
    open(incident, notify) {
      const { rule, severity, labels, state, openedAt, closedAt, value, peak } = incident;
      return transaction(database, () => {
        const json = JSON.stringify(labels);
        const row = insert.run(rule, severity, json, state, openedAt, closedAt, value, peak);
        const opened = { ...incident, id: Number(row.lastInsertRowid) };
        for (const one of notify(opened)) outbox.add(opened.id, one, openedAt);
        return opened;
      });
    },
    transition({ id, state, closedAt, openedAt, value, peak }, notifications) {
      transaction(database, () => {
        update.run(state, closedAt, value, peak, id);
        for (const one of notifications) outbox.add(id, one, closedAt ?? openedAt);
      });
    },
    list: (limit) => database.prepare('SELECT * FROM incidents ORDER BY id DESC LIMIT ?').all(limit).map(toIncident),
    firing: () => database.prepare("SELECT * FROM incidents WHERE state = 'firing' ORDER BY id").all().map(toIncident),
    savePending(pending) {
      transaction(database, () => {
        database.exec('DELETE FROM pending');
        for (const { rule, labels, since } of pending) insertPending.run(rule, JSON.stringify(labels), since);
      });
    },
    pending: () =>
      database
        .prepare('SELECT * FROM pending')
        .all()
        .map((row) => ({
          rule: String(row['rule']),
          labels: JSON.parse(String(row['labels'])),
          since: Number(row['since']),
        })),
    close: () => database.close(),
  };
}

function openOrReplace(file: string, onReset: (reason: string) => void): DatabaseSync {
  try {
    return open(file);
  } catch (error) {
    onReset(error instanceof Error ? error.message : String(error));
    // The journal goes with its file: together they may still be repaired by hand.
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, `${file}.corrupt${suffix}`);
    }
    return open(file);
  }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    database.exec(schema);
    const { integrity_check: verdict } = database.prepare('PRAGMA integrity_check(1)').get() ?? {};
    if (verdict !== 'ok') throw new Error(String(verdict));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function toIncident(row: Record<string, unknown>): StoredIncident {
  return {
    id: Number(row['id']),
    rule: String(row['rule']),
    severity: row['severity'] as Severity,
    labels: JSON.parse(String(row['labels'])),
    state: row['state'] as StoredIncident['state'],
    openedAt: Number(row['opened_at']),
    closedAt: row['closed_at'] === null ? null : Number(row['closed_at']),
    value: Number(row['value']),
    peak: Number(row['peak']),
  };
}
