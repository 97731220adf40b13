import type { OutboxEntry } from '../store/outbox-row.ts';
import type { Notice } from './notice.ts';

/** A flood is given so long to show its size before it is told in one mail, milliseconds. */
const gatherMs = 60_000;

/** Milliseconds between two digests to one recipient. */
const digestEveryMs = 900_000;

const hourMs = 3_600_000;

/** What one recipient got lately. */
export interface RecentMails {
  /** More than so many in an hour are told in one mail. */
  readonly perHour: number;
  /** Mails accepted within the last hour. */
  readonly lastHour: number;
  /** Wall time of the last digest's writing, milliseconds. */
  readonly lastDigestAt: number | null;
  /** No server has accepted that digest yet: what is later than it waits for it. */
  readonly digestUnsent: boolean;
}

export interface RatePlan {
  readonly send: readonly OutboxEntry[];
  /** What is told in one mail. */
  readonly fold: readonly OutboxEntry[];
  /** When to look again, undefined when nothing is held back. */
  readonly nextAt: number | undefined;
}

/**
 * Decides over the due entries of one recipient. Reports, digests and the first mail of a critical incident always pass;
 * the rest waits for the digest once the hour is full, and while an earlier digest, which may tell of the same incidents,
 * is unsent.
 */
export function limitRate(due: readonly OutboxEntry[], recent: RecentMails, now: number): RatePlan {
  const { perHour, lastHour, lastDigestAt, digestUnsent } = recent;
  if (!digestUnsent && lastHour < perHour) return { send: due, fold: [], nextAt: undefined };
  const send = due.filter(passes);
  const rest = due.filter((entry) => !passes(entry));
  if (rest.length === 0 || digestUnsent) return { send, fold: [], nextAt: undefined };
  const oldest = Math.min(...rest.map(({ createdAt }) => createdAt));
  const digestAt = Math.max(oldest + gatherMs, (lastDigestAt ?? Number.NEGATIVE_INFINITY) + digestEveryMs);
  return now < digestAt ? { send, fold: [], nextAt: digestAt } : { send, fold: rest, nextAt: undefined };
}

/** Since when mails count, for a look at `now`. */
export const countedSince = (now: number): number => now - hourMs;

function passes({ kind, payload, incidentId, lastClass }: OutboxEntry): boolean {
  // What may have arrived is sent again as it was, so that a duplicate can be recognised.
  if (incidentId === null || lastClass === 'unknown') return true;
  if (kind !== 'firing') return false;
  const { incident }: Notice = JSON.parse(payload);
  return incident.severity === 'critical';
}
