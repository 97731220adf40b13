import type { Clock } from '../../src/clock.ts';
import { OpsError } from '../../src/errors.ts';

export interface QueueLimits {
  readonly maxInFlight: number;
  readonly maxQueue: number;
  /** Longest wait in milliseconds. */
  readonly timeoutMs: number;
}

/** Gives a place back; calling it twice is harmless. */
export type Release = () => void;

export interface Queue {
  /**
   * Waits for one of the places, first come first served.
   *
   * @throws OpsError `queue_full` with the seconds after which a retry is worth it; the signal's reason when it aborts.
   */
  acquire(signal: AbortSignal): Promise<Release>;
}

interface Waiter {
  enter(): void;
}

/** Share of the newest service time in the learned one. */
const learningRate = 0.2;

/** A bounded queue before the backend: Ollama itself queues without limit for a loaded model. */
export function createQueue({ maxInFlight, maxQueue, timeoutMs }: QueueLimits, clock: Clock): Queue {
  const waiting: Waiter[] = [];
  let inFlight = 0;
  let serviceMs = 5000;

  const occupy = (): Release => {
    inFlight += 1;
    const started = clock.monotonic();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      inFlight -= 1;
      serviceMs += learningRate * (clock.monotonic() - started - serviceMs);
      waiting.shift()?.enter();
    };
  };

  const full = () => {
    const seconds = Math.ceil((serviceMs * (waiting.length + 1)) / maxInFlight / 1000);
    return new OpsError('queue_full', { seconds: Math.min(120, Math.max(1, seconds)) });
  };

  return {
    async acquire(signal) {
      signal.throwIfAborted();
      if (inFlight < maxInFlight) return occupy();
      if (waiting.length >= maxQueue) throw full();
      return new Promise((resolve, reject) => {
        const leave = () => {
          cancel();
          signal.removeEventListener('abort', onAbort);
          const place = waiting.indexOf(waiter);
          if (place !== -1) waiting.splice(place, 1);
        };
        const onAbort = () => {
          leave();
          reject(signal.reason);
        };
        const waiter: Waiter = {
          enter() {
            leave();
            resolve(occupy());
          },
        };
        const cancel = clock.after(timeoutMs, () => {
          const error = full();
          leave();
          reject(error);
        });
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(waiter);
      });
    },
  };
}
