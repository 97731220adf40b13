import type { Incident, IncidentEvent, Severity } from '../incident.ts';

/** What people have been told of an incident. */
export type Told = Pick<Incident, 'announcedAt' | 'lastToldAt' | 'reminders'>;

/** How an incident stands at one evaluation. */
export interface Standing {
  readonly severity: Severity;
  readonly firing: boolean;
  /** Silence, maintenance, or an incident that explains this one. */
  readonly muted: boolean;
  readonly acknowledged: boolean;
}

const firstReminderMs = 30 * 60_000;
const longestReminderMs = 8 * 3_600_000;

/** Time from one notification to the next about a critical incident that nobody acknowledged: 30 m, 1 h, 2 h, 4 h, 8 h, 8 h … */
export const reminderAfterMs = (reminders: number): number =>
  Math.min(firstReminderMs * 2 ** Math.min(reminders, 30), longestReminderMs);

/**
 * Decides what to tell now. Muting holds back the beginning and the reminders; what is still firing when it ends is
 * told then. Whoever was told of a beginning is told of the end, muted or not: nobody is left with a wrong last state.
 */
export function step(told: Told, standing: Standing, now: number): { told: Told; tell: IncidentEvent['kind'] | null } {
  const { severity, firing, muted, acknowledged } = standing;
  if (!firing) return { told, tell: told.announcedAt === null ? null : 'resolved' };
  if (muted) return { told, tell: null };
  if (told.announcedAt === null) return { told: { ...told, announcedAt: now, lastToldAt: now }, tell: 'firing' };
  if (severity !== 'critical' || acknowledged) return { told, tell: null };
  // A clock that was set back must not make a reminder wait longer than its interval.
  const lastToldAt = Math.min(told.lastToldAt ?? told.announcedAt, now);
  if (now - lastToldAt < reminderAfterMs(told.reminders)) return { told: { ...told, lastToldAt }, tell: null };
  return { told: { ...told, lastToldAt: now, reminders: told.reminders + 1 }, tell: 'reminder' };
}
