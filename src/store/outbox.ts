import type { DatabaseSync } from 'node:sqlite';

export type OutboxState = 'pending' | 'sending' | 'accepted' | 'dead' | 'coalesced';

/** One notification on its way. Times are wall time in milliseconds. */
export interface OutboxEntry {
  readonly id: number;
  readonly incidentId: number;
  readonly kind: NotificationKind;
  /** Place in the thread of its incident, from 1. */
  readonly seq: number;
  readonly channel: string;
  readonly recipient: string;
  /** The same at every attempt, so that a duplicate can be recognised. */
  readonly messageId: string;
  readonly subject: string;
  readonly payload: string;
  readonly createdAt: number;
  readonly dueAt: number;
  readonly attempts: number;
  readonly state: OutboxState;
  readonly lastError: string | null;
  readonly lastClass: string | null;
  readonly acceptedAt: number | null;
  readonly response: string | null;
}

export type NotificationKind = 'firing' | 'reminder' | 'resolved';

/** A notification that is written in the same transaction as the state change that it tells of. */
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
  /** Adds a row inside the caller's transaction. */
  add(incidentId: number, entry: NewNotification, at: number): void;
  /** Takes back what was not sent yet, inside the caller's transaction; false when there was nothing, or an attempt was made. */
  withdraw(incidentId: number, at: number): boolean;
  /** Rows that no server has accepted yet and that are not given up, in order of writing. */
  unsent(): OutboxEntry[];
  all(): OutboxEntry[];
  /** Writes an entry's new state and a line of the ledger. */
  save(entry: OutboxEntry, at: number, event: string, detail?: string): void;
  /** What was being sent when the last process ended has an unknown outcome: it is sent again, under the same Message-ID. */
  recover(at: number): number;
}

/** The outbox inside incidents.db. */
export function outboxOf(database: DatabaseSync, domain: string): OutboxStore {
  const next = database.prepare(
    'SELECT opened_at, (SELECT COUNT(*) + 1 FROM notifications WHERE incident_id = i.id) AS seq FROM incidents i WHERE id = ?',
  );
  const insert = database.prepare(`INSERT INTO notifications
    (incident_id, kind, seq, channel, recipient, message_id, subject, payload, created_at, due_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const update = database.prepare(`UPDATE notifications SET state = ?, due_at = ?, attempts = ?, last_error = ?,
    last_class = ?, accepted_at = ?, smtp_response = ? WHERE id = ?`);
  const record = database.prepare('INSERT INTO ledger (at, notification_id, event, detail) VALUES (?, ?, ?, ?)');
  const unsent = database.prepare("SELECT * FROM notifications WHERE state IN ('pending', 'sending') ORDER BY id");
  const waiting = database.prepare(
    "SELECT id FROM notifications WHERE incident_id = ? AND state = 'pending' AND attempts = 0",
  );
  const withdraw = database.prepare("UPDATE notifications SET state = 'coalesced' WHERE id = ?");
  const recover = database.prepare("UPDATE notifications SET state = 'pending', due_at = ? WHERE state = 'sending'");

  return {
    add(incidentId, { kind, channel, recipient, subject, payload, delayMs = 0 }, at) {
      const incident = next.get(incidentId);
      const seq = Number(incident?.['seq']);
      // The time of opening makes the id unique even where incidents.db had to be begun anew.
      const messageId = `<inc-${incidentId}.${Number(incident?.['opened_at']).toString(36)}.${seq}.${kind}@${domain}>`;
      const row = insert.run(incidentId, kind, seq, channel, recipient, messageId, subject, payload, at, at + delayMs);
      record.run(at, row.lastInsertRowid, 'created', kind);
    },
    withdraw(incidentId, at) {
      const ids = waiting.all(incidentId).map((row) => Number(row['id']));
      for (const id of ids) {
        withdraw.run(id);
        record.run(at, id, 'coalesced', 'told with the incident that explains it');
      }
      return ids.length > 0;
    },
    unsent: () => unsent.all().map(toEntry),
    all: () => database.prepare('SELECT * FROM notifications ORDER BY id').all().map(toEntry),
    save(entry, at, event, detail = '') {
      const { state, dueAt, attempts, lastError, lastClass, acceptedAt, response, id } = entry;
      update.run(state, dueAt, attempts, lastError, lastClass, acceptedAt, response, id);
      record.run(at, id, event, detail);
    },
    recover: (at) => Number(recover.run(at).changes),
  };
}

const textOrNull = (value: unknown): string | null => (value === null ? null : String(value));

function toEntry(row: Record<string, unknown>): OutboxEntry {
  return {
    id: Number(row['id']),
    incidentId: Number(row['incident_id']),
    kind: row['kind'] as OutboxEntry['kind'],
    seq: Number(row['seq']),
    channel: String(row['channel']),
    recipient: String(row['recipient']),
    messageId: String(row['message_id']),
    subject: String(row['subject']),
    payload: String(row['payload']),
    createdAt: Number(row['created_at']),
    dueAt: Number(row['due_at']),
    attempts: Number(row['attempts']),
    state: row['state'] as OutboxState,
    lastError: textOrNull(row['last_error']),
    lastClass: textOrNull(row['last_class']),
    acceptedAt: row['accepted_at'] === null ? null : Number(row['accepted_at']),
    response: textOrNull(row['smtp_response']),
  };
}
