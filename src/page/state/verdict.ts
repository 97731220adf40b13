import { labelKey } from '../../expression/series.ts';
import type { Incident } from '../../incident.ts';
import { fill, type Language } from '../../text.ts';
import { nearestBox } from '../../triage/diagnosis.ts';
import type { AlertStatus, CheckStatus } from '../../watch/snapshot.ts';
import type { Looked } from '../lookout.ts';
import { pageTexts } from '../texts.ts';
import type { PathInput } from './path.ts';

export interface VerdictView {
  /** `bad`: users are hurt; `warn`: somebody has to look; `unknown`: not everything can be seen. */
  readonly state: 'good' | 'warn' | 'bad' | 'unknown';
  readonly text: string;
  /** Wall time in milliseconds; null for a state without a beginning. */
  readonly since: number | null;
  readonly incident: number | null;
  /** What triage found, where it found something: its sentence and what to run. */
  readonly cause: {
    title: string;
    explanation: string;
    /** Where the flowchart has no box of its own for it. */
    nearest: string | null;
    fix: readonly string[];
  } | null;
}

interface VerdictInput extends Pick<PathInput, 'boxOfRule' | 'looked' | 'language'> {
  readonly alerts: readonly AlertStatus[];
  readonly incidents: readonly Incident[];
  readonly checks: readonly CheckStatus[];
}

/** Rules outside the boxes that say that users get no answer. */
const hurting = new Set(['UiDown', 'GatewayDown', 'GatewayErrors']);

/** The one sentence that stands first: what explains the others, the gravest and oldest of them. */
export function verdictOf({ alerts, incidents, checks, boxOfRule, looked, language }: VerdictInput): VerdictView {
  const cause = causeOf(looked, language);
  const [worst] = alerts
    .filter(({ state, severity }) => state === 'firing' && severity !== 'info')
    .map((alert) => ({ alert, incident: incidentOf(alert, incidents) }))
    .sort((a, b) => rank(a) - rank(b) || a.alert.since - b.alert.since);
  if (worst) {
    const { alert, incident } = worst;
    const stuck = alert.severity === 'critical' && (hurting.has(alert.rule) || boxOfRule.has(alert.rule));
    const template = stuck ? pageTexts.verdictBad : pageTexts.verdictWarn;
    const text = fill(template[language], { summary: alert.summary[language] });
    return { state: stuck ? 'bad' : 'warn', text, since: alert.since, incident: incident?.id ?? null, cause };
  }
  const none = { since: null, incident: null };
  const blind = checks.filter(({ state }) => state !== 'ok').map(({ name }) => name);
  if (cause) return { ...none, state: 'warn', text: fill(pageTexts.verdictFound[language], cause), cause };
  if (blind.length === 0) return { ...none, state: 'good', text: pageTexts.verdictGood[language], cause };
  const text = fill(pageTexts.verdictUnknown[language], { checks: blind.join(', ') });
  return { ...none, state: 'unknown', text, cause };
}

const severityRank = { critical: 0, warning: 1, info: 2 } as const;

function rank({ alert, incident }: { alert: AlertStatus; incident: Incident | undefined }): number {
  return severityRank[alert.severity] + (incident === undefined || incident.rootId === null ? 0 : 3);
}

function incidentOf({ rule, labels }: AlertStatus, incidents: readonly Incident[]): Incident | undefined {
  const key = labelKey(labels);
  return incidents.find((one) => one.state === 'firing' && one.rule === rule && labelKey(one.labels) === key);
}

function causeOf(looked: Looked | undefined, language: Language): VerdictView['cause'] {
  const verdict = looked?.diagnosis.verdict;
  if (!verdict || verdict.step === 0 || verdict.cause === 'unknown') return null;
  const { title, explanation, fix } = verdict;
  const nearest = nearestBox(verdict)?.[language] ?? null;
  return { title: title[language], explanation: explanation[language], nearest, fix };
}
