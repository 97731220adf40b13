import { setTimeout as wait } from 'node:timers/promises';
import type { ActiveRule } from '../rule.ts';
import type { NewNotification } from '../store/outbox.ts';
import type { OutboxEntry } from '../store/outbox-row.ts';
import type { Log } from '../telemetry/log.ts';
import type { Diagnosis } from '../triage/diagnosis.ts';
import type { Incident, IncidentEvent } from '../watch/incident.ts';
import { type Channel, type Message, recipientsOf } from './channel.ts';
import { type MessageContext, renderMessage } from './message.ts';
import { type Notice, noticeOf, subjectOf } from './notice.ts';

/** How long a mail waits for triage, milliseconds. */
const triageMs = 5000;

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
  readonly diagnose: (() => Promise<Diagnosis>) | undefined;
  /** The incidents that one explains, as they are when its mail is sent. */
  readonly consequences: (incidentId: number) => readonly Incident[];
  readonly log: Log;
}

/** Renders an outbox entry when it is sent. Triage is asked for what fires, and is given 5 s. */
export async function renderEntry(entry: OutboxEntry, minimal: boolean, options: RenderOptions): Promise<Message> {
  const notice: Notice = JSON.parse(entry.payload);
  const diagnosis = notice.kind === 'firing' && !minimal ? await diagnoseInTime(options) : undefined;
  return renderMessage(entry, notice, diagnosis, options.context(), {
    minimal,
    consequences: entry.incidentId === null ? [] : options.consequences(entry.incidentId),
  });
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
