import { modelReloads } from '../../src/catalogue/gateway.ts';
import type { Clock } from '../../src/clock.ts';
import { OpsError } from '../../src/errors.ts';
import type { OllamaChatRecord, OllamaChatRequest } from '../../src/ollama.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import type { Timeouts } from './attempt.ts';
import type { Backend } from './backends.ts';
import { chat } from './chat.ts';
import { UpstreamFailure } from './failure.ts';

/** Options by which Ollama tells one loaded model from another: a different value loads it anew. */
const runnerOptions = ['num_ctx', 'num_batch', 'num_gpu', 'main_gpu', 'use_mmap', 'num_thread', 'draft_num_predict'];

/** A load shorter than this is Ollama's own bookkeeping, where nothing was learned about the model. */
const shortestLoadMs = 500;

/** Share of the newest load time in the learned one. */
const learningRate = 0.5;

/** Expected time of a model's first load, before anything was learned. */
const unknownLoadMs = 30_000;

interface Load {
  /** Ends when the model is in memory. Rejects with an UpstreamFailure, or an OpsError when the gateway ends. */
  readonly done: Promise<void>;
  readonly startedAt: number;
}

export interface LoadsInput {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  timeouts(): Timeouts;
}

/**
 * Cold loads, one for all that wait for the same model. Each is a request of its own (`messages: []` loads and says
 * nothing), so that a caller who leaves does not abort it: Ollama drops a load with its connection, and the next caller
 * would begin at zero.
 */
export class Loads {
  readonly #input: LoadsInput;
  readonly #running = new Map<string, Load>();
  readonly #learnedMs = new Map<string, number>();
  /** Aborts only with the gateway: a load belongs to no caller. */
  readonly #ending = new AbortController();

  constructor(input: LoadsInput) {
    this.#input = input;
  }

  /** The running load of this model with these options, or a new one. */
  join(backend: Backend, request: OllamaChatRequest): Promise<void> {
    const options = runnerOptionsOf(request);
    const key = `${backend.name} ${request.model} ${JSON.stringify(options)}`;
    const running = this.#running.get(key);
    if (running) return running.done;
    const reload = backend.residency.fit(request.model, options['num_ctx']) === 'other_context';
    const done = this.#load(backend, request, options, reload).finally(() => this.#running.delete(key));
    // Whoever waits handles it; nobody may be left when it fails.
    done.catch(() => {});
    this.#running.set(key, { done, startedAt: this.#input.clock.monotonic() });
    return done;
  }

  /** Seconds until a model that is loading should be there, by its earlier loads; undefined where none is running. */
  secondsLeft(tag: string): number | undefined {
    const running = [...this.#running].find(([key]) => key.split(' ')[1] === tag)?.[1];
    if (!running) return undefined;
    const expected = this.#learnedMs.get(tag) ?? unknownLoadMs;
    const left = running.startedAt + expected - this.#input.clock.monotonic();
    return Math.max(1, Math.ceil(left / 1000));
  }

  /** Whether a `load_duration` in nanoseconds was a real load of this model, and not the look at a warm one. */
  isLoad(tag: string, nanoseconds: number | undefined): boolean {
    const learned = this.#learnedMs.get(tag);
    return (nanoseconds ?? 0) / 1e6 >= Math.min(shortestLoadMs, learned === undefined ? shortestLoadMs : learned / 2);
  }

  /** Notes an answer of a model that was in memory when it was asked: if it had to load, options are fighting. */
  answered(backend: Backend, request: OllamaChatRequest, last: OllamaChatRecord): void {
    this.#input.metrics.add(modelReloads, { model: request.model }, 0);
    if (this.isLoad(request.model, last.load_duration)) this.#countReload(backend, request.model, request.options);
  }

  /** Aborts what still loads. */
  close(): void {
    this.#ending.abort(new OpsError('service_unavailable', { seconds: 5, reason: 'draining' }));
  }

  async #load(backend: Backend, request: OllamaChatRequest, options: Options, reload: boolean): Promise<void> {
    const { clock, log, timeouts } = this.#input;
    const { model } = request;
    const started = clock.monotonic();
    log.info({ backend: backend.name, model, options }, 'loading model');
    let last: OllamaChatRecord | undefined;
    try {
      await chat({
        backend,
        // Without the caller's keep_alive, which goes with its own request: 0 would unload the model for everybody.
        body: { model, messages: [], stream: true, options },
        // Silence is what a load sounds like: only a dead server ends it early, whatever is said to its callers.
        timeouts: { ...timeouts(), on_silence: 'probe', first_token: timeouts().cold_load },
        clock,
        progress: { phase: () => {} },
        signal: this.#ending.signal,
        onRecords(records) {
          last = records.at(-1);
          return undefined;
        },
      });
    } catch (thrown) {
      throw this.#failure(thrown, backend);
    }
    const seconds = (clock.monotonic() - started) / 1000;
    log.info({ backend: backend.name, model, seconds: Math.round(seconds * 1000) / 1000 }, 'model loaded');
    if (reload) this.#countReload(backend, model, options);
    this.#learn(model, last?.load_duration);
    await backend.residency.loaded(model, options['num_ctx']);
  }

  /** Counted here, once, and not by each that waits. */
  #failure(thrown: unknown, backend: Backend): unknown {
    const failure = asLoadFailure(thrown);
    if (failure instanceof UpstreamFailure) backend.failed(failure);
    return failure;
  }

  #learn(tag: string, nanoseconds = 0): void {
    const ms = nanoseconds / 1e6;
    const known = this.#learnedMs.get(tag);
    if (ms <= 0) return;
    this.#learnedMs.set(tag, known === undefined ? ms : known + learningRate * (ms - known));
  }

  #countReload(backend: Backend, model: string, options: unknown): void {
    this.#input.metrics.add(modelReloads, { model });
    const fix = 'callers ask with different options; pin them with gateway.models.pin_options';
    this.#input.log.warn({ backend: backend.name, model, options }, `model reloaded while it was in memory: ${fix}`);
  }
}

type Options = Readonly<Record<string, number | undefined>>;

function runnerOptionsOf({ options = {} }: OllamaChatRequest): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => runnerOptions.includes(name))) as Options;
}

/** An error of the server while it loads says that this model cannot be loaded. */
function asLoadFailure(thrown: unknown): unknown {
  if (!(thrown instanceof UpstreamFailure)) return thrown;
  const cause = { cause: thrown };
  if (thrown.reason === 'first_token') return new UpstreamFailure('load_timeout', thrown.detail, cause);
  return ['status_5xx', 'error_record'].includes(thrown.reason)
    ? new UpstreamFailure('load', thrown.detail, cause)
    : thrown;
}
