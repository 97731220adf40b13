import type { Point } from '../expression/series.ts';
import {
  type Beginning,
  closeIncident,
  type Incident,
  type IncidentEvent,
  observe,
  openIncident,
} from '../incident.ts';
import type { ActiveRule } from '../rule.ts';
import type { IncidentStore } from '../store/incidents.ts';
import type { NewNotification } from '../store/outbox.ts';
import type { Log } from '../telemetry/log.ts';
import { type Alert, type AlertEffect, type AlertState, alertKey } from './alert-state.ts';
import { causesOf } from './chain.ts';
import { calm, type FlapState, step as flap, remembered } from './flap.ts';
import { createKeeping, type Written } from './keeping.ts';
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
  /** Tells from memory of beginnings that incidents.db has no room for, and why; false when there is nobody to tell. */
  readonly tellUnkept: (beginnings: readonly Beginning[], why: unknown, now: number) => boolean;
  readonly log: Log;
}

/** The incidents of the alerts: opens, holds, tells of and closes them. */
export interface Lifecycle {
  /**
   * Follows one evaluation; true when something was announced, or can be written again. What incidents.db cannot take is told from memory and
   * written at a later evaluation; the first reason is thrown at the end.
   */
  follow(effects: readonly AlertEffect[], state: AlertState, now: number): boolean;
}

/** What a fault leaves behind ends later than itself, because rules look back 5 minutes; then it is a fault of its own. */
const afterRootMs = 360_000;
/** Incidents that begin meanwhile share the next mail about what cannot be written. */
const unkeptEveryMs = 60_000;
/** An alert that fired earlier than that is calm again. */
const restlessForMs = 3 * 3_600_000;

/** `open` holds what the last watch left open, by `alertKey`; `startedAt` is the wall time of this one. */
export function createLifecycle(options: LifecycleOptions, open: Map<string, Incident>, startedAt: number): Lifecycle {
  const { incidents, announce, decidedBy, tellUnkept, log } = options;
  const { restless, closedRoots } = recall(incidents.since(startedAt - restlessForMs), startedAt);
  let rules: readonly ActiveRule[] = [];
  let ruleOf = new Map<string, ActiveRule>();
  let depth = new Map<string, number>();
  /** Something could not be written at the last evaluation. */
  let behind = false;
  let unkeptToldAt = Number.NEGATIVE_INFINITY;
  const keeping = createKeeping({ incidents, rules: () => rules, log }, open);

  const use = (inForce: readonly ActiveRule[]): void => {
    if (inForce === rules) return;
    rules = inForce;
    ruleOf = new Map(rules.map((rule) => [rule.name, rule]));
    depth = new Map(rules.map(({ name }) => [name, causesOf(name, rules).length]));
  };

  const fire = (key: string, alert: Alert, now: number): void => {
    restless.set(key, flap(restless.get(key) ?? calm, true, now));
    const held = open.get(key);
    if (held) keeping.change(key, { flaps: held.flaps + 1 });
    else keeping.begin(key, openIncident(alert, now));
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

  const settle = (
    key: string,
    before: Incident,
    alert: Alert | undefined,
    ask: Standings,
    now: number,
  ): Written | Unwritten | undefined => {
    const rule = ruleOf.get(before.rule);
    const closed = closeIncident(before, before.closedAt ?? now);
    // Who took the rule away knows; there are no words left to tell it with.
    if (!rule) return attempt(() => keeping.write(key, closed, () => [], now));
    const quiet = flap(restless.get(key) ?? calm, false, now);
    restless.set(key, quiet);
    if (!alert && quiet.flapping) return undefined;
    const observed = alert ? observe({ ...before, closedAt: null }, alert.value) : closed;
    const standing = { severity: before.severity, firing: alert !== undefined, ...ask(before) };
    const { told, tell: kind } = tell(observed, standing, now);
    const after: Incident = { ...observed, ...told };
    const tells = kind !== null && mailed(kind, after, rule) ? kind : null;
    const rowsOf = (kept: Incident) => (tells === null ? [] : announce(eventOf(tells, kept, rule, now), rule));
    const settled = attempt(() => keeping.write(key, after, rowsOf, now));
    if ('failure' in settled) {
      keeping.change(key, { closedAt: observed.closedAt, peak: observed.peak });
      return tells === 'firing' ? { ...settled, untold: { event: eventOf(tells, after, rule, now), rule } } : settled;
    }
    if (!alert) {
      closedRoots.set(settled.id, now);
      log.info({ incident: `OPS-${settled.id}`, rule: before.rule }, 'incident resolved');
    }
    return settled;
  };

  /** Each beginning is told from memory once. */
  const tellFromMemory = (untold: readonly Beginning[], why: unknown, now: number): void => {
    if (untold.length === 0 || Math.abs(now - unkeptToldAt) < unkeptEveryMs || !tellUnkept(untold, why, now)) return;
    unkeptToldAt = now;
    for (const { event, rule } of untold) keeping.toldFromMemory(alertKey(rule.name, event.incident.labels), now);
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
      const settled = [...open.keys()].flatMap((key) => {
        const one = open.get(key);
        return (one && settle(key, one, firing(key), ask, now)) ?? [];
      });
      const unwritten = settled.filter((one) => 'failure' in one);
      const [first] = unwritten;
      const caughtUp = behind && !first;
      behind = first !== undefined;
      if (!first) return caughtUp || settled.some((one) => 'announced' in one && one.announced);
      tellFromMemory(
        unwritten.flatMap(({ untold }) => untold ?? []),
        first.failure,
        now,
      );
      throw first.failure;
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

/** Why something could not be written, and the beginning that nobody was told of because of that. */
interface Unwritten {
  readonly failure: unknown;
  readonly untold?: Beginning;
}

function attempt(write: () => Written): Written | Unwritten {
  try {
    return write();
  } catch (failure) {
    return { failure };
  }
}

type Standings = (incident: Incident) => { readonly muted: boolean; readonly acknowledged: boolean };
