import type { Incident } from '../incident.ts';

/** The columns that an incident's life changes, in the order of both statements. */
export function changingOf(incident: Omit<Incident, 'id'>) {
  const { state, closedAt, value, peak, rootId, flaps, announcedAt, lastToldAt, reminders } = incident;
  return [state, closedAt, value, peak, rootId, flaps, announcedAt, lastToldAt, reminders] as const;
}

const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));

export function toIncident(row: Record<string, unknown>): Incident {
  return {
    id: Number(row['id']),
    rule: String(row['rule']),
    severity: row['severity'] as Incident['severity'],
    labels: JSON.parse(String(row['labels'])),
    state: row['state'] as Incident['state'],
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
