import { formatDuration } from '../duration.ts';
import type { Incident } from '../incident.ts';
import { fill, type Text } from '../text.ts';
import { nearestBox } from '../triage/diagnosis.ts';
import type { MessageContext } from './context.ts';
import type { Notice } from './notice.ts';
import type { Section } from './section.ts';
import { bothTimes, clockTime } from './times.ts';
import type { WalkOutcome } from './walk.ts';
import { words } from './words.ts';

export function factsOf(
  { kind, incident, value, peak, threshold, flapping }: Notice,
  context: MessageContext,
): Section {
  const { language } = context;
  const say = (text: Text, values: Readonly<Record<string, unknown>>): string => fill(text[language], values);
  const { severity, id, openedAt, closedAt } = incident;
  return {
    title: words.facts[language],
    lines: [
      say(words.state, { state: words[kind][language], severity: words[severity][language], id }),
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

export function consequencesOf(incidents: readonly Incident[], { language }: MessageContext): Section {
  const lines = incidents.slice(0, consequencesShown).map(({ id, rule, labels, state }) => {
    const where = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
    return [`OPS-${id}`, words[state][language], rule, ...where].join('  ');
  });
  const more = incidents.length - lines.length;
  return { title: words.consequences[language], lines: more > 0 ? [...lines, `+${more}`] : lines };
}

export const seconds = (ms: number): number => Math.max(1000, Math.round(ms / 1000) * 1000);

export function samplesOf({ decidedBy, spark }: Notice, context: MessageContext): Section {
  const { language } = context;
  const lines = decidedBy.map(({ at, value }) => `${clockTime(at, context)}  ${value}`);
  const figure = spark && { blocks: spark.blocks, label: fill(words.range[language], spark) };
  return { title: words.samples[language], figure, lines };
}

/** A mail that is too long is cut by mail programs; the logs have the whole line. */
const evidenceLines = 8;
const longestLine = 300;

const shortened = (line: string): string => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line);

export function triageOf(diagnosis: WalkOutcome | undefined, { language }: MessageContext): Section[] {
  if (diagnosis === undefined) return [];
  const title = words.cause[language];
  if (diagnosis === 'unfinished' || diagnosis === 'failed') return [{ title, lines: [words[diagnosis][language]] }];
  const { verdict } = diagnosis;
  const nearest = nearestBox(verdict);
  const evidence = verdict.evidence
    .slice(0, evidenceLines)
    .map(({ source, line, text }) => shortened(`${source}${line === null ? '' : `:${line}`}  ${text}`));
  return [
    {
      title,
      lines: [
        verdict.title[language],
        verdict.explanation[language],
        ...(nearest ? [nearest[language]] : []),
        ...evidence,
      ],
    },
    ...(verdict.fix.length > 0 ? [{ title: words.fix[language], lines: [], commands: verdict.fix }] : []),
  ];
}

export function moreOf(
  { runbook, incident }: Notice,
  { language, pageUrl, pageAddress, host }: MessageContext,
): Section {
  const part = `/#incident-${incident.id}`;
  const page = pageUrl
    ? fill(words.page[language], { url: `${pageUrl.replace(/\/+$/, '')}${part}` })
    : fill(words.tunnel[language], { address: pageAddress, host, part });
  return { title: words.more[language], lines: [fill(words.runbook[language], { anchor: runbook }), page] };
}
