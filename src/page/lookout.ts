import type { Clock } from '../clock.ts';
import type { Diagnosis } from '../triage/diagnosis.ts';
import type { AlertStatus } from '../watch/snapshot.ts';

/** A diagnosis with the wall time of its end, milliseconds. */
export interface Looked {
  readonly at: number;
  readonly diagnosis: Diagnosis;
}

/** Walks the five boxes again while somebody looks at the page: triage reads logs, so never without a reason. */
export interface Lookout {
  last(): Looked | undefined;
  /** Looks when the last look is old, or when other alerts fire than then. */
  look(alerts: readonly AlertStatus[]): void;
}

const everyMs = 60_000;
/** Between two looks, however fast alerts come and go. */
const atLeastMs = 10_000;

export function createLookout(
  diagnose: (() => Promise<Diagnosis>) | undefined,
  clock: Clock,
  changed: () => void,
): Lookout {
  let looked: Looked | undefined;
  let startedAt = Number.NEGATIVE_INFINITY;
  let firing = '';
  let running = false;

  return {
    last: () => looked,
    look(alerts) {
      const now = clock.monotonic();
      const fires = alerts
        .filter(({ state }) => state === 'firing')
        .map(({ rule, labels }) => rule + JSON.stringify(labels))
        .join();
      const age = now - startedAt;
      if (!diagnose || running || age < atLeastMs || (age < everyMs && fires === firing)) return;
      startedAt = now;
      firing = fires;
      running = true;
      diagnose()
        .then((diagnosis) => {
          looked = { at: clock.now(), diagnosis };
        })
        // Triage does not throw for evidence that is missing; the boxes keep their last state.
        .catch(() => {})
        .finally(() => {
          running = false;
          changed();
        });
    },
  };
}
