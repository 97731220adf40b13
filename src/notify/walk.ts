import type { Clock } from '../clock.ts';
import { withDeadline } from '../deadline.ts';
import type { Log } from '../telemetry/log.ts';
import type { Diagnosis } from '../triage/diagnosis.ts';

/** How long a mail waits for triage, milliseconds. */
const patienceMs = 5000;

/** A walk that takes longer has failed: one that hangs must not keep every later mail from triage. */
const walkMs = 60_000;

/** A walk that began so long before an event has already seen what led to it, milliseconds. */
const aheadMs = 30_000;

export type WalkOutcome = Diagnosis | 'failed' | 'unfinished';

/** Triage walks for mails: never two at a time, and many mails share one. Events are told by their wall time. */
export interface Walks {
  /** What triage finds about an event at `at`; `unfinished` after 5 s, in which case the walk goes on. */
  outcome(at: number): Promise<WalkOutcome>;
  /** Whether a walk for an event at `at` has ended; begins one where none is under way. */
  ended(at: number): boolean;
}

export interface WalkOptions {
  readonly diagnose: () => Promise<Diagnosis>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called at the end of each walk. */
  readonly onEnd: () => void;
}

interface Walk {
  readonly startedAt: number;
  readonly done: Promise<void>;
  outcome?: Diagnosis | 'failed';
}

export function createWalks({ diagnose, clock, log, onEnd }: WalkOptions): Walks {
  let latest: Walk | undefined;

  const begin = (): Walk => {
    const run = async (): Promise<void> => {
      try {
        walk.outcome = await withDeadline({ what: 'triage', ms: walkMs, clock }, diagnose);
      } catch (error) {
        log.warn({ err: error }, 'triage failed; the mail goes without it');
        walk.outcome = 'failed';
      }
      onEnd();
    };
    const { promise, resolve } = Promise.withResolvers<void>();
    const walk: Walk = { startedAt: clock.now(), done: promise };
    void run().finally(resolve);
    return walk;
  };

  /** The walk that tells about an event, or undefined while an older one is under way. */
  const walkFor = (at: number): Walk | undefined => {
    if (latest && latest.startedAt >= at - aheadMs) return latest;
    if (latest && latest.outcome === undefined) return undefined;
    latest = begin();
    return latest;
  };

  return {
    ended: (at) => walkFor(at)?.outcome !== undefined,
    async outcome(at) {
      const walk = walkFor(at);
      if (walk && walk.outcome === undefined) await withPatience(walk.done, clock);
      return walk?.outcome ?? 'unfinished';
    },
  };
}

function withPatience(done: Promise<void>, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(patienceMs, resolve);
  return Promise.race([done, promise]).finally(cancel);
}
