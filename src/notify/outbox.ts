import type { OutboxEntry } from '../store/outbox-row.ts';
import type { DeliveryResult } from './channel.ts';

export interface Backoff {
  /** Milliseconds before the second attempt; doubled at each further one. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Wrong passwords are tried slowly, or the server locks the account. */
  readonly configurationMs: number;
}

export const usualBackoff: Backoff = { firstMs: 2000, longestMs: 300_000, configurationMs: 300_000 };

export type OutboxEvent =
  | { readonly kind: 'attempt' }
  | { readonly kind: 'result'; readonly result: DeliveryResult; readonly random: number }
  | { readonly kind: 'coalesce' };

/** pending → sending → accepted | dead, or back to pending with a later due time. Transient failures have no end. */
export function step(entry: OutboxEntry, event: OutboxEvent, now: number, backoff: Backoff): OutboxEntry {
  switch (event.kind) {
    case 'attempt':
      return { ...entry, state: 'sending', attempts: entry.attempts + 1 };
    case 'coalesce':
      return { ...entry, state: 'coalesced' };
    case 'result':
      return conclude(entry, event.result, event.random, now, backoff);
  }
}

function conclude(
  entry: OutboxEntry,
  result: DeliveryResult,
  random: number,
  now: number,
  backoff: Backoff,
): OutboxEntry {
  if (result.kind === 'accepted') return { ...entry, state: 'accepted', acceptedAt: now, response: result.response };
  const failed = { ...entry, lastError: result.reason, lastClass: result.class };
  // A refused text is tried once more in its minimal form.
  const hopeless = result.class === 'permanent' || (result.class === 'content' && entry.lastClass === 'content');
  if (hopeless) return { ...failed, state: 'dead' };
  return { ...failed, state: 'pending', dueAt: now + waitMs(entry, result.class, random, backoff) };
}

/** Exponential with ±20 % of jitter, `random` in [0, 1). */
function waitMs({ attempts }: OutboxEntry, failure: string, random: number, backoff: Backoff): number {
  if (failure === 'configuration') return backoff.configurationMs;
  const plain = Math.min(backoff.firstMs * 2 ** Math.min(attempts - 1, 30), backoff.longestMs);
  return Math.round(plain * (0.8 + 0.4 * random));
}

const threadKey = ({ incidentId, channel, recipient }: OutboxEntry): string =>
  [incidentId, channel, recipient].join(' ');

/** What to do now: `send` in order per incident and recipient, and the firings that a pending resolution makes needless. */
export interface Plan {
  readonly send: readonly OutboxEntry[];
  readonly coalesce: readonly OutboxEntry[];
  /** When the next entry becomes due, undefined when none waits. */
  readonly nextAt: number | undefined;
}

/**
 * Plans over all unsent entries. Fired and resolved while nothing could be delivered becomes one mail that tells both,
 * never none. What is not `ready` yet waits without a due time; whoever makes it ready looks at the outbox again.
 */
export function plan(
  unsent: readonly OutboxEntry[],
  now: number,
  backoff: Backoff,
  ready: (entry: OutboxEntry) => boolean = () => true,
): Plan {
  const threads = Map.groupBy(unsent, threadKey);
  const heads: OutboxEntry[] = [];
  const coalesce: OutboxEntry[] = [];
  for (const entries of threads.values()) {
    const resolution = entries.findIndex(({ kind }) => kind === 'resolved');
    coalesce.push(...entries.slice(0, Math.max(0, resolution)));
    // While the first mail waits, a reminder adds nothing.
    if (resolution < 0) coalesce.push(...entries.slice(1).filter(({ kind }) => kind === 'reminder'));
    const head = entries[Math.max(0, resolution)];
    if (head) heads.push(head);
  }
  const due = (entry: OutboxEntry): boolean =>
    // A clock that was set back must not make a mail wait longer than the longest pause.
    entry.dueAt <= now || entry.dueAt - now > Math.max(backoff.longestMs, backoff.configurationMs) * 1.2;
  const waiting = heads.filter((entry) => !due(entry)).map(({ dueAt }) => dueAt);
  return {
    send: heads.filter((entry) => due(entry) && ready(entry)),
    coalesce,
    nextAt: waiting.length > 0 ? Math.min(...waiting) : undefined,
  };
}
