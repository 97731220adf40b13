import { setTimeout as wait } from 'node:timers/promises';
import type { ActiveRule } from '../rule.ts';
import type { NewNotification } from '../store/incidents.ts';
import type { OutboxEntry } from '../store/outbox.ts';
import type { Log } from '../telemetry/log.ts';
import type { Diagnosis } from '../triage/diagnosis.ts';
import type { IncidentEvent } from '../watch/incident.ts';
import type { Channel, Message } from './channel.ts';
import { type MessageContext, renderMessage } from './message.ts';
import { type Notice, noticeOf, subjectOf } from './notice.ts';

/** How long a mail waits for triage, milliseconds. */
const triageMs = 5000;

/** Rows for the outbox, one per channel. Info stands in the morning report and is not mailed. */
export function announcements(
  event: IncidentEvent,
  rule: ActiveRule,
  channels: ReadonlyMap<string, Channel>,
  { host, language }: Pick<MessageContext, 'host' | 'language'>,
): NewNotification[] {
  if (event.incident.severity === 'info') return [];
  const notice = noticeOf(event, rule);
  return [...channels].map(([channel, { recipient }]) => ({
    kind: event.kind,
    channel,
    recipient,
    subject: subjectOf(notice, host, language),
    payload: JSON.stringify(notice),
  }));
}

export interface RenderOptions {
  readonly context: () => MessageContext;
  readonly diagnose: (() => Promise<Diagnosis>) | undefined;
  readonly log: Log;
}

/** Renders an outbox entry when it is sent. Triage is asked for what fires, and is given 5 s. */
export async function renderEntry(entry: OutboxEntry, minimal: boolean, options: RenderOptions): Promise<Message> {
  const notice: Notice = JSON.parse(entry.payload);
  const diagnosis = notice.kind === 'firing' && !minimal ? await diagnoseInTime(options) : undefined;
  return renderMessage(entry, notice, diagnosis, options.context(), minimal);
}

async function diagnoseInTime({ diagnose, log }: RenderOptions): Promise<Diagnosis | 'unfinished' | undefined> {
  if (!diagnose) return undefined;
  const end = new AbortController();
  try {
    const late = wait(triageMs, 'unfinished' as const, { signal: end.signal });
    late.catch(() => undefined);
    return await Promise.race([diagnose(), late]);
  } catch (error) {
    log.warn({ err: error }, 'triage failed; the mail goes without it');
    return 'unfinished';
  } finally {
    end.abort();
  }
}
