import type { IncidentStore } from '../../store/incidents.ts';

/** How noisy a month was. Times are milliseconds. */
export interface NoiseSummary {
  readonly from: number;
  readonly to: number;
  /** Incidents opened, by rule, most frequent first. */
  readonly alerts: readonly { readonly rule: string; readonly count: number; readonly flaps: number }[];
  readonly incidents: number;
  readonly flaps: number;
  /** Of the incidents that people were told of. */
  readonly mailed: number;
  readonly acknowledged: number;
  /** From the opening to the acknowledgement, in the middle; null where nobody acknowledged any. */
  readonly medianToAcknowledge: number | null;
  /** Warnings and criticals of their own that were never told: silenced, or within a maintenance window. */
  readonly muted: number;
  readonly mails: number;
}

/** Sums up the incidents that opened between two moments. */
export function gatherNoise(incidents: IncidentStore, from: number, to: number): NoiseSummary {
  const opened = incidents.since(from).filter(({ openedAt }) => openedAt >= from && openedAt < to);
  const acknowledgements = incidents.operator.acknowledgements(from);
  const waits = opened.flatMap(({ id, openedAt }) => {
    const at = acknowledgements.get(id);
    return at === undefined ? [] : [at - openedAt];
  });
  const byRule = Map.groupBy(opened, ({ rule }) => rule);
  const flapsOf = (some: readonly { readonly flaps: number }[]): number =>
    some.reduce((sum, { flaps }) => sum + flaps, 0);
  return {
    from,
    to,
    alerts: [...byRule]
      .map(([rule, some]) => ({ rule, count: some.length, flaps: flapsOf(some) }))
      .sort((a, b) => b.count + b.flaps - a.count - a.flaps),
    incidents: opened.length,
    flaps: flapsOf(opened),
    mailed: opened.filter(({ announcedAt, severity }) => announcedAt !== null && severity !== 'info').length,
    acknowledged: waits.length,
    medianToAcknowledge: waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)] ?? null,
    muted: opened.filter(
      ({ announcedAt, rootId, severity }) => announcedAt === null && rootId === null && severity !== 'info',
    ).length,
    mails: incidents.outbox.tally(from).accepted,
  };
}
