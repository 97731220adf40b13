import type { Incident, IncidentEvent } from '../incident.ts';
import type { ActiveRule } from '../rule.ts';
import type { NewNotification } from '../store/outbox.ts';
import type { OutboxEntry } from '../store/outbox-row.ts';
import { type Channel, type Message, recipientsOf } from './channel.ts';
import type { MessageContext } from './context.ts';
import { renderLetter } from './letter.ts';
import { renderMessage } from './message.ts';
import { type Notice, noticeOf, subjectOf } from './notice.ts';
import type { Walks } from './walk.ts';

/** Rows for the outbox, one per recipient. */
export function announcements(
  event: IncidentEvent,
  rule: ActiveRule,
  channels: ReadonlyMap<string, Channel>,
  options: Pick<MessageContext, 'host' | 'language'> & { readonly groupWaitMs: number },
): NewNotification[] {
  const { host, language, groupWaitMs } = options;
  const notice = noticeOf(event, rule);
  const delayMs = event.kind === 'firing' && event.incident.severity === 'warning' ? groupWaitMs : 0;
  const told = {
    kind: event.kind,
    subject: subjectOf(notice, host, language),
    payload: JSON.stringify(notice),
    delayMs,
  };
  return recipientsOf(channels).map((to) => ({ ...told, ...to }));
}

export interface RenderOptions {
  readonly context: () => MessageContext;
  readonly walks: Walks | undefined;
  /** The incidents that one explains, as they are when its mail is sent. */
  readonly consequences: (incidentId: number) => readonly Incident[];
}

/** Renders an outbox entry when it is sent. Triage is asked for what fires; what it finds too late follows. */
export async function renderEntry(entry: OutboxEntry, minimal: boolean, options: RenderOptions): Promise<Message> {
  if (entry.incidentId === null) return renderLetter(entry, JSON.parse(entry.payload), options.context().language);
  const notice: Notice = JSON.parse(entry.payload);
  const asked = entry.kind === 'triage' || (entry.kind === 'firing' && !minimal);
  const outcome = asked ? await options.walks?.outcome(notice.at) : undefined;
  return renderMessage(entry, notice, outcome, options.context(), {
    minimal: minimal && entry.kind !== 'triage',
    consequences: options.consequences(entry.incidentId),
  });
}

/** A mail of its own about triage is ready when the walk has ended; where nobody can walk any more, it says so. */
export function isReady({ kind, payload }: OutboxEntry, walks: Walks | undefined): boolean {
  if (kind !== 'triage' || !walks) return true;
  const { at }: Notice = JSON.parse(payload);
  return walks.ended(at);
}
