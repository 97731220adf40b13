import type { Clock } from './clock.ts';
import { formatDuration } from './duration.ts';
import { OpsError } from './errors.ts';

export interface DeadlineOptions {
  /** What is done, for the error. */
  readonly what: string;
  readonly ms: number;
  readonly clock: Clock;
  /** Aborts the work earlier. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Does some work with a deadline of its own. The work is told by its signal; work that ignores it is no longer waited
 * for, and what becomes of it is of no interest any more.
 *
 * @throws OpsError `not_in_time`, and whatever the work throws.
 */
export async function withDeadline<T>(
  { what, ms, clock, stop }: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(ms, () => {
    reject(new OpsError('not_in_time', { what, limit: formatDuration(ms) }));
    deadline.abort();
  });
  const signal = stop ? AbortSignal.any([deadline.signal, stop]) : deadline.signal;
  try {
    // Within a function, so that work that throws at once is a rejection too.
    return await Promise.race([(async () => work(signal))(), promise]);
  } finally {
    cancel();
  }
}
