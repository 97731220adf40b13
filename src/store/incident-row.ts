import type { Labels } from '../expression/series.ts';
import type { Severity } from '../rule.ts';

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
  readonly rootId: number | null;
  readonly flaps: number;
  readonly announcedAt: number | null;
  readonly lastToldAt: number | null;
  readonly reminders: number;
}

/** The columns that an incident's life changes, in the order of both statements. */
export function changingOf(incident: Omit<StoredIncident, 'id'>) {
  const { state, closedAt, value, peak, rootId, flaps, announcedAt, lastToldAt, reminders } = incident;
  return [state, closedAt, value, peak, rootId, flaps, announcedAt, lastToldAt, reminders] as const;
}

const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));

export function toIncident(row: Record<string, unknown>): StoredIncident {
  return {
    id: Number(row['id']),
    rule: String(row['rule']),
    severity: row['severity'] as Severity,
    labels: JSON.parse(String(row['labels'])),
    state: row['state'] as StoredIncident['state'],
    openedAt: Number(row['opened_at']),
    closedAt: numberOrNull(row['closed_at']),
    value: Number(row['value']),
    peak: Number(row['peak']),
    rootId: numberOrNull(row['root_id']),
    flaps: Number(row['flaps']),
    announcedAt: numberOrNull(row['announced_at']),
    lastToldAt: numberOrNull(row['last_told_at']),
    reminders: Number(row['reminders']),
  };
}
