import type { Clock } from '../../src/clock.ts';
import { OpsError } from '../../src/errors.ts';
import type { Backend } from './backends.ts';

export interface QueueLimits {
  /** Requests at one backend at the same time. */
  readonly maxInFlight: number;
  readonly maxQueue: number;
  /** Longest wait in milliseconds. */
  readonly timeoutMs: number;
}

/** A place at a backend. */
export interface Place {
  readonly backend: Backend;
  /** Gives it back; calling it twice is harmless. */
  release(): void;
}

export interface PlaceRequest {
  /** Whose turn it is: identities take turns, however many requests each has waiting. */
  readonly identity: string;
  readonly signal: AbortSignal;
  /** The backend to take now, among those for which `free` is true; undefined where the request has to wait. */
  choose(free: (backend: Backend) => boolean): Backend | undefined;
}

interface Waiter extends PlaceRequest {
  enter(place: Place): void;
}

/** Share of the newest service time in the learned one. */
const learningRate = 0.2;

const longestRetrySeconds = 120;

/**
 * The bounded queue before the backends: Ollama itself queues without limit for a loaded model, first come first served,
 * so that one caller with a hundred requests makes all others wait.
 */
export class FairQueue {
  readonly #limits: () => QueueLimits;
  readonly #clock: Clock;
  /** Waiters of each identity; the identity whose turn is next comes first. */
  readonly #waiting = new Map<string, Waiter[]>();
  #waitingCount = 0;
  #inFlight = 0;
  #serviceMs = 5000;

  constructor(limits: () => QueueLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Takes a place, or waits for one.
   *
   * @throws OpsError `queue_full` with the seconds after which a retry is worth it; the signal's reason when it aborts.
   */
  acquire(request: PlaceRequest): Place | Promise<Place> {
    request.signal.throwIfAborted();
    const place = this.#take(request);
    if (place) return place;
    this.checkRoom();
    return this.#wait(request);
  }

  /** Refuses a request that would have to wait, for a place or for its model, when too many do. @throws as `acquire` */
  checkRoom(others = 0): void {
    if (this.#waitingCount + others >= this.#limits().maxQueue) throw this.#full();
  }

  /** Serves whoever can be served now, in turn; called when a place, a backend or a model became available. */
  serve(): void {
    if (this.#waitingCount === 0) return;
    for (let served = true; served; ) {
      served = false;
      for (const [identity, waiters] of this.#waiting) {
        if (!this.#serveOne(waiters)) continue;
        served = true;
        // Behind all others, if it still waits.
        this.#waiting.delete(identity);
        if (waiters.length > 0) this.#waiting.set(identity, waiters);
      }
    }
  }

  #serveOne(waiters: readonly Waiter[]): boolean {
    for (const waiter of waiters) {
      const place = this.#take(waiter);
      if (!place) continue;
      waiter.enter(place);
      return true;
    }
    return false;
  }

  #take(request: PlaceRequest): Place | undefined {
    const { maxInFlight } = this.#limits();
    const backend = request.choose(({ inFlight }) => inFlight < maxInFlight);
    if (!backend) return undefined;
    backend.inFlight += 1;
    this.#inFlight += 1;
    const started = this.#clock.monotonic();
    let held = true;
    return {
      backend,
      release: () => {
        if (!held) return;
        held = false;
        backend.inFlight -= 1;
        this.#inFlight -= 1;
        this.#serviceMs += learningRate * (this.#clock.monotonic() - started - this.#serviceMs);
        this.serve();
      },
    };
  }

  #wait(request: PlaceRequest): Promise<Place> {
    const { identity, signal } = request;
    return new Promise((resolve, reject) => {
      const leave = () => {
        cancel();
        signal.removeEventListener('abort', onAbort);
        this.#waitingCount -= 1;
        const waiters = this.#waiting.get(identity) ?? [];
        const at = waiters.indexOf(waiter);
        if (at !== -1) waiters.splice(at, 1);
        if (waiters.length === 0) this.#waiting.delete(identity);
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
      };
      const waiter: Waiter = {
        ...request,
        enter(place) {
          leave();
          resolve(place);
        },
      };
      const cancel = this.#clock.after(this.#limits().timeoutMs, () => {
        const error = this.#full();
        leave();
        reject(error);
      });
      signal.addEventListener('abort', onAbort, { once: true });
      const waiters = this.#waiting.get(identity);
      if (waiters) waiters.push(waiter);
      else this.#waiting.set(identity, [waiter]);
      this.#waitingCount += 1;
    });
  }

  #full(): OpsError {
    const seconds = Math.ceil((this.#serviceMs * (this.#waitingCount + 1)) / Math.max(1, this.#inFlight) / 1000);
    return new OpsError('queue_full', { seconds: Math.min(longestRetrySeconds, Math.max(1, seconds)) });
  }
}
