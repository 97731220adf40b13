import { retries, upstreamRequests } from '../../src/catalogue/gateway.ts';
import type { Clock } from '../../src/clock.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import type { Backend } from './backends.ts';
import type { EnterCall, Entrance } from './entrance.ts';
import { UpstreamFailure } from './failure.ts';
import type { Loads } from './loads.ts';
import type { Place } from './queue.ts';

/** Time before a refused connection is tried once more: Ollama starting again. */
const refusedAgainMs = 250;

/** Sends a request to one backend under its own tag; tells `answered` at the first record. */
export type Send = (backend: Backend, tag: string, answered: () => void) => Promise<void>;

export interface VisitsInput {
  readonly entrance: Entrance;
  readonly loads: Loads;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** One request on its way through the backends. */
interface Visit {
  readonly request: { readonly model: string };
  /** Those that have the model and did not fail yet. */
  readonly tags: Map<Backend, string>;
  readonly call: EnterCall;
  /** The first record was handed over. */
  answered: boolean;
  /** A connection was refused once. */
  refused: boolean;
}

/** Takes a request to backends until one has begun to answer: from then on its failure is the caller's. */
export class Visits {
  readonly #input: VisitsInput;

  constructor(input: VisitsInput) {
    this.#input = input;
  }

  /** @throws OpsError of audience client, or the signal's reason */
  async serve(
    request: { readonly model: string },
    tags: Map<Backend, string>,
    call: EnterCall,
    send: Send,
  ): Promise<void> {
    const { entrance } = this.#input;
    const visit: Visit = { request, tags, call, answered: false, refused: false };
    for (;;) {
      let backend = entrance.pick(request, tags);
      try {
        await entrance.warm(backend, request, tags, call);
        const place = await entrance.acquire(request, tags, call);
        backend = place.backend;
        await this.#send(place, visit, send);
        return;
      } catch (thrown) {
        await this.#prepareRetry(asFailure(thrown), backend, visit);
      }
    }
  }

  async #send({ backend, release }: Place, visit: Visit, send: Send): Promise<void> {
    const { call, tags } = visit;
    try {
      call.progress.phase('prefill');
      call.progress.backend(backend.name);
      this.#input.metrics.add(upstreamRequests, { backend: backend.name });
      await send(backend, tags.get(backend) ?? '', () => {
        visit.answered = true;
      });
      backend.succeeded();
    } finally {
      release();
      backend.residency.used();
    }
  }

  /** Returns when the request may be sent again: elsewhere, or once more to a backend that refused the connection. */
  async #prepareRetry(failure: UpstreamFailure, backend: Backend, visit: Visit): Promise<void> {
    const { tags, call, request } = visit;
    const others = [...tags.keys()].some((other) => other !== backend && other.available);
    const retry = () => this.#input.metrics.add(retries, { backend: backend.name });
    if (!visit.answered && failure.reason === 'connect' && !others && !visit.refused) {
      visit.refused = true;
      retry();
      await sleep(refusedAgainMs, this.#input.clock, call.signal);
      if (backend.available) return;
    }
    backend.failed(failure);
    const seconds = this.#input.loads.secondsLeft(tags.get(backend) ?? '');
    if (visit.answered || !others || !failure.kind.elsewhere) throw failure.toClientError(request.model, seconds);
    retry();
    tags.delete(backend);
  }
}

/** A failure of a backend; anything else is not one and goes on as it is. */
function asFailure(thrown: unknown): UpstreamFailure {
  if (thrown instanceof UpstreamFailure) return thrown;
  throw thrown;
}

/** @throws the signal's reason */
function sleep(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', leave);
      resolve();
    });
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}
