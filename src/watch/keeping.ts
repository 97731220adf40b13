import type { Incident } from '../incident.ts';
import type { ActiveRule } from '../rule.ts';
import type { IncidentStore } from '../store/incidents.ts';
import type { NewNotification } from '../store/outbox.ts';
import type { Log } from '../telemetry/log.ts';
import { explains, rootOf } from './chain.ts';

/**
 * The open incidents in memory, and what incidents.db knows of them. On a full disk memory is ahead: an incident that is
 * not written yet has a negative number. Every method that writes throws where it cannot, and may be called again.
 */
export interface Keeping {
  /** Begins an incident in memory, as a consequence of one that explains it. */
  begin(key: string, incident: Omit<Incident, 'id'>): void;
  /** Writes the new state of an incident with what is to be told of it; returns its number, and whether something is. */
  write(key: string, after: Incident, tell: (kept: Incident) => readonly NewNotification[], now: number): Written;
  /** Changes an incident in memory alone. */
  change(key: string, to: Partial<Incident>): void;
  /** People were told of the beginning, and incidents.db does not know it. */
  toldFromMemory(key: string, now: number): void;
}

export interface Written {
  readonly id: number;
  readonly announced: boolean;
}

export interface KeepingOptions {
  readonly incidents: IncidentStore;
  readonly rules: () => readonly ActiveRule[];
  readonly log: Log;
}

export function createKeeping({ incidents, rules, log }: KeepingOptions, open: Map<string, Incident>): Keeping {
  let unkept = 0;
  const ahead = new Set<string>();

  const change = (key: string, to: Partial<Incident>): void => {
    const one = open.get(key);
    if (one) open.set(key, { ...one, ...to });
  };

  /** Gives an incident its number, unless that which explains it has none yet. */
  const keep = (key: string, one: Incident, now: number): Incident => {
    if (one.id > 0) return one;
    if (one.rootId !== null && one.rootId < 0) throw new Error(`what explains ${one.rule} could not be written`);
    const kept = incidents.open(one, () => []);
    log.warn({ incident: `OPS-${kept.id}`, rule: kept.rule, labels: kept.labels }, 'incident opened');
    open.set(key, kept);
    for (const [other, { rootId }] of open) if (rootId === one.id) change(other, { rootId: kept.id });
    if (kept.rootId === null) adopt(kept, now);
    return kept;
  };

  /** What opened before its cause did is told with it, where nobody knows of it yet. */
  const adopt = (root: Incident, now: number): void => {
    for (const [key, one] of open) {
      if (!explains(root, one, rules())) continue;
      const free = one.id < 0 ? one.announcedAt === null : !ahead.has(key) && incidents.adopt(one, root.id, now);
      if (free) change(key, { rootId: root.id, announcedAt: null, lastToldAt: null });
    }
  };

  return {
    change,
    begin(key, incident) {
      unkept -= 1;
      open.set(key, { ...incident, rootId: rootOf(incident, [...open.values()], rules()), id: unkept });
    },
    write(key, after, tell, now) {
      const before = keep(key, open.get(key) ?? after, now);
      const kept = { ...after, id: before.id, rootId: before.rootId };
      const rows = tell(kept);
      const changed = JSON.stringify(kept) !== JSON.stringify(before);
      if (changed || rows.length > 0 || ahead.has(key)) incidents.transition(kept, rows);
      ahead.delete(key);
      if (kept.state === 'firing') open.set(key, kept);
      else open.delete(key);
      return { id: kept.id, announced: rows.length > 0 };
    },
    toldFromMemory(key, now) {
      change(key, { announcedAt: now, lastToldAt: now });
      ahead.add(key);
    },
  };
}
