import type { Cancel, Clock } from '../../src/clock.ts';
import type { GatewayConfig } from '../config.ts';
import { type FailureCause, UpstreamFailure } from './failure.ts';
import { type Endpoint, probe } from './liveness.ts';

type Timeouts = GatewayConfig['timeouts'];

/** Time that the probe has before the verdict on a silent backend falls. */
const probeBeforeVerdictMs = 1000;

/** How often a backend that stays silent is asked again. */
const probeAgainMs = 5000;

export interface WatchdogInput {
  readonly endpoint: Endpoint;
  /** The tag that was asked for, to see whether it is in memory. */
  readonly model: string;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  /** Ends the request with the failure as its reason. */
  cut(failure: UpstreamFailure): void;
  /** Told at each probe whether the model is in memory: else the backend is loading it. */
  onAlive(resident: boolean): void;
}

/** Ends a request to a backend that does not answer, without ending one that works in silence. */
export class Watchdog {
  readonly #input: WatchdogInput;
  #cancels = new Set<Cancel>();
  #betweenTokens: Cancel = () => {};
  #silent = true;
  #misses = 0;

  constructor(input: WatchdogInput) {
    this.#input = input;
  }

  /** Starts to wait for the first byte. */
  start(): void {
    const { timeouts } = this.#input;
    const limit = timeouts.no_response;
    if (timeouts.on_silence === 'fail') {
      this.#after(limit, () => this.#cut('silence', `no byte in ${limit} ms`));
    } else {
      const head = Math.min(probeBeforeVerdictMs, limit / 3);
      this.#after(limit - head, () => void this.#probe(head, true));
    }
    this.#after(timeouts.first_token, () => this.#firstTokenDue());
    this.#after(timeouts.cold_load, () => this.#cut('first_token', `no token in ${timeouts.cold_load} ms`));
  }

  /** The first byte arrived. */
  heard(): void {
    this.#silent = false;
    this.#clear();
  }

  /** Waits for the next piece of a running answer. */
  arm(): void {
    const limit = this.#input.timeouts.between_tokens;
    if (this.#silent) return;
    this.#betweenTokens = this.#input.clock.after(limit, () => this.#cut('stall', `no token for ${limit} ms`));
  }

  disarm(): void {
    this.#betweenTokens();
  }

  stop(): void {
    this.#silent = false;
    this.disarm();
    this.#clear();
  }

  #loading = false;

  #firstTokenDue(): void {
    const limit = this.#input.timeouts.first_token;
    if (!this.#loading) this.#cut('first_token', `no token in ${limit} ms`);
  }

  async #probe(withinMs: number, verdict: boolean): Promise<void> {
    const { endpoint, model } = this.#input;
    const started = this.#input.clock.monotonic();
    const result = await probe(endpoint, withinMs);
    if (!this.#silent) return;
    this.#misses = result.alive ? 0 : this.#misses + 1;
    if (result.alive) {
      const resident = result.resident.includes(model);
      this.#loading = !resident;
      this.#input.onAlive(resident);
    } else if (verdict || this.#misses >= 2) {
      const rest = verdict ? withinMs - (this.#input.clock.monotonic() - started) : 0;
      this.#after(Math.max(0, rest), () => this.#cut('silence', 'no byte, and no valid answer to the probe'));
      return;
    }
    this.#after(probeAgainMs, () => void this.#probe(this.#input.timeouts.no_response, false));
  }

  #cut(reason: FailureCause, detail: string): void {
    this.stop();
    this.#input.cut(new UpstreamFailure(reason, detail));
  }

  #after(ms: number, task: () => void): void {
    const cancel = this.#input.clock.after(ms, () => {
      this.#cancels.delete(cancel);
      task();
    });
    this.#cancels.add(cancel);
  }

  #clear(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
