import type { Cancel, Clock } from '../clock.ts';
import type { Endpoints } from '../endpoints.ts';
import type { SampleStore } from '../store/samples.ts';
import type { Log } from '../telemetry/log.ts';
import type { PlannedCheck } from './checks.ts';
import { type CheckRun, checkRunner } from './run.ts';
import { runBy } from './schedule.ts';
import type { CheckStatus } from './snapshot.ts';

export interface CheckLoopOptions {
  readonly planned: readonly PlannedCheck[];
  readonly endpoints: Endpoints;
  readonly samples: SampleStore;
  /** Aborted when watch stops: what still runs then is not stored. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/** The checks on their schedules. */
export interface CheckLoop {
  statuses(): CheckStatus[];
  /** The last run of every check that has run. */
  runs(): readonly CheckRun[];
  readonly cancel: Cancel;
}

/** Starts every check on its schedule; what they measure goes into the samples. */
export function startChecks({ planned, endpoints, samples, stop, clock, log }: CheckLoopOptions): CheckLoop {
  const runs = new Map<string, CheckRun>();
  const runners = planned.map((one) => ({ ...one, runner: checkRunner(one, { endpoints, stop, log, clock }) }));

  const cancels = runners.map(({ name, config: { every }, runner }) =>
    runBy(every, clock, async () => {
      const run = await runner.run();
      if (stop.aborted) return;
      runs.set(name, run);
      if (run.status.reason !== null) log.warn({ check: name, reason: run.status.reason }, 'check failed');
      try {
        samples.append([...run.samples, ...run.about]);
      } catch (error) {
        // A full disk: the samples of later runs may fit again, and the check itself goes on.
        log.error({ check: name, err: error }, 'samples could not be stored');
      }
    }),
  );

  return {
    statuses: () => runners.map(({ runner }) => runner.status()),
    runs: () => [...runs.values()],
    cancel() {
      for (const cancel of cancels) cancel();
    },
  };
}
