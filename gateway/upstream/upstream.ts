import { concurrencyLimit } from '../../src/catalogue/gateway.ts';
import { OpsError } from '../../src/errors.ts';
import type { OllamaChatRecord, OllamaChatRequest, OllamaTags } from '../../src/ollama.ts';
import type { GatewayConfig } from '../config.ts';
import { type Backend, type Backends, type BackendsInput, openBackends } from './backends.ts';
import { chat } from './chat.ts';
import { embed, type OllamaEmbedReply, type OllamaEmbedRequest } from './embed.ts';
import { UpstreamFailure } from './failure.ts';
import { createModelCatalog, type ModelCatalog } from './models.ts';
import type { Progress } from './progress.ts';
import { createQueue, type Queue } from './queue.ts';

export interface UpstreamCall {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export type UpstreamInput = Omit<BackendsInput, 'urls'> & { readonly config: GatewayConfig };

/** Everything behind the gateway: which backend, when, and what its failures mean. Throws client errors only. */
export class Upstream {
  readonly #config: GatewayConfig;
  readonly #clock: UpstreamInput['clock'];
  readonly #backends: Backends;
  readonly #catalog: ModelCatalog;
  readonly #queue: Queue;

  constructor({ config, ...input }: UpstreamInput) {
    const { limits, timeouts, models } = config;
    this.#config = config;
    this.#clock = input.clock;
    this.#backends = openBackends({ ...input, urls: config.ollama_api });
    this.#catalog = createModelCatalog(models.alias, timeouts.no_response, () => input.clock.monotonic());
    this.#queue = createQueue(
      {
        maxInFlight: limits.max_in_flight * config.ollama_api.length,
        maxQueue: limits.max_queue,
        timeoutMs: limits.queue_timeout,
      },
      input.clock,
    );
    input.metrics.set(concurrencyLimit, {}, limits.max_in_flight);
  }

  /** The records of an answer. Another backend is tried until the first one. */
  async *chat(request: OllamaChatRequest, call: UpstreamCall): AsyncGenerator<OllamaChatRecord> {
    yield* this.#served(request.model, call, (backend, model) =>
      chat({
        ...call,
        backend,
        request: { ...request, model },
        timeouts: this.#config.timeouts,
        clock: this.#clock,
      }),
    );
  }

  /** Vectors of texts. */
  async embed(request: OllamaEmbedRequest, call: UpstreamCall): Promise<OllamaEmbedReply> {
    const replies = this.#served(request.model, call, (backend, model) =>
      embed({ ...call, backend, request: { ...request, model }, withinMs: this.#config.timeouts.first_token }),
    );
    for await (const reply of replies) return reply;
    throw new OpsError('upstream_error');
  }

  /** The models of the first backend that answers. */
  async models(): Promise<OllamaTags> {
    return this.#first('', (backend) => this.#catalog.list(backend));
  }

  /** The tag behind a name, on the first backend that answers. */
  async resolve(name: string): Promise<string> {
    return this.#first(name, (backend) => this.#catalog.resolve(backend, name));
  }

  async close(): Promise<void> {
    await this.#backends.close();
  }

  async *#served<Item>(
    name: string,
    call: UpstreamCall,
    ask: (backend: Backend, model: string) => AsyncIterable<Item>,
  ): AsyncGenerator<Item> {
    this.#pick(new Set());
    call.progress.phase('queue');
    const release = await this.#queue.acquire(call.signal);
    call.progress.phase('prefill');
    const tried = new Set<Backend>();
    try {
      for (;;) {
        const backend = this.#pick(tried);
        tried.add(backend);
        let answered = false;
        try {
          for await (const item of this.#attempt(backend, name, call, ask)) {
            answered = true;
            yield item;
          }
          return;
        } catch (thrown) {
          const failure = this.#failure(thrown, backend);
          const another = failure.kind.elsewhere && !answered && this.#backends.pick(tried) !== undefined;
          if (!another) throw failure.toClientError(name);
        }
      }
    } finally {
      release();
    }
  }

  async *#attempt<Item>(
    backend: Backend,
    name: string,
    call: UpstreamCall,
    ask: (backend: Backend, model: string) => AsyncIterable<Item>,
  ): AsyncGenerator<Item> {
    backend.inFlight += 1;
    call.progress.backend(backend.name);
    try {
      const model = await this.#catalog.resolve(backend, name);
      yield* ask(backend, model);
      backend.succeeded();
    } finally {
      backend.inFlight -= 1;
    }
  }

  /** Counts a backend's failure; anything else is not one and goes on as it is. */
  #failure(thrown: unknown, backend: Backend): UpstreamFailure {
    if (!(thrown instanceof UpstreamFailure)) throw thrown;
    backend.failed(thrown);
    return thrown;
  }

  async #first<Answer>(name: string, ask: (backend: Backend) => Promise<Answer>): Promise<Answer> {
    const tried = new Set<Backend>();
    for (;;) {
      const backend = this.#pick(tried);
      tried.add(backend);
      try {
        return await ask(backend);
      } catch (thrown) {
        const failure = this.#failure(thrown, backend);
        if (this.#backends.pick(tried) === undefined) throw failure.toClientError(name);
      }
    }
  }

  #pick(tried: ReadonlySet<Backend>): Backend {
    const backend = this.#backends.pick(tried);
    if (!backend) throw new OpsError('service_unavailable', { seconds: 1, reason: 'breaker' });
    return backend;
  }
}
