import { checkDuration, checkLastSuccess, checkSuccess } from '../catalogue/watch.ts';
import { type CheckContext, sampleOf } from '../check.ts';
import { formatDuration } from '../duration.ts';
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

/** Runs one check: owns its deadline, duration, success, and that it never runs twice at a time. */
export interface CheckRunner {
  run(): Promise<CheckRun>;
  status(): CheckStatus;
}

export type RunContext = Omit<CheckContext, 'signal'> & {
  /** Aborted when watch stops. */
  readonly stop: AbortSignal;
  /** Wall time of the last run in an earlier life, milliseconds. */
  readonly lastRunAt?: number | undefined;
};

export function checkRunner({ name, check, config }: PlannedCheck, context: RunContext): CheckRunner {
  const { clock, stop, lastRunAt = null } = context;
  let status: CheckStatus = { name, state: 'never-ran', lastRunAt, durationSeconds: null, reason: null };
  let lastSuccess: number | undefined;
  /** A run that outlived its deadline: nothing else is started while it is there. */
  let stuck = false;

  const finish = (start: number, samples: readonly Sample[], failure: string | null): CheckRun => {
    const at = clock.now();
    const durationSeconds = (clock.monotonic() - start) / 1000;
    if (failure === null) lastSuccess = at;
    const state = failure === null ? 'ok' : stuck ? 'stuck' : 'failing';
    status = { name, state, lastRunAt: at, durationSeconds, reason: failure };
    const labels = { check: name };
    const about = [
      sampleOf(checkSuccess, labels, failure === null ? 1 : 0, at),
      sampleOf(checkDuration, labels, durationSeconds, at),
      ...(lastSuccess === undefined ? [] : [sampleOf(checkLastSuccess, labels, lastSuccess / 1000, at)]),
    ];
    return { name, samples, about, status };
  };

  return {
    status: () => status,
    async run() {
      const start = clock.monotonic();
      if (stuck) return finish(start, [], 'the run before has not ended yet');
      const deadline = new AbortController();
      let cancel = (): void => {};
      const expired = new Promise<never>((_, reject) => {
        cancel = clock.after(config.timeout, () => {
          stuck = true;
          reject(
            new OpsError('probe_failed', { probe: name, reason: `not done within ${formatDuration(config.timeout)}` }),
          );
          deadline.abort();
        });
      });
      const signal = AbortSignal.any([deadline.signal, stop]);
      const work = (async () => check.run(config, { ...context, signal }))();
      const settled = (): void => {
        stuck = false;
      };
      work.then(settled, settled);
      try {
        return finish(start, await Promise.race([work, expired]), null);
      } catch (thrown) {
        return finish(start, [], reasonOf(thrown));
      } finally {
        cancel();
      }
    },
  };
}
