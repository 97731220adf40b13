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

/** The mail of a letter, the root of its own thread. */
export function renderLetter(entry: OutboxEntry, { lead, sections }: Letter, language: Language): Message {
  return {
    messageId: entry.messageId,
    thread: entry.messageId,
    subject: entry.subject,
    text: toText(lead, sections),
    html: toHtml(lead, sections, language),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': '<alerts.clawdbot-ops>',
      'X-Alert-State': entry.kind,
    },
  };
}
