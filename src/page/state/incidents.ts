import { formatDuration } from '../../duration.ts';
import type { Labels } from '../../expression/series.ts';
import type { NotificationKind } from '../../store/outbox-row.ts';
import type { WatchSnapshot } from '../../watch/snapshot.ts';

export interface MailView {
  readonly kind: NotificationKind;
  readonly channel: string;
  readonly recipient: string;
  readonly state: string;
  /** When it was accepted, else when it is tried next, milliseconds. */
  readonly at: number;
  readonly attempts: number;
  readonly error: string | null;
}

export interface IncidentView {
  readonly id: number;
  readonly rule: string;
  readonly labels: string;
  readonly severity: string;
  readonly state: 'firing' | 'resolved';
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly lasted: string | null;
  readonly acknowledged: boolean;
  readonly flaps: number;
  /** The incident that explains this one, and those that this one explains. */
  readonly root: number | null;
  readonly consequences: readonly number[];
  readonly mails: readonly MailView[];
}

export interface SilenceView {
  readonly id: number;
  readonly matchers: string;
  readonly expiresAt: number;
  readonly reason: string;
}

/** Incidents with what was mailed of them and what they brought about; what fires comes first, the gravest of it on top, then the latest. */
export function incidentsOf({ incidents, acknowledged, mails }: WatchSnapshot): IncidentView[] {
  return incidents
    .map(({ id, rule, labels, severity, state, openedAt, closedAt, flaps, rootId }) => ({
      id,
      rule,
      labels: pairs(labels),
      severity,
      state,
      openedAt,
      closedAt,
      lasted: closedAt === null ? null : formatDuration(Math.max(1, Math.round((closedAt - openedAt) / 1000)) * 1000),
      acknowledged: acknowledged.has(id),
      flaps,
      root: rootId,
      consequences: incidents.filter((one) => one.rootId === id).map((one) => one.id),
      mails: mails.filter(({ incidentId }) => incidentId === id).map(mailOf),
    }))
    .sort((a, b) => weight(b) - weight(a) || b.id - a.id);
}

const weights: Readonly<Record<string, number>> = { critical: 3, warning: 2, info: 1 };

const weight = ({ state, severity }: Pick<IncidentView, 'state' | 'severity'>): number =>
  state === 'firing' ? (weights[severity] ?? 0) : 0;

export interface WaitingMail extends MailView {
  /** Null for a report or a digest. */
  readonly incident: number | null;
}

/** The outbox: what no server has taken yet, and what was given up, oldest first. */
export const waitingMails = ({ mails }: WatchSnapshot): WaitingMail[] =>
  mails
    .filter(({ state }) => state !== 'accepted' && state !== 'coalesced')
    .map((entry) => ({ ...mailOf(entry), incident: entry.incidentId }));

export const silencesOf = ({ silences }: WatchSnapshot): SilenceView[] =>
  silences.map(({ id, matchers, expiresAt, reason }) => ({ id, matchers: pairs(matchers), expiresAt, reason }));

function mailOf(entry: WatchSnapshot['mails'][number]): MailView {
  const { kind, channel, recipient, state, acceptedAt, dueAt, attempts, lastError } = entry;
  return { kind, channel, recipient, state, at: acceptedAt ?? dueAt, attempts, error: lastError };
}

const pairs = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
