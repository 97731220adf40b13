import { loadRuleGroups } from '../rule.ts';
import type { Language, Text } from '../text.ts';
import type { StepNumber } from '../triage/diagnosis.ts';
import type { AlertStatus } from '../watch/snapshot.ts';
import type { Looked } from './lookout.ts';
import type { PageSource } from './source.ts';
import {
  type IncidentView,
  incidentsOf,
  type SilenceView,
  silencesOf,
  type WaitingMail,
  waitingMails,
} from './state/incidents.ts';
import {
  type CertificateView,
  certificatesOf,
  type ModelView,
  modelsOf,
  type ScheduleView,
  scheduleOf,
} from './state/machine.ts';
import { type BoxView, boxOfGroup, pathOf } from './state/path.ts';
import { type VerdictView, verdictOf } from './state/verdict.ts';
import { pageTexts } from './texts.ts';

/** Everything the page shows apart from its charts, in one language. Times are wall time in milliseconds. */
export interface PageState {
  readonly at: number;
  readonly language: Language;
  readonly verdict: VerdictView;
  readonly path: readonly BoxView[];
  readonly alerts: readonly (Omit<AlertStatus, 'summary' | 'value'> & { summary: string })[];
  readonly incidents: readonly IncidentView[];
  readonly silences: readonly SilenceView[];
  readonly models: readonly ModelView[];
  readonly certificates: readonly CertificateView[];
  readonly schedule: readonly ScheduleView[];
  readonly mailing: boolean;
  readonly waitingMails: readonly WaitingMail[];
  readonly texts: Readonly<Record<keyof typeof pageTexts, string>>;
}

/** Which box the rules speak of, from the groups that they are declared in. */
export async function boxesOfRules(): Promise<ReadonlyMap<string, StepNumber>> {
  const groups = await loadRuleGroups();
  return new Map(
    groups.flatMap(({ name, rules }) => {
      const step = boxOfGroup[name];
      return step === undefined ? [] : rules.map((rule) => [rule.name, step] as const);
    }),
  );
}

export function pageState(
  source: PageSource,
  boxOfRule: ReadonlyMap<string, StepNumber>,
  looked: Looked | undefined,
  language: Language,
): PageState {
  const snapshot = source.snapshot();
  const { at, checks, alerts, incidents, mailing } = snapshot;
  const told = { alerts, boxOfRule, looked, language };
  return {
    at,
    language,
    verdict: verdictOf({ ...told, incidents, checks }),
    path: pathOf({ ...told, source, at }),
    alerts: alerts.map(({ value: _, summary, ...alert }) => ({ ...alert, summary: summary[language] })),
    incidents: incidentsOf(snapshot),
    silences: silencesOf(snapshot),
    models: modelsOf(source, at),
    certificates: certificatesOf(source, at, language),
    schedule: scheduleOf(source, checks, at),
    mailing,
    waitingMails: waitingMails(snapshot),
    texts: translated(pageTexts, language),
  };
}

function translated<Key extends string>(texts: Readonly<Record<Key, Text>>, language: Language): Record<Key, string> {
  const entries = Object.entries<Text>(texts).map(([key, text]) => [key, text[language]]);
  return Object.fromEntries(entries) as Record<Key, string>;
}
