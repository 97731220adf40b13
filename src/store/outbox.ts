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

export interface RecentRows {
  readonly accepted: number;
  readonly lastDigestAt: number | null;
}

export interface OutboxTally {
  readonly accepted: number;
  readonly dead: number;
  readonly pending: number;
}

export interface OutboxStore {
  /** Adds what one event is to tell, inside the caller's transaction; its recipients get the same Message-ID. */
  add(incidentId: number, notifications: readonly NewNotification[], at: number): void;
  /**
   * Adds what is about no incident, under a Message-ID that the caller chose; what is there already is not repeated. One
   * transaction.
   */
  post(messageId: string, notifications: readonly NewNotification[], at: number): void;
  /**
   * Takes back what tells of an incident, inside the caller's transaction; false when there is nothing, or when somebody
   * may have got it already.
   */
  withdraw(incidentId: number, at: number): boolean;
  /** Rows that no server has accepted yet and that are not given up, in order of writing. */
  unsent(): OutboxEntry[];
  all(): OutboxEntry[];
  /** What a recipient was sent since a moment, and when the last digest for him was written. */
  recent(to: { readonly channel: string; readonly recipient: string }, since: number): RecentRows;
  /** Writes one notification in place of some that wait. One transaction. */
  fold(entries: readonly OutboxEntry[], messageId: string, digest: NewNotification, at: number): void;
  /** Rows by state: those accepted since a moment, and all others created since. */
  tally(since: number): OutboxTally;
  /** Writes an entry's new state and a line of the ledger, and what is to follow it in its thread. One transaction. */
  save(entry: OutboxEntry, at: number, event: string, detail?: string, follow?: 'triage'): void;
  /** What was being sent when the last process ended has an unknown outcome: it is sent again, under the same Message-ID. */
  recover(at: number): number;
}

/** The outbox inside incidents.db. */
export function outboxOf(database: DatabaseSync, domain: string): OutboxStore {
  const next = database.prepare(`SELECT opened_at, (SELECT COALESCE(MAX(seq), 0) + 1 FROM notifications
    WHERE incident_id = i.id) AS seq FROM incidents i WHERE id = ?`);
  const insert = database.prepare(`INSERT OR IGNORE INTO notifications
    (incident_id, kind, seq, channel, recipient, message_id, subject, payload, created_at, due_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const insertFollow = database.prepare(`INSERT INTO notifications
    (incident_id, kind, seq, channel, recipient, message_id, subject, payload, created_at, due_at)
    SELECT incident_id, ?, seq, channel, recipient, ?, subject, payload, ?, ? FROM notifications WHERE id = ?`);
  const update = database.prepare(`UPDATE notifications SET state = ?, due_at = ?, attempts = ?, last_error = ?,
    last_class = ?, accepted_at = ?, smtp_response = ? WHERE id = ?`);
  const record = database.prepare('INSERT INTO ledger (at, notification_id, event, detail) VALUES (?, ?, ?, ?)');
  const unsent = database.prepare("SELECT * FROM notifications WHERE state IN ('pending', 'sending') ORDER BY id");
  const told = database.prepare(`SELECT id, state = 'pending' AND attempts = 0 AS untouched FROM notifications
    WHERE incident_id = ? AND state <> 'coalesced'`);
  const withdraw = database.prepare("UPDATE notifications SET state = 'coalesced' WHERE id = ?");
  const recover = database.prepare("UPDATE notifications SET state = 'pending', due_at = ? WHERE state = 'sending'");
  const tally = database.prepare(`SELECT
    (SELECT COUNT(*) FROM notifications WHERE accepted_at >= ?) AS accepted,
    (SELECT COUNT(*) FROM notifications WHERE state = 'dead' AND created_at >= ?) AS dead,
    (SELECT COUNT(*) FROM notifications WHERE state IN ('pending', 'sending')) AS pending`);
  const recent = database.prepare(`SELECT
    (SELECT COUNT(*) FROM notifications WHERE channel = ? AND recipient = ? AND accepted_at >= ?) AS accepted,
    (SELECT MAX(created_at) FROM notifications WHERE channel = ? AND recipient = ? AND kind = 'digest') AS digest`);

  const create = (
    incidentId: number | null,
    seq: number,
    messageId: string,
    one: NewNotification,
    at: number,
  ): void => {
    const { kind, channel, recipient, subject, payload, delayMs = 0 } = one;
    const due = at + delayMs;
    const row = insert.run(incidentId, kind, seq, channel, recipient, messageId, subject, payload, at, due);
    if (row.changes > 0) record.run(at, row.lastInsertRowid, 'created', kind);
  };

  return {
    add(incidentId, notifications, at) {
      const incident = next.get(incidentId);
      const seq = Number(incident?.['seq']);
      // The time of opening makes the id unique even where incidents.db had to be begun anew.
      const name = `inc-${incidentId}.${Number(incident?.['opened_at']).toString(36)}.${seq}`;
      for (const one of notifications) create(incidentId, seq, `<${name}.${one.kind}@${domain}>`, one, at);
    },
    post(messageId, notifications, at) {
      transaction(database, () => {
        for (const one of notifications) create(null, 1, messageId, one, at);
      });
    },
    recent({ channel, recipient }, since) {
      const { accepted, digest } = recent.get(channel, recipient, since, channel, recipient) ?? {};
      return { accepted: Number(accepted), lastDigestAt: digest === null ? null : Number(digest) };
    },
    fold(entries, messageId, digest, at) {
      transaction(database, () => {
        create(null, 1, messageId, digest, at);
        for (const { id } of entries) {
          withdraw.run(id);
          record.run(at, id, 'coalesced', 'told in a digest');
        }
      });
    },
    tally(since) {
      const { accepted, dead, pending } = tally.get(since, since) ?? {};
      return { accepted: Number(accepted), dead: Number(dead), pending: Number(pending) };
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
    all: () => database.prepare('SELECT * FROM notifications ORDER BY id').all().map(toEntry),
    save(entry, at, event, detail = '', follow = undefined) {
      const { state, dueAt, attempts, lastError, lastClass, acceptedAt, response, id, messageId } = entry;
      transaction(database, () => {
        update.run(state, dueAt, attempts, lastError, lastClass, acceptedAt, response, id);
        record.run(at, id, event, detail);
        if (follow === undefined) return;
        const row = insertFollow.run(follow, messageId.replace(/\.\w+@/, `.${follow}@`), at, at, id);
        record.run(at, row.lastInsertRowid, 'created', follow);
      });
    },
    recover: (at) => Number(recover.run(at).changes),
  };
}
