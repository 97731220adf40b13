import { formatValue } from '../rule.ts';
import type { IncidentStore } from '../store/incidents.ts';
import { fillText } from '../text.ts';
import type { Alert } from './alert-state.ts';
import type { CheckStatus, WatchSnapshot } from './snapshot.ts';

const incidentsShown = 20;

/** The state of a running watch for the page and `ops status`. */
export function snapshotOf(
  checks: readonly CheckStatus[],
  alerts: readonly Alert[],
  incidents: IncidentStore,
  mailing: boolean,
  at: number,
): WatchSnapshot {
  const shown = incidents.list(incidentsShown);
  return {
    at,
    checks,
    mailing,
    incidents: shown,
    acknowledged: incidents.operator.acknowledged(),
    silences: incidents.operator.silences(at),
    mails: incidents.outbox.since(shown.at(-1)?.id ?? 0),
    alerts: alerts.map(({ rule, labels, state, since, value }) => ({
      rule: rule.name,
      severity: rule.severity,
      labels,
      state,
      since,
      value,
      summary: fillText(rule.summary, { ...labels, value: formatValue(value, rule.unit) }),
    })),
  };
}
