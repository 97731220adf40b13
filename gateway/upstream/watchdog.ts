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

type State = 'waiting' | 'speaking' | 'paused' | 'stopped';

/**
 * Ends a request to a backend that does not answer, without ending one that works in silence. One timer at a time: each
 * token only notes the moment.
 */
export class Watchdog {
  readonly #input: WatchdogInput;
  #state: State = 'stopped';
  #cancel: Cancel = () => {};
  #startedAt = 0;
  #heardAt = 0;
  #probeAt = Number.POSITIVE_INFINITY;
  #loading = false;
  #misses = 0;

  constructor(input: WatchdogInput) {
    this.#input = input;
  }

  /** Starts to wait for the first byte. */
  start(): void {
    const { timeouts, clock } = this.#input;
    this.#state = 'waiting';
    this.#startedAt = clock.monotonic();
    if (timeouts.on_silence === 'probe') this.#probeAt = this.#startedAt + timeouts.no_response - this.#headMs;
    this.#schedule();
  }

  /** A piece of the answer arrived, or the caller has caught up with what it had. */
  heard(): void {
    this.#heardAt = this.#input.clock.monotonic();
    if (this.#state === 'speaking' || this.#state === 'stopped') return;
    this.#state = 'speaking';
    this.#schedule();
  }

  /** Nothing is read: silence says nothing about the backend. */
  pause(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'paused';
    this.#cancel();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#cancel();
  }

  get #headMs(): number {
    return Math.min(probeBeforeVerdictMs, this.#input.timeouts.no_response / 3);
  }

  /** The moment at which patience ends. */
  get #deadline(): number {
    const { timeouts } = this.#input;
    if (this.#state === 'speaking') return this.#heardAt + timeouts.between_tokens;
    if (timeouts.on_silence === 'fail') return this.#startedAt + timeouts.no_response;
    return this.#startedAt + (this.#loading ? timeouts.cold_load : timeouts.first_token);
  }

  #schedule(): void {
    this.#cancel();
    const { clock } = this.#input;
    const at = this.#state === 'waiting' ? Math.min(this.#probeAt, this.#deadline) : this.#deadline;
    this.#cancel = clock.after(Math.max(0, at - clock.monotonic()), () => this.#wake());
  }

  #wake(): void {
    const now = this.#input.clock.monotonic();
    if (now >= this.#deadline) {
      this.#expire();
      return;
    }
    const isProbe = this.#state === 'waiting' && now >= this.#probeAt;
    const first = this.#probeAt < this.#startedAt + this.#input.timeouts.no_response;
    if (isProbe) this.#probeAt = Number.POSITIVE_INFINITY;
    this.#schedule();
    if (isProbe) void this.#probe(first);
  }

  #expire(): void {
    const { timeouts } = this.#input;
    if (this.#state === 'speaking') this.#cut('stall', `no token for ${timeouts.between_tokens} ms`);
    else if (timeouts.on_silence === 'fail') this.#cut('silence', `no byte in ${timeouts.no_response} ms`);
    else if (this.#loading) this.#cut('load_timeout', `no token in ${timeouts.cold_load} ms, the model was loading`);
    else this.#cut('first_token', `no token in ${timeouts.first_token} ms`);
  }

  /** The first probe decides at `no_response`; later ones may miss once, because a busy machine answers late. */
  async #probe(first: boolean): Promise<void> {
    const { endpoint, model, timeouts, clock } = this.#input;
    const verdictAt = this.#startedAt + timeouts.no_response;
    const result = await probe(endpoint, first ? this.#headMs : timeouts.no_response);
    if (this.#state !== 'waiting') return;
    this.#misses = result.alive ? 0 : this.#misses + 1;
    if (result.alive) {
      const resident = result.resident.includes(model);
      this.#loading = !resident;
      this.#input.onAlive(resident);
    } else if (first || this.#misses >= 2) {
      this.#cancel();
      const cut = () => this.#cut('silence', 'no byte, and no valid answer to the probe');
      this.#cancel = clock.after(Math.max(0, verdictAt - clock.monotonic()), cut);
      return;
    }
    this.#probeAt = clock.monotonic() + probeAgainMs;
    this.#schedule();
  }

  #cut(reason: FailureCause, detail: string): void {
    if (this.#state === 'stopped') return;
    this.stop();
    this.#input.cut(new UpstreamFailure(reason, detail));
  }
}
