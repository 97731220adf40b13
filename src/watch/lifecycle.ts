import type { Point } from '../expression/series.ts';
import type { ActiveRule } from '../rule.ts';
import type { IncidentStore } from '../store/incidents.ts';
import type { NewNotification } from '../store/outbox.ts';
import type { Log } from '../telemetry/log.ts';
import { type Alert, type AlertEffect, type AlertState, alertKey } from './alert-state.ts';
import { causesOf, rootOf } from './chain.ts';
import { calm, type FlapState, step as flap, remembered } from './flap.ts';
import { closeIncident, type Incident, type IncidentEvent, observe, openIncident } from './incident.ts';
import { silencedBy } from './silence.ts';
import { step as tell } from './told.ts';

export interface LifecycleOptions {
  /** The rules in force now. */
  readonly rules: () => readonly ActiveRule[];
  readonly incidents: IncidentStore;
  /** Notifications of an event, one per channel; written with the event. */
  readonly announce: (event: IncidentEvent, rule: ActiveRule) => readonly NewNotification[];
  /** Whether nobody wants to be mailed at this moment, because of planned work. */
  readonly inMaintenance: (now: number) => boolean;
  readonly decidedBy: (alert: Pick<Alert, 'rule' | 'labels'>, now: number) => readonly Point[];
  readonly log: Log;
}

/** The incidents of the alerts: opens, holds, tells of and closes them. */
export interface Lifecycle {
  /** Follows one evaluation; true when something was announced. */
  follow(effects: readonly AlertEffect[], state: AlertState, now: number): boolean;
}

/** What a fault leaves behind ends later than itself, because rules look back 5 minutes; then it is a fault of its own. */
const afterRootMs = 360_000;
/** An alert that fired earlier than that is calm again. */
const restlessForMs = 3 * 3_600_000;

/** `open` holds what the last watch left open, by `alertKey`; `startedAt` is the wall time of this one. */
export function createLifecycle(options: LifecycleOptions, open: Map<string, Incident>, startedAt: number): Lifecycle {
  const { incidents, announce, decidedBy, log } = options;
  const { restless, closedRoots } = recall(incidents.since(startedAt - restlessForMs), startedAt);
  let rules: readonly ActiveRule[] = [];
  let ruleOf = new Map<string, ActiveRule>();
  let depth = new Map<string, number>();

  const use = (inForce: readonly ActiveRule[]): void => {
    if (inForce === rules) return;
    rules = inForce;
    ruleOf = new Map(rules.map((rule) => [rule.name, rule]));
    depth = new Map(rules.map(({ name }) => [name, causesOf(name, rules).length]));
  };

  const fire = (key: string, alert: Alert, now: number): void => {
    restless.set(key, flap(restless.get(key) ?? calm, true, now));
    const held = open.get(key);
    if (held) {
      open.set(key, { ...held, flaps: held.flaps + 1 });
      return;
    }
    const incident = openIncident(alert, now);
    const opened = incidents.open({ ...incident, rootId: rootOf(incident, [...open.values()], rules) }, () => []);
    open.set(key, opened);
    log.warn({ incident: `OPS-${opened.id}`, rule: opened.rule, labels: opened.labels }, 'incident opened');
    if (opened.rootId === null) adopt(opened, now);
  };

  /** What opened before its cause did is told with it, where nobody knows of it yet. */
  const adopt = (root: Incident, now: number): void => {
    for (const [key, one] of open) {
      if (!causesOf(one.rule, rules).includes(root.rule)) continue;
      if (incidents.adopt(one, root.id, now)) {
        open.set(key, { ...one, rootId: root.id, announcedAt: null, lastToldAt: null });
      }
    }
  };

  const explained = ({ rootId }: Incident, now: number): boolean =>
    rootId !== null &&
    ([...open.values()].some(({ id }) => id === rootId) ||
      Math.abs(now - (closedRoots.get(rootId) ?? 0)) < afterRootMs);

  const eventOf = (kind: IncidentEvent['kind'], incident: Incident, rule: ActiveRule, at: number): IncidentEvent => ({
    kind,
    at,
    incident,
    flapping: restless.get(alertKey(rule.name, incident.labels))?.flapping ?? false,
    decidedBy: decidedBy({ rule, labels: incident.labels }, at),
  });

  /** Info stands in the morning report. */
  const mailed = (kind: IncidentEvent['kind'], incident: Incident, rule: ActiveRule): boolean =>
    incident.severity !== 'info' || (rule.mailedOnce === true && kind === 'firing' && !incidents.toldBefore(incident));

  const settle = (key: string, before: Incident, alert: Alert | undefined, ask: Standings, now: number): boolean => {
    const rule = ruleOf.get(before.rule);
    // Who took the rule away knows; there are no words left to tell it with.
    if (!rule) {
      incidents.transition(closeIncident(before, now), []);
      open.delete(key);
      return false;
    }
    const quiet = flap(restless.get(key) ?? calm, false, now);
    restless.set(key, quiet);
    if (!alert && quiet.flapping) return false;
    const observed = alert ? observe(before, alert.value) : closeIncident(before, now);
    const standing = { severity: before.severity, firing: alert !== undefined, ...ask(before) };
    const { told, tell: kind } = tell(observed, standing, now);
    const after: Incident = { ...observed, ...told };
    // Written at once, so that a restart forgets neither the extreme nor what was told.
    const rows = kind === null || !mailed(kind, after, rule) ? [] : announce(eventOf(kind, after, rule, now), rule);
    if (JSON.stringify(after) !== JSON.stringify(before) || rows.length > 0) incidents.transition(after, rows);
    if (alert) open.set(key, after);
    else {
      open.delete(key);
      closedRoots.set(after.id, now);
      log.info({ incident: `OPS-${after.id}`, rule: after.rule }, 'incident resolved');
    }
    return rows.length > 0;
  };

  return {
    follow(effects, state, now) {
      use(options.rules());
      const fired = effects.filter(({ kind }) => kind === 'fired').map(({ alert }) => alert);
      // What explains comes first, so that within one evaluation it is the root.
      fired.sort((a, b) => (depth.get(a.rule.name) ?? 0) - (depth.get(b.rule.name) ?? 0));
      for (const alert of fired) fire(alertKey(alert.rule.name, alert.labels), alert, now);
      const acknowledged = incidents.operator.acknowledged();
      const silences = incidents.operator.silences(now);
      const maintenance = options.inMaintenance(now);
      const ask: Standings = (one) => ({
        acknowledged: acknowledged.has(one.id),
        muted: maintenance || explained(one, now) || silencedBy(silences, one, now) !== undefined,
      });
      const firing = (key: string): Alert | undefined =>
        state.get(key)?.state === 'firing' ? state.get(key) : undefined;
      return [...open].map(([key, one]) => settle(key, one, firing(key), ask, now)).some(Boolean);
    },
  };
}

/** What the last watch knew of alerts that came and went, read from their incidents. */
function recall(recent: readonly Incident[], now: number) {
  const byAlert = Map.groupBy(recent, ({ rule, labels }) => alertKey(rule, labels));
  return {
    restless: new Map([...byAlert].map(([key, incidents]): [string, FlapState] => [key, remembered(incidents, now)])),
    closedRoots: new Map(recent.flatMap(({ id, closedAt }) => (closedAt === null ? [] : [[id, closedAt] as const]))),
  };
}

type Standings = (incident: Incident) => { readonly muted: boolean; readonly acknowledged: boolean };
