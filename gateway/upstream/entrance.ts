import type { Cancel, Clock } from '../../src/clock.ts';
import { OpsError } from '../../src/errors.ts';
import type { OllamaChatRequest } from '../../src/ollama.ts';
import type { Timeouts } from './attempt.ts';
import type { Backend } from './backends.ts';
import { choose, type Need } from './choose.ts';
import { noBackend } from './directory.ts';
import { UpstreamFailure } from './failure.ts';
import type { Loads } from './loads.ts';
import type { Progress } from './progress.ts';
import type { FairQueue, Place } from './queue.ts';
import type { Fit } from './residency.ts';

export interface EntranceInput {
  readonly queue: FairQueue;
  readonly loads: Loads;
  readonly clock: Clock;
  timeouts(): Timeouts;
}

export interface EnterCall {
  readonly identity: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Where a request can be answered without a load, as far as is known. */
const isReady = (fit: Fit) => fit === 'warm' || fit === 'unknown';

/** What every request waits for before it is sent: its model in memory, then a place at a backend. */
export class Entrance {
  readonly #input: EntranceInput;
  /** Requests that wait for a load; the bound of the queue counts them too. */
  #awaiting = 0;

  constructor(input: EntranceInput) {
    this.#input = input;
  }

  /** The backend that suits a request best, free or not. @throws OpsError `service_unavailable` where none is left */
  pick(request: { model: string }, tags: Tags): Backend {
    const best = choose(needOf(request, tags), () => true);
    if (!best) throw noBackend();
    return best;
  }

  /**
   * Waits until the model of a chat is in memory, together with all that wait for it; no place is taken meanwhile.
   *
   * @throws UpstreamFailure of the load, OpsError `queue_full` or `service_unavailable`, the signal's reason
   */
  async warm(backend: Backend, request: { model: string }, tags: Tags, call: EnterCall): Promise<void> {
    const { numCtx } = needOf(request, tags);
    const model = tags.get(backend) ?? '';
    if (isChat(request) && !isReady(backend.residency.fit(model, numCtx))) {
      await this.#load(backend, { ...request, model }, call);
    }
  }

  /** Waits for a place at one of the backends. @throws OpsError `queue_full`, the signal's reason */
  acquire(request: { model: string }, tags: Tags, { identity, signal, progress }: EnterCall): Place | Promise<Place> {
    const need = needOf(request, tags);
    progress.phase('queue');
    return this.#input.queue.acquire({
      identity,
      signal,
      choose: (free) => this.#choose(need, free, isChat(request) ? request : undefined),
    });
  }

  /** A backend with the model in memory if there is any, and then only such a one: the others would load for a while. */
  #choose(need: Need, free: (backend: Backend) => boolean, chat: OllamaChatRequest | undefined): Backend | undefined {
    const ready = choose(need, (backend, fit) => isReady(fit) && free(backend));
    if (ready) return ready;
    if (!choose(need, (_, fit) => isReady(fit))) return choose(need, free);
    if (chat) this.#spread(need, chat);
    return undefined;
  }

  /** All that have the model are full: one that has nothing to do loads it too. */
  #spread({ tags, numCtx }: Need, chat: OllamaChatRequest): void {
    const idle = choose({ tags, numCtx }, ({ inFlight }, fit) => fit === 'cold' && inFlight === 0);
    if (!idle) return;
    const load = this.#input.loads.join(idle, { ...chat, model: tags.get(idle) ?? '' });
    load.then(
      () => this.#input.queue.serve(),
      () => {},
    );
  }

  async #load(backend: Backend, request: OllamaChatRequest, { progress, signal }: EnterCall): Promise<void> {
    const { queue, loads } = this.#input;
    queue.checkRoom(this.#awaiting);
    progress.phase('load');
    progress.backend(backend.name);
    const patience = this.#patience(request.model);
    this.#awaiting += 1;
    try {
      await until(loads.join(backend, request), [signal, patience.signal]);
    } catch (thrown) {
      // A model that cannot be asked this way says why to the request itself.
      if (!(thrown instanceof UpstreamFailure) || thrown.reason !== 'status_4xx') throw thrown;
    } finally {
      patience.end();
      this.#awaiting -= 1;
    }
  }

  /** By the literal rule of the article a caller is told after 3 s; the load goes on for the next one. */
  #patience(model: string): { readonly signal: AbortSignal; readonly end: Cancel } {
    const { loads, clock, timeouts } = this.#input;
    const over = new AbortController();
    if (timeouts().on_silence === 'probe') return { signal: over.signal, end: () => {} };
    const tell = () => over.abort(loadingStill(loads.secondsLeft(model)));
    return { signal: over.signal, end: clock.after(timeouts().no_response, tell, { keepAlive: false }) };
  }
}

/** `num_ctx` that a request asks for. */
export function numCtxOf({ options }: OllamaChatRequest): number | undefined {
  const value = options?.['num_ctx'];
  return typeof value === 'number' ? value : undefined;
}

type Tags = ReadonlyMap<Backend, string>;

function needOf(request: { model: string }, tags: Tags): Need {
  return { tags, numCtx: isChat(request) ? numCtxOf(request) : undefined };
}

const loadingStill = (seconds: number | undefined) =>
  new OpsError('service_unavailable', { seconds: seconds ?? 5, reason: 'loading' });

const isChat = (request: { model: string }): request is OllamaChatRequest => 'messages' in request;

/** A promise that several wait for; each leaves by a signal of its own. @throws the signal's reason */
function until<Value>(shared: Promise<Value>, signals: readonly AbortSignal[]): Promise<Value> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signals.find(({ aborted }) => aborted)?.reason);
    for (const signal of signals) {
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
    }
    const done = () => {
      for (const signal of signals) signal.removeEventListener('abort', leave);
    };
    shared.then(resolve, reject).finally(done);
    return undefined;
  });
}
