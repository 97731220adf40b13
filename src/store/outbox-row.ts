/** pending → sending → accepted or dead. `coalesced`: told by a later notification of the incident. */
export type OutboxState = 'pending' | 'sending' | 'accepted' | 'dead' | 'coalesced';

/** `triage` follows a mail that could not wait for it; `report` and `digest` are about no single incident. */
export type NotificationKind = 'firing' | 'triage' | 'reminder' | 'resolved' | 'report' | 'digest';

/** One notification on its way to one recipient. Times are wall time in milliseconds. */
export interface OutboxEntry {
  readonly id: number;
  /** Null for reports and digests. */
  readonly incidentId: number | null;
  readonly kind: NotificationKind;
  /** Place in the thread of its incident, from 1. */
  readonly seq: number;
  readonly channel: string;
  readonly recipient: string;
  /** The same at every attempt and for every recipient, so that a duplicate can be recognised. */
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

const textOrNull = (value: unknown): string | null => (value === null ? null : String(value));
const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));

export function toEntry(row: Record<string, unknown>): OutboxEntry {
  return {
    id: Number(row['id']),
    incidentId: numberOrNull(row['incident_id']),
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
    acceptedAt: numberOrNull(row['accepted_at']),
    response: textOrNull(row['smtp_response']),
  };
}
