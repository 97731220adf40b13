import { backendUp } from '../catalogue/gateway.ts';
import type { Metric } from '../catalogue/metric.ts';
import { httpUp } from '../catalogue/watch.ts';
import { type Expression, minimum, select } from '../expression/ast.ts';
import type { Language, Text } from '../text.ts';
import type { AlertStatus, CheckStatus } from '../watch/snapshot.ts';
import type { PageSource } from './source.ts';
import { pageTexts } from './texts.ts';

type PartState = 'up' | 'down' | 'unknown';

export interface PageState {
  readonly at: number;
  readonly verdict: 'good' | 'bad' | 'unknown';
  readonly parts: readonly { name: string; state: PartState; detail: string }[];
  readonly alerts: readonly (Omit<AlertStatus, 'summary'> & { summary: string })[];
  readonly incidents: readonly {
    id: number;
    rule: string;
    severity: string;
    state: string;
    openedAt: number;
    closedAt: number | null;
  }[];
  readonly mailing: boolean;
  readonly pendingMails: number;
  readonly texts: Readonly<Record<keyof typeof pageTexts, string>>;
}

const shownIncidents = 10;

/** Parts of the chat's path that have a value of their own; each is up while its expression is above 0. */
const measured: readonly { name: string; check: string; expression: Expression }[] = [
  { name: 'Clawdbot', check: 'ui-health', expression: up(httpUp, { check: 'ui-health' }) },
  { name: 'Gateway', check: 'gateway', expression: up(httpUp, { check: 'gateway' }) },
  { name: 'Ollama', check: 'gateway', expression: up(backendUp, {}) },
];

function up(metric: Metric, where: Readonly<Record<string, string>>): Expression {
  return minimum(select(metric, where));
}

/** Everything the page shows apart from its charts, in one language. */
export function pageState(source: PageSource, language: Language): PageState {
  const { at, checks, alerts, incidents, mailing, pendingMails } = source.snapshot();
  const byName = new Map(checks.map((check) => [check.name, check]));
  const parts = [
    ...measured.map(({ name, check, expression }) => measuredPart(source, at, name, byName.get(check), expression)),
    ...checks
      .filter(({ name }) => !measured.some(({ check }) => check === name))
      .map((check) => ({ name: check.name, state: checkState(check), detail: check.reason ?? '' })),
  ];
  const verdict = alerts.some(({ state, severity }) => state === 'firing' && severity !== 'info')
    ? 'bad'
    : parts.some(({ state }) => state !== 'up')
      ? 'unknown'
      : 'good';
  return {
    at,
    verdict,
    parts,
    alerts: alerts.map((alert) => ({ ...alert, summary: alert.summary[language] })),
    incidents: incidents
      .slice(0, shownIncidents)
      .map(({ id, rule, severity, state, openedAt, closedAt }) => ({ id, rule, severity, state, openedAt, closedAt })),
    mailing,
    pendingMails,
    texts: translated(pageTexts, language),
  };
}

function measuredPart(
  source: PageSource,
  at: number,
  name: string,
  check: CheckStatus | undefined,
  expression: Expression,
): PageState['parts'][number] {
  const value = source.series(expression, at, at, 1)[0]?.points.at(-1)?.value;
  const state: PartState = value === undefined ? 'unknown' : value > 0 ? 'up' : 'down';
  return { name, state, detail: state === 'up' ? '' : (check?.reason ?? '') };
}

function checkState({ state }: CheckStatus): PartState {
  if (state === 'never-ran') return 'unknown';
  return state === 'ok' ? 'up' : 'down';
}

function translated<Key extends string>(texts: Readonly<Record<Key, Text>>, language: Language): Record<Key, string> {
  const entries = Object.entries<Text>(texts).map(([key, text]) => [key, text[language]]);
  return Object.fromEntries(entries) as Record<Key, string>;
}
