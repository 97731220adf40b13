import { formatDuration } from '../../duration.ts';
import type { Incident } from '../../incident.ts';
import { formatValue } from '../../rule.ts';
import { fill, type Language } from '../../text.ts';
import type { Letter } from '../letter.ts';
import type { Section } from '../section.ts';
import { clockTime } from '../times.ts';
import { words as mailWords } from '../words.ts';
import { cut } from './cut.ts';
import type { DailyReport } from './gather.ts';
import type { NoiseSummary } from './noise.ts';
import { words } from './words.ts';

export interface ReportContext {
  readonly language: Language;
  /** IANA zone of the reader. */
  readonly timezone: string;
  readonly host: string;
  /** When a scheduled report was due, where it was written later, milliseconds. */
  readonly dueAt?: number | undefined;
}

/** More would not be read; `ops alerts list` and the page show all. */
const listed = 20;

const oneDay = 86_400_000;

/** The morning report. */
export function renderDaily(report: DailyReport, context: ReportContext): Letter {
  const say = speaker(context);
  const { requests, silentChecks, mails } = report;
  const day = requests && clockTime(requests.countedAt - oneDay, context).slice(0, 10);
  return letter(report, context, [
    section(
      say('now'),
      report.firing.map((one) => incidentLine(one, context)),
      [stateOf(report, context)],
    ),
    section(
      say('incidents'),
      report.incidents.map((one) => incidentLine(one, context)),
      [say('none')],
    ),
    requests
      ? section(say('requests', { day }), [
          say('requestsShare', { ...requests }),
          ...requests.top.map(({ count, client, endpoint, error }) => `${count}  ${client}  ${endpoint}  ${error}`),
        ])
      : section(say('requestsOfYesterday'), [say('requestsUnknown')]),
    section(
      say('certificates'),
      report.certificates.map(({ target, daysLeft: days }) => say('daysLeft', { target, days })),
    ),
    section(
      say('latency'),
      report.latency.map(({ model, last, usual }) =>
        say('latencyLine', { model, last: formatValue(last, 'seconds'), usual: formatValue(usual, 'seconds') }),
      ),
    ),
    section(
      say('disks'),
      report.disks.map(({ mount, freeBytes, totalBytes }) =>
        say('diskLine', { mount, free: formatValue(freeBytes, 'bytes'), total: formatValue(totalBytes, 'bytes') }),
      ),
    ),
    section(say('mails'), [say('mailsLine', { ...mails })]),
    {
      ...section(say('silentChecks'), silentChecks),
      commands: silentChecks.map((check) => `ops check ${check} --explain`),
    },
  ]);
}

/** How noisy the alerts of a month were. */
export function renderNoise(noise: NoiseSummary, context: ReportContext): Letter {
  const say = speaker(context);
  const { alerts, medianToAcknowledge, acknowledged, mailed } = noise;
  const wait = medianToAcknowledge === null ? undefined : formatDuration(seconds(medianToAcknowledge));
  const share = formatValue(mailed === 0 ? 0 : acknowledged / mailed, 'ratio');
  return letter(noise, context, [
    section(
      say('noise'),
      alerts.map((one) => say('noiseLine', { ...one })),
      [say('none')],
    ),
    section(say('people'), [
      say('opened', { ...noise }),
      wait === undefined ? say('notAcknowledged') : say('acknowledged', { share, wait }),
      say('muted', { ...noise }),
      say('mailsSent', { ...noise }),
    ]),
  ]);
}

export const dailySubject = (report: DailyReport, context: ReportContext): string =>
  speaker(context)('subjectDaily', { host: context.host, state: stateOf(report, context) });

export const monthlySubject = ({ from }: NoiseSummary, context: ReportContext): string =>
  speaker(context)('subjectMonthly', { host: context.host, month: clockTime(from, context).slice(0, 7) });

type Say = (word: keyof typeof words, values?: Readonly<Record<string, unknown>>) => string;

const speaker =
  ({ language }: ReportContext): Say =>
  (word, values = {}) =>
    fill(words[word][language], values);

function letter({ from, to }: { from: number; to: number }, context: ReportContext, sections: Section[]): Letter {
  const say = speaker(context);
  const time = (at: number): string => clockTime(at, context).slice(0, 16);
  const period = say('period', { from: time(from), to: `${time(to)} ${context.timezone}` });
  const late = context.dueAt === undefined ? [] : [say('late', { due: time(context.dueAt), now: time(to) })];
  return { lead: [...late, period], sections: sections.filter(({ lines }) => lines.length > 0) };
}

/** A part of 80 columns at most, with what it says when there is nothing to list. */
function section(title: string, lines: readonly string[], otherwise: readonly string[] = []): Section {
  const more = lines.length > listed ? [`+${lines.length - listed}`] : [];
  const all = lines.length === 0 ? otherwise : [...lines.slice(0, listed), ...more];
  return { title, lines: all.map((line) => cut(line, 78)) };
}

const stateOf = ({ firing }: DailyReport, context: ReportContext): string =>
  firing.length === 0 ? speaker(context)('healthy') : speaker(context)('firing', { count: firing.length });

function incidentLine({ id, severity, rule, labels, openedAt, closedAt }: Incident, context: ReportContext): string {
  const say = speaker(context);
  const length =
    closedAt === null ? say('ongoing') : say('lasted', { duration: formatDuration(seconds(closedAt - openedAt)) });
  return [
    `OPS-${id}`,
    mailWords[severity][context.language],
    rule,
    clockTime(openedAt, context).slice(5, 16),
    length,
    ...Object.values(labels),
  ].join('  ');
}

const seconds = (ms: number): number => Math.max(1000, Math.round(ms / 1000) * 1000);
