import { selectorsOf } from '../expression/ast.ts';
import { evaluate } from '../expression/evaluate.ts';
import type { Point, SeriesReader } from '../expression/series.ts';
import type { Incident } from '../incident.ts';
import type { IncidentStore } from '../store/incidents.ts';
import { type Alert, type AlertState, alertKey, step } from './alert-state.ts';
import { judge, type Verdict } from './evaluate.ts';
import { createLifecycle, type LifecycleOptions } from './lifecycle.ts';
import type { CheckStatus } from './snapshot.ts';

export interface AlertingOptions extends Omit<LifecycleOptions, 'decidedBy'> {
  readonly samples: SeriesReader;
  /** Distance of evaluations, milliseconds: at these moments the deciding samples are shown. */
  readonly everyMs: number;
  /** Wall time of the start, milliseconds. */
  readonly startedAt: number;
  /** False when watch was away for long: alerts that were pending then begin again. */
  readonly keepPending: boolean;
}

export interface Alerting {
  /** Evaluates every rule; true when something was announced. */
  tick(now: number, checks: readonly CheckStatus[]): boolean;
  alerts(): readonly Alert[];
  verdicts(): readonly Verdict[];
}

const samplesShown = 20;

/** Carries the alerts over time: rules × samples → verdicts → alert states → incidents with their notifications. */
export function createAlerting(options: AlertingOptions): Alerting {
  const { samples, incidents } = options;
  const open = new Map<string, Incident>();
  let state = restore(options, open);
  let saved = pendingKeys(state);
  let verdicts: readonly Verdict[] = [];

  const lifecycle = createLifecycle(
    { ...options, decidedBy: (alert, now) => decidingPoints(options, alert, now) },
    open,
    options.startedAt,
  );

  return {
    alerts: () => [...state.values()],
    verdicts: () => verdicts,
    tick(now, checks) {
      verdicts = judge(options.rules(), samples, checks, now);
      const { state: next, effects } = step(state, verdicts, now);
      // On a full disk the alerts go on all the same: what fires then is told from memory.
      state = next;
      const announced = lifecycle.follow(effects, next, now);
      if (pendingKeys(next) !== saved) savePending(incidents, next);
      saved = pendingKeys(next);
      return announced;
    },
  };
}

/** What the last watch left: open incidents fire on without a second mail, pending ones keep their start. */
function restore({ rules, incidents, keepPending }: AlertingOptions, open: Map<string, Incident>): AlertState {
  const state = new Map<string, Alert>();
  const byName = new Map(rules().map((rule) => [rule.name, rule]));
  for (const { rule: name, labels, since } of keepPending ? incidents.pending() : []) {
    const rule = byName.get(name);
    if (rule) state.set(alertKey(name, labels), { rule, labels, state: 'pending', since, value: Number.NaN });
  }
  for (const incident of incidents.firing()) {
    const { rule: name, labels, openedAt: since, value } = incident;
    const rule = byName.get(name);
    const key = alertKey(name, labels);
    open.set(key, incident);
    if (rule) state.set(key, { rule, labels, state: 'firing', since, value });
  }
  return state;
}

const pendingOf = (state: AlertState): Alert[] => [...state.values()].filter((alert) => alert.state === 'pending');

const pendingKeys = (state: AlertState): string =>
  pendingOf(state)
    .map(({ rule, labels, since }) => alertKey(rule.name, labels) + since)
    .join();

function savePending(incidents: IncidentStore, state: AlertState): void {
  incidents.savePending(pendingOf(state).map(({ rule, labels, since }) => ({ rule: rule.name, labels, since })));
}

/** The measured side of the rule at the last evaluations, so that the mail's numbers are those that decided. */
function decidingPoints(
  { samples, everyMs }: AlertingOptions,
  { rule, labels }: Pick<Alert, 'rule' | 'labels'>,
  now: number,
): Point[] {
  const measured = rule.expression.kind === 'compare' ? rule.expression.left : rule.expression;
  const key = alertKey('', labels);
  const times = Array.from({ length: samplesShown }, (_, index) => now - (samplesShown - 1 - index) * everyMs);
  if (selectorsOf(measured).length === 0) return [];
  return times.flatMap((at): Point[] => {
    const found = evaluate(measured, samples, at).find((element) => alertKey('', element.labels) === key);
    return found ? [{ at, value: found.value }] : [];
  });
}
