import type { OutboxEntry } from '../store/outbox-row.ts';
import type { Language } from '../text.ts';
import type { Message } from './channel.ts';
import { toHtml } from './html.ts';
import type { Section } from './section.ts';
import { toText } from './text-form.ts';

/** A mail about no single incident, written in full when it goes into the outbox. */
export interface Letter {
  readonly lead: readonly string[];
  readonly sections: readonly Section[];
}

/** Mail programs cut what is much longer, bytes; the text has all of it. */
const largestHtml = 20_000;

/** The mail of a letter, the root of its own thread. */
export function renderLetter(entry: OutboxEntry, { lead, sections }: Letter, language: Language): Message {
  const html = toHtml(lead, sections, language);
  return {
    messageId: entry.messageId,
    thread: entry.messageId,
    subject: entry.subject,
    text: toText(lead, sections),
    ...(Buffer.byteLength(html) > largestHtml ? {} : { html }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': '<alerts.clawdbot-ops>',
      'X-Alert-State': entry.kind,
    },
  };
}
