import { Pool } from 'undici';
import { backendUp, breakerState, retries, upstreamErrors } from '../../src/catalogue/gateway.ts';
import type { Clock } from '../../src/clock.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import { type BreakerEvent, type BreakerState, closed, gaugeOf, probeEveryMs, step } from './breaker.ts';
import type { UpstreamFailure } from './failure.ts';
import { type Endpoint, probe } from './liveness.ts';
import { Residency } from './residency.ts';

/** One Ollama server. */
export interface Backend extends Endpoint {
  /** `host:port`, as logs and metrics name it. */
  readonly name: string;
  /** Requests that are there now. */
  inFlight: number;
  readonly available: boolean;
  readonly residency: Residency;
  /** Tells the breaker that the backend answered. */
  succeeded(): void;
  /** Counts a failure, and tells the breaker if it is one of the backend's health. */
  failed(failure: UpstreamFailure): void;
}

export interface BackendsInput {
  readonly urls: readonly string[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Told when a backend may take requests again, or has another model in memory. */
  onChange(): void;
}

export interface Backends {
  readonly all: readonly Backend[];
  close(): Promise<void>;
}

/** Opens one connection pool per backend. */
export function openBackends(input: BackendsInput): Backends {
  const all = input.urls.map((url) => new OllamaBackend(url, input));
  return {
    all,
    async close() {
      await Promise.all(all.map((backend) => backend.close()));
    },
  };
}

class OllamaBackend implements Backend {
  readonly name: string;
  readonly pool: Pool;
  readonly prefix: string;
  readonly residency: Residency;
  inFlight = 0;
  readonly #input: BackendsInput;
  #breaker: BreakerState = closed;
  #cancelProbe: () => void = () => {};
  #closed = false;
  /** Failures of shared loads reach every request that waited for them. */
  readonly #counted = new WeakSet<UpstreamFailure>();

  constructor(url: string, input: BackendsInput) {
    const { origin, host, pathname } = new URL(url);
    this.name = host;
    this.prefix = pathname.replace(/\/+$/, '');
    this.pool = new Pool(origin, { connect: { timeout: 3000 } });
    this.#input = input;
    this.#publish();
    input.metrics.add(upstreamErrors, { backend: this.name, cause: 'connect' }, 0);
    input.metrics.add(retries, { backend: this.name }, 0);
    const onPoll = (failure: UpstreamFailure | undefined) => this.#polled(failure);
    this.residency = new Residency({ endpoint: this, clock: input.clock, onPoll });
    this.residency.start();
  }

  get available(): boolean {
    return this.#breaker.name === 'closed';
  }

  succeeded(): void {
    this.#input.metrics.set(backendUp, { backend: this.name }, 1);
    this.#step('success');
  }

  failed(failure: UpstreamFailure): void {
    const { metrics, log } = this.#input;
    if (this.#counted.has(failure)) return;
    this.#counted.add(failure);
    metrics.add(upstreamErrors, { backend: this.name, cause: failure.reason });
    log.warn({ backend: this.name, cause: failure.reason, detail: failure.detail }, 'backend failure');
    const effect = failure.kind.breaker;
    if (effect === 'none') return;
    if (effect === 'failure') metrics.set(backendUp, { backend: this.name }, 0);
    this.#step(effect);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelProbe();
    this.residency.close();
    await this.pool.destroy();
  }

  /**
   * A backend that is gone is found before a caller meets it. One that answers here is not yet well: `/api/ps` works
   * while every generation fails, so a success does not reset the breaker's count.
   */
  #polled(failure: UpstreamFailure | undefined): void {
    this.#input.metrics.set(backendUp, { backend: this.name }, failure ? 0 : 1);
    if (failure?.reason === 'connect' && this.available) this.#step('failure');
    this.#input.onChange();
  }

  #step(event: BreakerEvent): void {
    const { clock, log, onChange } = this.#input;
    const before = this.#breaker;
    const { state, effects } = step(before, event, clock.monotonic());
    this.#breaker = state;
    if (before.name === state.name && effects.length === 0) return;
    this.#publish();
    if (before.name === 'closed' && state.name === 'open') log.error({ backend: this.name }, 'circuit breaker opened');
    if (before.name !== 'closed' && state.name === 'closed') {
      log.info({ backend: this.name }, 'circuit breaker closed');
      void this.residency.refresh();
      onChange();
    }
    for (const effect of effects) if (effect === 'schedule_probe') this.#scheduleProbe();
  }

  #scheduleProbe(): void {
    if (this.#closed) return;
    this.#cancelProbe = this.#input.clock.after(probeEveryMs, () => void this.#probe(), { keepAlive: false });
  }

  async #probe(): Promise<void> {
    if (this.#breaker.name === 'closed') return;
    this.#step('probe');
    const { alive } = await probe(this, probeEveryMs);
    if (this.#breaker.name !== 'half_open') return;
    if (alive) this.succeeded();
    else this.#step('failure');
  }

  #publish(): void {
    this.#input.metrics.set(breakerState, { backend: this.name }, gaugeOf[this.#breaker.name]);
  }
}
