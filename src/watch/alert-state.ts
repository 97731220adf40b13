import { type Labels, labelKey } from '../expression/series.ts';
import type { ActiveRule } from '../rule.ts';
import type { Verdict } from './evaluate.ts';

/** One alert that is not inactive: a rule and a label set for which its expression holds. */
export interface Alert {
  readonly rule: ActiveRule;
  readonly labels: Labels;
  readonly state: 'pending' | 'firing';
  /** Wall time of the first of the unbroken true evaluations, milliseconds. */
  readonly since: number;
  readonly value: number;
  /** Wall time of the first evaluation at which it no longer held, while `keepFiring` holds it. */
  readonly heldSince?: number;
}

/** Alerts by `alertKey`. */
export type AlertState = ReadonlyMap<string, Alert>;

export type AlertEffect =
  | { readonly kind: 'fired'; readonly alert: Alert }
  | { readonly kind: 'resolved'; readonly alert: Alert };

export const alertKey = (rule: string, labels: Labels): string => `${rule}${labelKey(labels)}`;

/**
 * inactive → pending → firing → resolved, as Prometheus does it: an alert fires once its expression held at every
 * evaluation for `for`; one miss begins it again. A verdict without data while a check fails keeps what fires.
 */
export function step(
  state: AlertState,
  verdicts: readonly Verdict[],
  now: number,
): { state: AlertState; effects: AlertEffect[] } {
  const next = new Map<string, Alert>();
  const effects: AlertEffect[] = [];
  for (const verdict of verdicts) {
    const before = [...state].filter(([, alert]) => alert.rule.name === verdict.rule.name);
    if (verdict.kind === 'no-data' && verdict.blind) {
      for (const [key, alert] of before) if (alert.state === 'firing') next.set(key, alert);
      continue;
    }
    for (const { labels, value } of verdict.kind === 'firing' ? verdict.elements : []) {
      const key = alertKey(verdict.rule.name, labels);
      const alert = advance(state.get(key), verdict.rule, labels, value, now);
      if (alert.state === 'firing' && state.get(key)?.state !== 'firing') effects.push({ kind: 'fired', alert });
      next.set(key, alert);
    }
    for (const [key, alert] of before) {
      if (alert.state !== 'firing' || next.has(key)) continue;
      const heldSince = Math.min(alert.heldSince ?? now, now);
      if (now - heldSince < (alert.rule.keepFiring ?? 0)) next.set(key, { ...alert, heldSince });
      else effects.push({ kind: 'resolved', alert });
    }
  }
  return { state: next, effects };
}

function advance(before: Alert | undefined, rule: ActiveRule, labels: Labels, value: number, now: number): Alert {
  // A wall clock that was set back must not make an alert wait longer than its `for`.
  const since = Math.min(before?.since ?? now, now);
  const held = before?.state === 'firing' || now - since >= rule.for;
  return { rule, labels, state: held ? 'firing' : 'pending', since, value };
}
