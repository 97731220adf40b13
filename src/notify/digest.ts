import type { Clock } from '../clock.ts';
import type { NewNotification, OutboxStore } from '../store/outbox.ts';
import type { OutboxEntry } from '../store/outbox-row.ts';
import { fill, type Language } from '../text.ts';
import type { Channel } from './channel.ts';
import type { Letter } from './letter.ts';
import { countedSince, limitRate } from './rate.ts';
import { words } from './words.ts';

export interface FloodOptions {
  readonly outbox: OutboxStore;
  readonly channels: ReadonlyMap<string, Channel>;
  /** The one mail that tells of many notifications. */
  readonly digest: (entries: readonly OutboxEntry[]) => Pick<NewNotification, 'subject' | 'payload'>;
  readonly clock: Clock;
}

/** What may be sent of the due entries; what is too much for a recipient becomes a digest in the outbox. */
export function holdFlood(
  due: readonly OutboxEntry[],
  unsent: readonly OutboxEntry[],
  { outbox, channels, clock, digest }: FloodOptions,
): { readonly send: readonly OutboxEntry[]; readonly nextAt: number } {
  const now = clock.now();
  const send: OutboxEntry[] = [];
  let nextAt = Number.POSITIVE_INFINITY;
  for (const entries of Map.groupBy(due, readerOf).values()) {
    const [first] = entries;
    const perHour = first && channels.get(first.channel)?.perHour;
    if (!first || perHour === undefined) {
      send.push(...entries);
      continue;
    }
    const { accepted: lastHour, lastDigestAt } = outbox.recent(first, countedSince(now));
    const digestUnsent = unsent.some((one) => one.kind === 'digest' && readerOf(one) === readerOf(first));
    const rate = limitRate(entries, { perHour, lastHour, lastDigestAt, digestUnsent }, now);
    send.push(...rate.send);
    nextAt = Math.min(nextAt, rate.nextAt ?? nextAt);
    const [held] = rate.fold;
    if (!held) continue;
    const { channel, recipient } = held;
    outbox.fold(rate.fold, digestId(held), { kind: 'digest', channel, recipient, ...digest(rate.fold) }, now);
    // It is in the outbox now, to be found by the next look.
    nextAt = now;
  }
  // The order of writing, whoever reads.
  return { send: send.sort((a, b) => a.id - b.id), nextAt };
}

const readerOf = ({ channel, recipient }: OutboxEntry): string => `${channel} ${recipient}`;

/** Made of the first entry that it tells of: no other digest tells of it. */
const digestId = ({ id, messageId }: OutboxEntry): string => messageId.replace(/^<.*@/, `<digest.${id}@`);

/** The digest of some notifications: each of them is named, by its subject. */
export function digestOf(
  entries: readonly OutboxEntry[],
  { host, language }: { readonly host: string; readonly language: Language },
): { subject: string; payload: string } {
  const kinds = [...Map.groupBy(entries, ({ kind }) => kind)];
  const letter: Letter = {
    lead: [fill(words.digestLead[language], { count: entries.length })],
    sections: kinds.map(([kind, some]) => ({
      title: `${words[kind][language]} (${some.length})`,
      lines: some.map(({ subject }) => subject),
    })),
  };
  const subject = fill(words.digestSubject[language], { host, count: entries.length });
  return { subject, payload: JSON.stringify(letter) };
}
