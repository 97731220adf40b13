import type { Labels, Point } from '../expression/series.ts';
import type { Severity } from '../rule.ts';

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
}

/** What happened to an incident; each one becomes a message. */
export interface IncidentEvent {
  readonly kind: 'firing' | 'resolved';
  readonly incident: Incident;
  readonly at: number;
  /** The samples that decided it. */
  readonly decidedBy: readonly Point[];
}
