import type { DatabaseSync } from 'node:sqlite';
import type { Labels } from '../expression/series.ts';

/** A row of `silences`: what an operator does not want to hear of. Times are wall time in milliseconds. */
export interface StoredSilence {
  readonly id: number;
  /** Label, or `rule`, to the value that it must have; `*` stands for any text. */
  readonly matchers: Labels;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly reason: string;
}

/** What operators say to a running watch, through incidents.db: it is read at every evaluation. */
export interface OperatorStore {
  /** Adds a silence and returns its number. */
  silence(silence: Omit<StoredSilence, 'id'>): number;
  /** Ends a silence; false when there is none of that number in force. */
  expire(id: number, at: number): boolean;
  /** The silences in force at a moment. */
  silences(at: number): StoredSilence[];
  /** Ends the reminders of a firing incident; false when none of that number fires. */
  acknowledge(incidentId: number, at: number): boolean;
  /** Numbers of the firing incidents that somebody acknowledged. */
  acknowledged(): Set<number>;
  /** When each incident was acknowledged that was so since a moment, by number. */
  acknowledgements(since: number): Map<number, number>;
}

export function operatorOf(database: DatabaseSync): OperatorStore {
  const insert = database.prepare(
    'INSERT INTO silences (matchers, created_at, expires_at, reason) VALUES (?, ?, ?, ?)',
  );
  const expire = database.prepare('UPDATE silences SET expires_at = ? WHERE id = ? AND expires_at > ?');
  const inForce = database.prepare('SELECT * FROM silences WHERE expires_at > ? ORDER BY id');
  const acknowledge = database.prepare("UPDATE incidents SET acked_at = ? WHERE id = ? AND state = 'firing'");
  const acknowledged = database.prepare("SELECT id FROM incidents WHERE state = 'firing' AND acked_at IS NOT NULL");
  const acknowledgements = database.prepare('SELECT id, acked_at FROM incidents WHERE acked_at >= ?');

  return {
    silence: ({ matchers, createdAt, expiresAt, reason }) =>
      Number(insert.run(JSON.stringify(matchers), createdAt, expiresAt, reason).lastInsertRowid),
    expire: (id, at) => expire.run(at, id, at).changes > 0,
    silences: (at) => inForce.all(at).map(toSilence),
    acknowledge: (incidentId, at) => acknowledge.run(at, incidentId).changes > 0,
    acknowledged: () => new Set(acknowledged.all().map(({ id }) => Number(id))),
    acknowledgements: (since) =>
      new Map(acknowledgements.all(since).map((row) => [Number(row['id']), Number(row['acked_at'])])),
  };
}

function toSilence(row: Record<string, unknown>): StoredSilence {
  return {
    id: Number(row['id']),
    matchers: JSON.parse(String(row['matchers'])),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
    reason: String(row['reason']),
  };
}
