import { concurrencyLimit } from '../../src/catalogue/gateway.ts';
import { OpsError } from '../../src/errors.ts';
import type { OllamaChatRecord, OllamaChatRequest, OllamaTags } from '../../src/ollama.ts';
import type { GatewayConfig } from '../config.ts';
import type { TraceHeaders } from './attempt.ts';
import { type Backends, type BackendsInput, openBackends } from './backends.ts';
import { chat } from './chat.ts';
import { Directory } from './directory.ts';
import { embed, type OllamaEmbedReply, type OllamaEmbedRequest } from './embed.ts';
import { Entrance, numCtxOf } from './entrance.ts';
import { Loads } from './loads.ts';
import { ModelCatalog } from './models.ts';
import type { Progress } from './progress.ts';
import { FairQueue } from './queue.ts';
import { promptBytes, TruncationSentinel } from './truncation.ts';
import { type Send, Visits } from './visits.ts';

export interface UpstreamCall {
  /** Whose turn it is in the queue. */
  readonly identity: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly trace: TraceHeaders;
  /** The prompt is likely to be cut to the model's context, or certainly was. */
  onTruncation(certain: boolean): void;
}

export type UpstreamInput = Omit<BackendsInput, 'urls' | 'onChange'> & {
  /** The configuration in force; it may change while requests run. */
  config(): GatewayConfig;
};

/** Everything behind the gateway: which backend, when, and what its failures mean. Throws client errors only. */
export class Upstream {
  readonly #input: UpstreamInput;
  readonly #backends: Backends;
  readonly #catalog: ModelCatalog;
  readonly #directory: Directory;
  readonly #loads: Loads;
  readonly #visits: Visits;
  readonly #truncation = new TruncationSentinel();

  constructor(input: UpstreamInput) {
    const { config, clock, metrics } = input;
    this.#input = input;
    const limits = () => {
      const { max_in_flight, max_queue, queue_timeout } = config().limits;
      return { maxInFlight: max_in_flight, maxQueue: max_queue, timeoutMs: queue_timeout };
    };
    const queue = new FairQueue(limits, clock);
    this.#backends = openBackends({ ...input, urls: config().ollama_api, onChange: () => queue.serve() });
    this.#catalog = new ModelCatalog(
      () => config().models.alias,
      () => config().timeouts.no_response,
      () => clock.monotonic(),
    );
    this.#directory = new Directory(this.#backends.all, this.#catalog);
    this.#loads = new Loads({ ...input, timeouts: () => config().timeouts });
    const entrance = new Entrance({ queue, loads: this.#loads, clock, timeouts: () => config().timeouts });
    this.#visits = new Visits({ entrance, loads: this.#loads, clock, metrics });
    metrics.beforeScrape(() => metrics.set(concurrencyLimit, {}, config().limits.max_in_flight));
  }

  /** Hands over the records of an answer. Another backend is tried until the first one. */
  async chat(
    request: OllamaChatRequest,
    call: UpstreamCall,
    onRecords: (records: readonly OllamaChatRecord[]) => Promise<void> | undefined,
  ): Promise<void> {
    const bytes = promptBytes(request);
    const images = request.messages.some((message) => message.images !== undefined);
    await this.#serve(request, call, async (backend, tag, answered) => {
      if (images) await this.#directory.requireVision(backend, tag, request.model);
      const body = { ...request, model: tag };
      const { residency } = backend;
      const warm = residency.fit(tag, numCtxOf(request)) === 'warm';
      if (this.#truncation.isLikely(tag, bytes, residency.contextLength(tag))) call.onTruncation(false);
      await chat({
        ...call,
        backend,
        body,
        timeouts: this.#input.config().timeouts,
        clock: this.#input.clock,
        onRecords: (records) => {
          answered();
          const last = records.at(-1);
          if (last?.done) {
            if (warm) this.#loads.answered(backend, body, last);
            const context = residency.contextLength(tag);
            if (this.#truncation.judge(tag, bytes, context, last.prompt_eval_count)) call.onTruncation(true);
          }
          return onRecords(records);
        },
      });
    });
  }

  /** Vectors of texts. */
  async embed(request: OllamaEmbedRequest, call: UpstreamCall): Promise<OllamaEmbedReply> {
    let reply: OllamaEmbedReply | undefined;
    await this.#serve(request, call, async (backend, tag) => {
      const { config, clock } = this.#input;
      reply = await embed({ ...call, backend, body: { ...request, model: tag }, timeouts: config().timeouts, clock });
    });
    if (!reply) throw new OpsError('upstream_error');
    return reply;
  }

  /** The models of all backends that answer, each name once. */
  models(): Promise<OllamaTags> {
    return this.#directory.models();
  }

  /** The tag behind a name, on the first backend that has it. */
  async resolve(name: string): Promise<string> {
    const [tag = ''] = (await this.#directory.locate(name)).values();
    return tag;
  }

  /** Seconds until a model that is being loaded should be there; undefined where none is. */
  loadSecondsLeft(name: string): number | undefined {
    const tag = this.#backends.all.map((backend) => this.#catalog.recall(backend, name)).find(Boolean);
    return tag === undefined ? undefined : this.#loads.secondsLeft(tag);
  }

  async close(): Promise<void> {
    this.#loads.close();
    await this.#backends.close();
  }

  async #serve(request: { readonly model: string }, call: UpstreamCall, send: Send): Promise<void> {
    await this.#visits.serve(request, await this.#directory.locate(request.model), call, send);
  }
}
