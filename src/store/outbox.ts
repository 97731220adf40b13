import type { DatabaseSync } from 'node:sqlite';
import { type NotificationKind, type OutboxEntry, toEntry } from './outbox-row.ts';
import { transaction } from './transaction.ts';

/** A notification to one recipient, written in the same transaction as the state change that it tells of. */
export interface NewNotification {
  readonly kind: NotificationKind;
  readonly channel: string;
  readonly recipient: string;
  readonly subject: string;
  /** JSON that rendering needs. */
  readonly payload: string;
  /** Held back for so many milliseconds, in which what explains it may open. */
  readonly delayMs?: number;
}

export interface OutboxStore {
  /** Adds what one event is to tell, inside the caller's transaction; its recipients get the same Message-ID. */
  add(incidentId: number, notifications: readonly NewNotification[], at: number): void;
  /**
   * Takes back what tells of an incident, inside the caller's transaction; false when there is nothing, or when somebody
   * may have got it already.
   */
  withdraw(incidentId: number, at: number): boolean;
  /** Rows that no server has accepted yet and that are not given up, in order of writing. */
  unsent(): OutboxEntry[];
  all(): OutboxEntry[];
  /** Rows of an incident and all later ones, and the older rows that are unsent; without their payload. */
  since(incidentId: number): Omit<OutboxEntry, 'payload'>[];
  /** Writes an entry's new state and a line of the ledger. One transaction. */
  save(entry: OutboxEntry, at: number, event: string, detail?: string): void;
  /** What was being sent when the last process ended has an unknown outcome: it is sent again, under the same Message-ID. */
  recover(at: number): number;
}

/** The outbox inside incidents.db. */
export function outboxOf(database: DatabaseSync, domain: string): OutboxStore {
  const next = database.prepare(`SELECT opened_at, (SELECT COALESCE(MAX(seq), 0) + 1 FROM notifications
    WHERE incident_id = i.id) AS seq FROM incidents i WHERE id = ?`);
  const insert = database.prepare(`INSERT INTO notifications
    (incident_id, kind, seq, channel, recipient, message_id, subject, payload, created_at, due_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const update = database.prepare(`UPDATE notifications SET state = ?, due_at = ?, attempts = ?, last_error = ?,
    last_class = ?, accepted_at = ?, smtp_response = ? WHERE id = ?`);
  const record = database.prepare('INSERT INTO ledger (at, notification_id, event, detail) VALUES (?, ?, ?, ?)');
  const unsent = database.prepare("SELECT * FROM notifications WHERE state IN ('pending', 'sending') ORDER BY id");
  const recent =
    database.prepare(`SELECT id, incident_id, kind, seq, channel, recipient, message_id, subject, '' AS payload,
    created_at, due_at, attempts, state, last_error, last_class, accepted_at, smtp_response FROM notifications
    WHERE incident_id >= ? OR state IN ('pending', 'sending') ORDER BY id`);
  const told = database.prepare(`SELECT id, state = 'pending' AND attempts = 0 AS untouched FROM notifications
    WHERE incident_id = ? AND state <> 'coalesced'`);
  const withdraw = database.prepare("UPDATE notifications SET state = 'coalesced' WHERE id = ?");
  const recover = database.prepare("UPDATE notifications SET state = 'pending', due_at = ? WHERE state = 'sending'");

  return {
    add(incidentId, notifications, at) {
      const incident = next.get(incidentId);
      const seq = Number(incident?.['seq']);
      // The time of opening makes the id unique even where incidents.db had to be begun anew.
      const name = `inc-${incidentId}.${Number(incident?.['opened_at']).toString(36)}.${seq}`;
      for (const { kind, channel, recipient, subject, payload, delayMs = 0 } of notifications) {
        const id = `<${name}.${kind}@${domain}>`;
        const row = insert.run(incidentId, kind, seq, channel, recipient, id, subject, payload, at, at + delayMs);
        record.run(at, row.lastInsertRowid, 'created', kind);
      }
    },
    withdraw(incidentId, at) {
      const rows = told.all(incidentId);
      if (!rows.every(({ untouched }) => untouched === 1)) return false;
      for (const { id } of rows) {
        withdraw.run(Number(id));
        record.run(at, Number(id), 'coalesced', 'told with the incident that explains it');
      }
      return rows.length > 0;
    },
    unsent: () => unsent.all().map(toEntry),
    since: (incidentId) => recent.all(incidentId).map(toEntry),
    all: () => database.prepare('SELECT * FROM notifications ORDER BY id').all().map(toEntry),
    save(entry, at, event, detail = '') {
      const { state, dueAt, attempts, lastError, lastClass, acceptedAt, response, id } = entry;
      transaction(database, () => {
        update.run(state, dueAt, attempts, lastError, lastClass, acceptedAt, response, id);
        record.run(at, id, event, detail);
      });
    },
    recover: (at) => Number(recover.run(at).changes),
  };
}
