import type { Cancel, Clock } from '../clock.ts';
import { codeOf, reasonOf } from '../errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { NotifyConfig } from './config.ts';

const attemptMs = 10_000;

export interface HeartbeatOptions {
  readonly config: NonNullable<NotifyConfig['heartbeat']>;
  /** Whether the rules are still evaluated: a watch that hangs must not look alive. */
  readonly alive: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Asks an address of a dead man's switch for as long as watch lives: it raises the alarm once nobody asks any more. */
export function startHeartbeat({ config, alive, clock, log }: HeartbeatOptions): Cancel {
  const stop = new AbortController();
  let cancel: Cancel = () => {};

  const beat = async (): Promise<void> => {
    const begun = clock.monotonic();
    if (alive()) await ask(config.url, stop.signal, log);
    else log.error('the rules are not evaluated: no heartbeat is sent');
    if (stop.signal.aborted) return;
    const left = Math.max(0, config.every - (clock.monotonic() - begun));
    cancel = clock.after(left, () => void beat(), { keepAlive: false });
  };

  void beat();
  return () => {
    stop.abort();
    cancel();
  };
}

async function ask(url: string, stop: AbortSignal, log: Log): Promise<void> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([stop, AbortSignal.timeout(attemptMs)]) });
    await response.body?.cancel();
    if (!response.ok) log.warn({ status: response.status }, 'the heartbeat was refused');
  } catch (error) {
    // The address is often a secret; what went wrong is not.
    if (!stop.aborted) log.warn({ reason: codeOf(error) ?? reasonOf(error) }, 'the heartbeat was not sent');
  }
}
