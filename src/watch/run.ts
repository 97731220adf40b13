import { checkDuration, checkLastSuccess, checkSuccess } from '../catalogue/watch.ts';
import { type CheckContext, sampleOf } from '../check.ts';
import { withDeadline } from '../deadline.ts';
import { OpsError, reasonOf } from '../errors.ts';
import type { Sample } from '../expression/series.ts';
import type { PlannedCheck } from './checks.ts';
import type { CheckStatus } from './snapshot.ts';

export interface CheckRun {
  readonly name: string;
  /** The check's own samples; none when it failed. */
  readonly samples: readonly Sample[];
  /** What the runner says of the run: success, duration, last success. */
  readonly about: readonly Sample[];
  readonly status: CheckStatus;
}

/** Runs one check: owns its deadline, duration and success. A run that ignores its deadline holds up no later one. */
export interface CheckRunner {
  run(): Promise<CheckRun>;
  status(): CheckStatus;
}

export type RunContext = Omit<CheckContext, 'signal'> & {
  /** Aborted when watch stops. */
  readonly stop: AbortSignal;
  /** How the last run of an earlier watch ended. */
  readonly before?: CheckStatus | undefined;
};

export function checkRunner({ name, check, config }: PlannedCheck, context: RunContext): CheckRunner {
  const { clock, stop, before } = context;
  let status = before ?? { name, state: 'never-ran', lastRunAt: null, durationSeconds: null, reason: null };
  let lastSuccess: number | undefined;

  const finish = (
    start: number,
    samples: readonly Sample[],
    { state, reason }: Pick<CheckStatus, 'state' | 'reason'>,
  ): CheckRun => {
    const at = clock.now();
    const durationSeconds = (clock.monotonic() - start) / 1000;
    if (state === 'ok') lastSuccess = at;
    status = { name, state, lastRunAt: at, durationSeconds, reason };
    const labels = { check: name };
    const about = [
      sampleOf(checkSuccess, labels, Number(state === 'ok'), at),
      sampleOf(checkDuration, labels, durationSeconds, at),
      ...(lastSuccess === undefined ? [] : [sampleOf(checkLastSuccess, labels, lastSuccess / 1000, at)]),
    ];
    return { name, samples, about, status };
  };

  return {
    status: () => status,
    async run() {
      const start = clock.monotonic();
      try {
        const limits = { what: name, ms: config.timeout, clock, stop };
        const samples = await withDeadline(limits, (signal) => check.run(config, { ...context, signal }));
        return finish(start, samples, { state: 'ok', reason: null });
      } catch (thrown) {
        const late = thrown instanceof OpsError && thrown.code === 'not_in_time';
        return finish(start, [], { state: late ? 'stuck' : 'failing', reason: reasonOf(thrown) });
      }
    },
  };
}
