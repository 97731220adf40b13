import type { Incident, IncidentEvent } from '../incident.ts';
import { type ActiveRule, formatValue } from '../rule.ts';
import { fillText, type Language, type Text } from '../text.ts';
import { sparkline } from './sparkline.ts';

/** All that a mail tells of an event, written with it: the rule may be another one when the mail is sent at last. */
export interface Notice {
  readonly kind: IncidentEvent['kind'];
  readonly at: number;
  readonly incident: Incident;
  readonly decidedBy: readonly { readonly at: number; readonly value: string }[];
  /** Those samples as block characters, with their least and greatest; absent where there are fewer than two. */
  readonly spark?: { readonly blocks: string; readonly least: string; readonly greatest: string };
  /** Filled with the value at which the incident fired, so that the subject never changes. */
  readonly summary: Text;
  readonly description: Text;
  readonly value: string;
  readonly peak: string;
  readonly flapping: boolean;
  readonly threshold: string | null;
  readonly commands: readonly string[];
  readonly runbook: string;
}

/** The notice of an event. */
export function noticeOf({ kind, at, incident, decidedBy, flapping = false }: IncidentEvent, rule: ActiveRule): Notice {
  const written = (value: number): string => formatValue(value, rule.unit);
  const threshold = rule.threshold === null ? null : written(rule.threshold);
  const values = { ...incident.labels, value: written(incident.value), threshold };
  return {
    kind,
    at,
    flapping,
    incident,
    decidedBy: decidedBy.slice(-samplesListed).map((point) => ({ at: point.at, value: written(point.value) })),
    ...(decidedBy.length < 2
      ? {}
      : {
          spark: sparkOf(
            decidedBy.map(({ value }) => value),
            written,
          ),
        }),
    summary: fillText(rule.summary, values),
    description: fillText(rule.description, values),
    value: written(incident.value),
    peak: written(incident.peak),
    threshold,
    commands: rule.commands.map((command) => fillText({ en: command, zh: command }, values).en),
    runbook: rule.runbook,
  };
}

/** The latest are enough in figures; the sparkline shows all. */
const samplesListed = 5;

const sparkOf = (values: readonly number[], written: (value: number) => string) => ({
  blocks: sparkline(values),
  least: written(Math.min(...values)),
  greatest: written(Math.max(...values)),
});

export const marks = { critical: 'CRIT', warning: 'WARN', info: 'INFO' } as const;

/** `[CRIT] … – host (OPS-12)`; the part after the mark is the same over an incident, or mail programs split the thread. */
export function subjectOf({ kind, incident, summary }: Notice, host: string, language: Language): string {
  const mark = kind === 'resolved' ? 'OK' : marks[incident.severity];
  // A line break in a label must not become a header of its own.
  return `[${mark}] ${summary[language]} – ${host} (OPS-${incident.id})`.replace(/[\r\n]+/g, ' ');
}
