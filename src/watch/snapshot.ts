import type { Labels } from '../expression/series.ts';
import type { Incident, Severity } from '../incident.ts';
import type { StoredSilence } from '../store/operator.ts';
import type { OutboxEntry } from '../store/outbox-row.ts';
import type { Text } from '../text.ts';

/** Last run of one check. */
export interface CheckStatus {
  readonly name: string;
  readonly state: 'ok' | 'failing' | 'never-ran' | 'stuck';
  /** Wall time of the last run, milliseconds; null before the first. */
  readonly lastRunAt: number | null;
  readonly durationSeconds: number | null;
  /** Why it failed, in one sentence; null when it did not. */
  readonly reason: string | null;
}

/** One alert that is not inactive. */
export interface AlertStatus {
  readonly rule: string;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly state: 'pending' | 'firing';
  readonly since: number;
  readonly value: number;
  readonly summary: Text;
}

/** What the ops page and `ops status` show of a running watch. */
export interface WatchSnapshot {
  readonly at: number;
  readonly checks: readonly CheckStatus[];
  readonly alerts: readonly AlertStatus[];
  /** Latest first. */
  readonly incidents: readonly Incident[];
  /** False when no notify.email is configured: NOBODY IS MAILED. */
  readonly mailing: boolean;
  /** Numbers of the firing incidents that somebody acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
  /** The silences in force. */
  readonly silences: readonly StoredSilence[];
  /** Notifications of these incidents and all that no server has accepted yet, oldest first. */
  readonly mails: readonly Omit<OutboxEntry, 'payload'>[];
}
