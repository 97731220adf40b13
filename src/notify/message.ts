import { formatDuration } from '../duration.ts';
import type { Incident } from '../incident.ts';
import type { OutboxEntry } from '../store/outbox-row.ts';
import { fill, type Language } from '../text.ts';
import type { Message } from './channel.ts';
import type { MessageContext } from './context.ts';
import { type Tone, toHtml } from './html.ts';
import type { Notice } from './notice.ts';
import { consequencesOf, factsOf, moreOf, samplesOf, seconds, triageOf } from './sections.ts';
import { toText } from './text-form.ts';
import { clockTime } from './times.ts';
import type { WalkOutcome } from './walk.ts';
import { words } from './words.ts';

export interface Extent {
  /** Without samples, triage and HTML: for a server that refused the whole text. */
  readonly minimal?: boolean;
  readonly consequences?: readonly Incident[];
}

/**
 * The mail of one outbox entry. `diagnosis` is absent when triage was not asked, `'unfinished'` when it took too long.
 * A delivery more than a minute after the event, or after a failed attempt, says so.
 */
export function renderMessage(
  entry: Pick<OutboxEntry, 'kind' | 'messageId' | 'subject' | 'attempts' | 'lastError'>,
  notice: Notice,
  diagnosis: WalkOutcome | undefined,
  context: MessageContext,
  { minimal = false, consequences = [] }: Extent = {},
): Message {
  const { incident } = notice;
  const lead = leadOf(entry, notice, context);
  const sections = [
    factsOf(notice, context),
    consequencesOf(consequences, context),
    ...(minimal ? [] : [samplesOf(notice, context), ...triageOf(diagnosis, context)]),
    { title: words.first[context.language], lines: [], commands: notice.commands },
    moreOf(notice, context),
  ];
  return {
    messageId: entry.messageId,
    thread: threadOf(entry.messageId),
    subject: entry.subject,
    text: toText(lead, sections),
    owesTriage: diagnosis === 'unfinished',
    ...(minimal ? {} : { html: toHtml(lead, sections, context.language, toneOf(notice)) }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': '<alerts.clawdbot-ops>',
      'X-Alert-Name': incident.rule,
      'X-Alert-Severity': incident.severity,
      'X-Alert-State': entry.kind,
      'X-Alert-Incident': `OPS-${incident.id}`,
    },
  };
}

/** The first line, which a mail program shows as preview, and the note of a late mail. */
function leadOf(
  { kind: told, attempts, lastError }: Pick<OutboxEntry, 'kind' | 'attempts' | 'lastError'>,
  notice: Notice,
  context: MessageContext,
): string[] {
  const { language, now } = context;
  const { incident, at, kind, description, summary } = notice;
  if (told === 'triage') return [fill(words.triageEnded[language], { summary: summary[language] })];
  const lead = kind === 'resolved' ? overOf(notice, language) : description[language];
  const late = now - at > 60_000 || attempts > 1 || lastError !== null;
  if (!late) return [lead];
  const resolved =
    incident.closedAt === null
      ? ''
      : fill(words.lateResolved[language], { time: clockTime(incident.closedAt, context) });
  const values = { fired: clockTime(incident.openedAt, context), resolved, now: clockTime(now, context) };
  const reason = lastError ?? words.busy[language];
  return [fill(words.late[language], { ...values, reason }), lead];
}

function overOf({ incident, at, summary, peak, threshold }: Notice, language: Language): string {
  const duration = formatDuration(seconds((incident.closedAt ?? at) - incident.openedAt));
  const sentence = threshold === null ? words.over : words.overPeak;
  return fill(sentence[language], { duration, peak, summary: summary[language] });
}

const toneOf = ({ kind, incident: { severity } }: Notice): Tone =>
  kind === 'resolved' ? 'resolved' : severity === 'info' ? 'plain' : severity;

/** The incident's thread: the same root for each of its mails, whether or not the root was ever sent. */
const threadOf = (messageId: string): string => messageId.replace(/^<(inc-\d+\.[^.]+)\..*@/, '<$1@');
