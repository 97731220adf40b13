import type { Cancel, Clock } from '../../src/clock.ts';
import type { UpstreamFailure } from './failure.ts';
import { type Endpoint, readPs } from './liveness.ts';

/** How a backend's memory suits a request: the model with the same context, with another one, not there, not known. */
export type Fit = 'warm' | 'unknown' | 'cold' | 'other_context';

/** Time between two looks at `/api/ps`; it loads nothing and is the health probe too. */
const pollEveryMs = 5000;

/** After an answer the model's expiry is read anew, at most once in this time. */
const refreshEveryMs = 1000;

/** Time that a look may take. */
const pollTimeoutMs = 3000;

interface Resident {
  /** Tokens that are allocated. */
  readonly contextLength: number | undefined;
  /** `num_ctx` as it was asked for: a value above the trained one is lowered by Ollama. */
  requestedContext: number | undefined;
  /** Monotonic milliseconds after which Ollama unloads it, if it is not used. */
  readonly expiresAt: number;
}

export interface ResidencyInput {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /** Told how each look ended. */
  onPoll(failure: UpstreamFailure | undefined): void;
}

/** What one backend has in memory, by its own word. */
export class Residency {
  readonly #input: ResidencyInput;
  #models: Map<string, Resident> | undefined;
  #cancel: Cancel = () => {};
  #soon: Cancel | undefined;
  #polling: Promise<void> | undefined;
  #closed = false;

  constructor(input: ResidencyInput) {
    this.#input = input;
  }

  /** The first look, and from then on one every 5 s. */
  start(): void {
    void this.refresh();
  }

  fit(tag: string, numCtx: number | undefined): Fit {
    if (!this.#models) return 'unknown';
    const resident = this.#models.get(tag);
    if (!resident || resident.expiresAt <= this.#input.clock.monotonic()) return 'cold';
    const same = numCtx === undefined || numCtx === resident.contextLength || numCtx === resident.requestedContext;
    return same ? 'warm' : 'other_context';
  }

  /** Tokens of the model's context here, where it is known. */
  contextLength(tag: string): number | undefined {
    return this.#models?.get(tag)?.contextLength;
  }

  /** A load ended: looks what is there now. A look under way may have begun before the end. */
  async loaded(tag: string, numCtx: number | undefined): Promise<void> {
    await this.#polling;
    await this.refresh();
    const resident = this.#models?.get(tag);
    if (resident && numCtx !== undefined) resident.requestedContext = numCtx;
  }

  /** An answer ended: the model's expiry has moved. */
  used(): void {
    if (this.#soon || this.#closed) return;
    const look = () => {
      this.#soon = undefined;
      void this.refresh();
    };
    this.#soon = this.#input.clock.after(refreshEveryMs, look, { keepAlive: false });
  }

  /** Looks once; calls that come meanwhile share it. Never throws. */
  refresh(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    this.#soon?.();
  }

  async #poll(): Promise<void> {
    const { endpoint, clock, onPoll } = this.#input;
    this.#cancel();
    try {
      const { models } = await readPs(endpoint, pollTimeoutMs);
      const now = clock.monotonic();
      const wall = clock.now();
      const before = this.#models;
      this.#models = new Map(
        models.map(({ name, context_length, expires_at }) => {
          const left = Date.parse(expires_at) - wall;
          // A model in use is listed beyond its expiry.
          const expiresAt = left > 0 ? now + left : now + 2 * pollEveryMs;
          const known = before?.get(name);
          const requestedContext = known?.contextLength === context_length ? known?.requestedContext : undefined;
          return [name, { contextLength: context_length, requestedContext, expiresAt }];
        }),
      );
      if (!this.#closed) onPoll(undefined);
    } catch (thrown) {
      this.#models = undefined;
      if (!this.#closed) onPoll(thrown as UpstreamFailure);
    }
    if (!this.#closed) this.#cancel = clock.after(pollEveryMs, () => void this.refresh(), { keepAlive: false });
  }
}
