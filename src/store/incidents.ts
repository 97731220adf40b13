import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OpsError, reasonOf } from '../errors.ts';
import { type Labels, labelKey } from '../expression/series.ts';
import type { Incident } from '../incident.ts';
import { makeFolder } from '../make-folder.ts';
import { throwUnlessDamaged } from './damage.ts';
import { changingOf, toIncident } from './incident-row.ts';
import { migrate } from './incident-schema.ts';
import { type JobStore, jobsOf } from './jobs.ts';
import { type OperatorStore, operatorOf } from './operator.ts';
import { type NewNotification, type OutboxStore, outboxOf } from './outbox.ts';
import { reserve } from './reserve.ts';
import { transaction } from './transaction.ts';

/** An alert that is waiting out its `for`; kept so that a restart does not begin it again. */
export interface StoredPending {
  readonly rule: string;
  readonly labels: Labels;
  readonly since: number;
}

/** incidents.db: never lost. Every commit is on the disk (synchronous FULL) before the call returns. */
export interface IncidentStore {
  /** Opens an incident; `notify` gets its number and returns what to tell. One transaction. */
  open(incident: Omit<Incident, 'id'>, notify: (incident: Incident) => readonly NewNotification[]): Incident;
  /** Writes the new state of an incident together with what to tell. One transaction. */
  transition(incident: Incident, notifications: readonly NewNotification[]): void;
  /**
   * Makes an incident a consequence of another, unless somebody may know of it already: what was not sent yet is taken
   * back. False when it stays its own. One transaction.
   */
  adopt(incident: Incident, rootId: number, at: number): boolean;
  /** Latest first. */
  list(limit: number): Incident[];
  firing(): Incident[];
  /** Those that fire, and those that ended at `at` or later; first to open first. */
  since(at: number): Incident[];
  /** Whether people were told of another incident of the same rule and labels, however long ago. */
  toldBefore(incident: Incident): boolean;
  /** The consequences of an incident, first to open first. */
  consequences(rootId: number): Incident[];
  savePending(pending: readonly StoredPending[]): void;
  pending(): StoredPending[];
  /** Sets room aside for what is written on a full disk, as far as there is some. */
  reserve(): void;
  readonly outbox: OutboxStore;
  readonly operator: OperatorStore;
  readonly jobs: JobStore;
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
  makeFolder(folder);
  return storeOf(openOrReplace(path.join(folder, 'incidents.db'), onReset), domain);
}

/**
 * Opens the incidents.db of a watch that may be running, and sets nothing aside.
 *
 * @throws OpsError `file_unreadable` where there is none, or none that can be read.
 */
export function openIncidentsBeside(folder: string): IncidentStore {
  const file = path.join(folder, 'incidents.db');
  try {
    if (!existsSync(file)) throw new Error('there is no such file; has ops watch run with this watch.state_dir?');
    return storeOf(open(file), 'localhost');
  } catch (error) {
    throw new OpsError('file_unreadable', { path: file, reason: reasonOf(error) }, { cause: error });
  }
}

function storeOf(database: DatabaseSync, domain: string): IncidentStore {
  const outbox = outboxOf(database, domain);
  const insert = database.prepare(
    `INSERT INTO incidents (rule, severity, labels, state, opened_at, closed_at, value, peak, root_id, flaps, announced_at,
      last_told_at, reminders) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update =
    database.prepare(`UPDATE incidents SET state = ?, closed_at = ?, value = ?, peak = ?, root_id = ?, flaps = ?,
    announced_at = ?, last_told_at = ?, reminders = ? WHERE id = ?`);
  const save = (one: Incident): void => void update.run(...changingOf(one), one.id);
  const insertPending = database.prepare('INSERT INTO pending (rule, labels, since) VALUES (?, ?, ?)');

  return {
    reserve: () => reserve(database),
    outbox,
    operator: operatorOf(database),
    jobs: jobsOf(database),
    open(incident, notify) {
      const { rule, severity, labels, openedAt } = incident;
      const [state, ...rest] = changingOf(incident);
      return transaction(database, () => {
        const json = JSON.stringify(labels);
        const row = insert.run(rule, severity, json, state, openedAt, ...rest);
        const opened = { ...incident, id: Number(row.lastInsertRowid) };
        outbox.add(opened.id, notify(opened), openedAt);
        return opened;
      });
    },
    transition(incident, notifications) {
      const { id, closedAt, lastToldAt, openedAt } = incident;
      transaction(database, () => {
        save(incident);
        outbox.add(id, notifications, closedAt ?? lastToldAt ?? openedAt);
      });
    },
    adopt(incident, rootId, at) {
      return transaction(database, () => {
        const withdrawn = outbox.withdraw(incident.id, at);
        const free = withdrawn || incident.announcedAt === null;
        if (free) save({ ...incident, rootId, announcedAt: null, lastToldAt: null });
        return free;
      });
    },
    list: (limit) => database.prepare('SELECT * FROM incidents ORDER BY id DESC LIMIT ?').all(limit).map(toIncident),
    since: (at) =>
      database
        .prepare("SELECT * FROM incidents WHERE state = 'firing' OR closed_at >= ? ORDER BY opened_at")
        .all(at)
        .map(toIncident),
    toldBefore: ({ id, rule, labels }) =>
      database
        .prepare('SELECT labels FROM incidents WHERE rule = ? AND id <> ? AND announced_at IS NOT NULL')
        .all(rule, id)
        .some((row) => labelKey(JSON.parse(String(row['labels']))) === labelKey(labels)),
    firing: () => database.prepare("SELECT * FROM incidents WHERE state = 'firing' ORDER BY id").all().map(toIncident),
    consequences: (rootId) =>
      database.prepare('SELECT * FROM incidents WHERE root_id = ? ORDER BY id').all(rootId).map(toIncident),
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
    throwUnlessDamaged(error, file);
    onReset(reasonOf(error));
    // The journal goes with its file: together they may still be repaired by hand.
    for (const suffix of ['', '-journal']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, `${file}.corrupt${suffix}`);
    }
    return open(file);
  }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    migrate(database);
    const { integrity_check: verdict } = database.prepare('PRAGMA integrity_check(1)').get() ?? {};
    if (verdict !== 'ok') throw new Error(String(verdict));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
