import { formatDuration } from '../duration.ts';
import type { OutboxEntry } from '../store/outbox-row.ts';
import { fill, type Language, type Text } from '../text.ts';
import type { Diagnosis } from '../triage/diagnosis.ts';
import type { Incident } from '../watch/incident.ts';
import type { Message } from './channel.ts';
import { toHtml } from './html.ts';
import type { Notice } from './notice.ts';
import type { Section } from './section.ts';
import { words } from './words.ts';

export interface MessageContext {
  readonly language: Language;
  /** IANA zone of the reader. */
  readonly timezone: string;
  /** How people reach the ops page; without it the mail prints the ssh command. */
  readonly pageUrl: string | undefined;
  /** Where the page listens on its machine, such as 127.0.0.1:9465. */
  readonly pageAddress: string;
  readonly host: string;
  /** Wall time of this delivery. */
  readonly now: number;
}

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
  entry: Pick<OutboxEntry, 'messageId' | 'subject' | 'attempts' | 'lastError' | 'incidentId'>,
  notice: Notice,
  diagnosis: Diagnosis | 'unfinished' | undefined,
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
    thread: threadOf(entry.messageId, entry.incidentId),
    subject: entry.subject,
    text: toText(lead, sections),
    ...(minimal ? {} : { html: toHtml(lead, sections, context.language) }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': '<alerts.clawdbot-ops>',
      'X-Alert-Name': incident.rule,
      'X-Alert-Severity': incident.severity,
      'X-Alert-State': notice.kind,
      'X-Alert-Incident': `OPS-${incident.id}`,
    },
  };
}

/** The first line, which a mail program shows as preview, and the note of a late mail. */
function leadOf(
  { attempts, lastError }: Pick<OutboxEntry, 'attempts' | 'lastError'>,
  notice: Notice,
  context: MessageContext,
): string[] {
  const { language, now } = context;
  const { incident, at, kind, description, summary } = notice;
  const lead = kind === 'resolved' ? fill(words.over[language], { summary: summary[language] }) : description[language];
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

function factsOf({ kind, incident, value, peak, threshold, flapping }: Notice, context: MessageContext): Section {
  const { language } = context;
  const say = (text: Text, values: Readonly<Record<string, unknown>>): string => fill(text[language], values);
  const { severity, id, openedAt, closedAt } = incident;
  return {
    title: words.facts[language],
    lines: [
      say(words.state, { state: words[kind][language], severity, id }),
      say(words.since, { time: bothTimes(openedAt, context) }),
      ...(closedAt === null
        ? []
        : [
            say(words.until, {
              time: bothTimes(closedAt, context),
              duration: formatDuration(seconds(closedAt - openedAt)),
            }),
          ]),
      ...(threshold === null || closedAt !== null ? [] : [say(words.value, { value, threshold })]),
      ...(closedAt === null || threshold === null ? [] : [say(words.peak, { value, peak })]),
      ...(kind === 'reminder' ? [say(words.reminderNote, { count: incident.reminders })] : []),
      ...(flapping && kind !== 'resolved' ? [words.flapping[language]] : []),
      ...(incident.flaps > 0 ? [say(words.flaps, { count: incident.flaps })] : []),
      ...Object.entries(incident.labels).map(([label, text]) => `${label}: ${text}`),
    ],
  };
}

/** More of them would hide what to do. */
const consequencesShown = 10;

function consequencesOf(incidents: readonly Incident[], { language }: MessageContext): Section {
  const lines = incidents.slice(0, consequencesShown).map(({ id, rule, labels, state }) => {
    const where = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
    return [`OPS-${id}`, words[state][language], rule, ...where].join('  ');
  });
  const more = incidents.length - lines.length;
  return { title: words.consequences[language], lines: more > 0 ? [...lines, `+${more}`] : lines };
}

const seconds = (ms: number): number => Math.max(1000, Math.round(ms / 1000) * 1000);

function samplesOf({ decidedBy }: Notice, context: MessageContext): Section {
  const lines = decidedBy.map(({ at, value }) => `${clockTime(at, context)}  ${value}`);
  return { title: words.samples[context.language], lines };
}

/** A mail that is too long is cut by mail programs; the logs have the whole line. */
const evidenceLines = 8;
const longestLine = 300;

const shortened = (line: string): string => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line);

function triageOf(diagnosis: Diagnosis | 'unfinished' | undefined, { language }: MessageContext): Section[] {
  if (diagnosis === undefined) return [];
  const title = words.cause[language];
  if (diagnosis === 'unfinished') return [{ title, lines: [words.unfinished[language]] }];
  const { verdict } = diagnosis;
  const evidence = verdict.evidence
    .slice(0, evidenceLines)
    .map(({ source, line, text }) => shortened(`${source}${line === null ? '' : `:${line}`}  ${text}`));
  return [
    { title, lines: [verdict.title[language], verdict.explanation[language], ...evidence] },
    ...(verdict.fix.length > 0 ? [{ title: words.fix[language], lines: [], commands: verdict.fix }] : []),
  ];
}

function moreOf({ runbook }: Notice, { language, pageUrl, pageAddress, host }: MessageContext): Section {
  const page = pageUrl
    ? fill(words.page[language], { url: pageUrl })
    : fill(words.tunnel[language], { address: pageAddress, host });
  return { title: words.more[language], lines: [fill(words.runbook[language], { anchor: runbook }), page] };
}

function toText(lead: readonly string[], sections: readonly Section[]): string {
  const parts = sections
    .filter(({ lines, commands = [] }) => lines.length + commands.length > 0)
    .map(({ title, lines, commands = [] }) =>
      [title, ...lines.map((line) => `  ${line}`), ...commands.map((line) => `  $ ${line}`)].join('\n'),
    );
  return `${[lead.join('\n'), ...parts].join('\n\n')}\n`;
}

/** The incident's thread: the same root for each of its mails, whether or not the root was ever sent. */
function threadOf(messageId: string, incidentId: number): string {
  const [, era = '', domain = ''] = /^<inc-\d+\.([^.]+)\..*@(.+)>$/.exec(messageId) ?? [];
  return `<inc-${incidentId}.${era}@${domain}>`;
}

const clockTime = (at: number, { timezone }: MessageContext): string => inZone(at, timezone);

const bothTimes = (at: number, { timezone }: MessageContext): string =>
  timezone === 'UTC' ? `${inZone(at, 'UTC')} UTC` : `${inZone(at, timezone)} ${timezone} (${inZone(at, 'UTC')} UTC)`;

/** `2026-11-24 03:12:00`. */
function inZone(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
}
