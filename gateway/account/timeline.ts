import type { Clock } from '../../src/clock.ts';
import type { Phase } from '../../src/in-flight.ts';
import type { OllamaChatRecord } from '../../src/ollama.ts';

/** A load shorter than this is Ollama's own bookkeeping: the model was in memory. */
const coldLoadSeconds = 0.5;

/** When a request reached each of its stages. */
export class Timeline {
  readonly #clock: Clock;
  /** Wall time of the arrival in milliseconds. */
  readonly #openedAt: number;
  readonly #start: number;
  #phase: Phase = 'admission';
  #phaseSince: number;
  #loadFrom: number | undefined;
  #loadedAt: number | undefined;
  #queueFrom: number | undefined;
  #upstreamFrom: number | undefined;
  #firstDelta: number | undefined;
  #firstContent: number | undefined;
  #lastDelta: number | undefined;
  #ended: number | undefined;

  constructor(clock: Clock) {
    this.#openedAt = clock.now();
    this.#clock = clock;
    this.#start = clock.monotonic();
    this.#phaseSince = this.#start;
  }

  /** Once a token has come, the request stays in `decode`. */
  enter(phase: Phase): void {
    const now = this.#clock.monotonic();
    if (phase === 'load' && this.#upstreamFrom === undefined) this.#loadFrom ??= now;
    if (phase === 'queue') {
      if (this.#loadFrom !== undefined) this.#loadedAt ??= now;
      this.#queueFrom ??= now;
    }
    if (phase === 'prefill') this.#upstreamFrom ??= now;
    if (phase === this.#phase || this.#firstDelta !== undefined) return;
    this.#phase = phase;
    this.#phaseSince = now;
  }

  /** A piece of the answer came; `visible` if it is text that the caller shows. */
  delta(visible: boolean): void {
    const now = this.#clock.monotonic();
    this.enter('decode');
    this.#firstDelta ??= now;
    this.#lastDelta = now;
    if (visible) this.#firstContent ??= now;
  }

  end(): void {
    this.#ended = this.#clock.monotonic();
  }

  /** Wall time in milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Seconds since the arrival, and since the current phase began. */
  ages() {
    const now = this.#clock.monotonic();
    return { age: seconds(now - this.#start), phase_age: seconds(now - this.#phaseSince) };
  }

  /** Seconds from the arrival until the request went to a backend, the waits for load and place aside; undefined if it never did. */
  get overhead(): number | undefined {
    if (this.#upstreamFrom === undefined) return undefined;
    const waited = this.#upstreamFrom - (this.#loadFrom ?? this.#queueFrom ?? this.#upstreamFrom);
    return seconds(this.#upstreamFrom - this.#start - waited);
  }

  /** Durations in seconds. Those of the model are Ollama's own; a warm model's load time is null. */
  times(last: OllamaChatRecord | undefined) {
    const since = (moment: number | undefined) => (moment === undefined ? null : seconds(moment - this.#start));
    const load = nanoseconds(last?.load_duration);
    const decode = this.#firstDelta === undefined ? undefined : (this.#lastDelta ?? 0) - this.#firstDelta;
    const queued = this.#queueFrom === undefined ? undefined : (this.#upstreamFrom ?? this.#ended ?? this.#queueFrom);
    return {
      response_time: since(this.#ended),
      ttft: since(this.#firstDelta),
      ttft_content: since(this.#firstContent),
      queue_time: queued === undefined ? null : seconds(queued - (this.#queueFrom ?? 0)),
      load_time: this.#waitedForLoad ?? (load !== null && load >= coldLoadSeconds ? load : null),
      prefill_time: nanoseconds(last?.prompt_eval_duration),
      decode_time: nanoseconds(last?.eval_duration) ?? (decode === undefined ? null : seconds(decode)),
    };
  }

  /** Seconds in which it waited for a load that it shared with others: Ollama's own count knows nothing of that one. */
  get #waitedForLoad(): number | undefined {
    if (this.#loadFrom === undefined) return undefined;
    return seconds((this.#loadedAt ?? this.#ended ?? this.#clock.monotonic()) - this.#loadFrom);
  }

  /** Moments in milliseconds of wall time, for the spans of a trace. */
  moments() {
    const wall = (moment: number | undefined) =>
      moment === undefined ? undefined : this.#openedAt + (moment - this.#start);
    return {
      opened: this.#openedAt,
      loadFrom: wall(this.#loadFrom),
      queueFrom: wall(this.#queueFrom),
      upstreamFrom: wall(this.#upstreamFrom),
      ended: wall(this.#ended) ?? this.#openedAt,
    };
  }
}

const seconds = (ms: number) => Math.round(Math.max(0, ms) * 1000) / 1e6;

const nanoseconds = (value: number | undefined) => (value === undefined ? null : Math.round(value / 1000) / 1e6);
