import type { Labels, Point } from './expression/series.ts';
import type { ActiveRule, Severity } from './rule.ts';

export type { Severity };

/** A fault from its first firing to its end. */
export interface Incident {
  /** Number that people quote, such as OPS-12. */
  readonly id: number;
  /** Name of the rule, such as `GpuMemoryHigh`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly state: 'firing' | 'resolved';
  /** Wall time in milliseconds. */
  readonly openedAt: number;
  readonly closedAt: number | null;
  /** Value of the rule's expression when it fired, and its extreme since. */
  readonly value: number;
  readonly peak: number;
  /** Incident that explains this one and tells of it; null for a root. */
  readonly rootId: number | null;
  /** Firings after the first, while it was held open because it flapped. */
  readonly flaps: number;
  /** What people were told: the first notification, the last one about the firing, and the reminders. */
  readonly announcedAt: number | null;
  readonly lastToldAt: number | null;
  readonly reminders: number;
}

/** What happened to an incident; each one becomes a message. */
export interface IncidentEvent {
  readonly kind: 'firing' | 'reminder' | 'resolved';
  readonly incident: Incident;
  readonly at: number;
  /** Held open from now on until it is quiet, because it fires and ends again and again. */
  readonly flapping?: boolean;
  /** The samples that decided it. */
  readonly decidedBy: readonly Point[];
}

/** An incident that begins, with the rule that says what it is. */
export interface Beginning {
  readonly event: IncidentEvent;
  readonly rule: ActiveRule;
}

/** The incident that an alert opens; it gets its number from the store. */
export function openIncident(
  alert: {
    readonly rule: { readonly name: string; readonly severity: Severity };
    readonly labels: Labels;
    readonly value: number;
  },
  now: number,
): Omit<Incident, 'id'> {
  const { rule, labels, value } = alert;
  const { name, severity } = rule;
  const told = { announcedAt: null, lastToldAt: null, reminders: 0 };
  const opened = { state: 'firing', openedAt: now, closedAt: null, rootId: null, flaps: 0 } as const;
  return { rule: name, severity, labels, value, peak: value, ...opened, ...told };
}

/** The same incident with its extreme so far: the value furthest from the one that it fired with. */
export function observe(incident: Incident, value: number): Incident {
  const further = Math.abs(value - incident.value) > Math.abs(incident.peak - incident.value);
  return further ? { ...incident, peak: value } : incident;
}

export function closeIncident(incident: Incident, now: number): Incident {
  return { ...incident, state: 'resolved', closedAt: now };
}
