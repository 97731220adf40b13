import type { AuditLine, RequestOutcome } from '../../src/audit-line.ts';
import type { Clock } from '../../src/clock.ts';
import type { ClientErrorCode, OpsError } from '../../src/errors.ts';
import type { InFlight, Phase } from '../../src/in-flight.ts';
import type { OllamaChatRecord } from '../../src/ollama.ts';
import type { Admitted, Inbound } from '../admission/admitted.ts';
import type { Progress } from '../upstream/progress.ts';
import { meaningOf } from './outcome.ts';

/** What is known about the prompt once the body was read. */
export interface RequestFacts {
  readonly model: string;
  readonly stream: boolean;
  readonly promptChars: number;
  readonly messages: number | null;
}

/** The trace that a request belongs to. */
export interface TraceContext {
  readonly traceId: string | null;
  /** For whoever is asked next. */
  readonly traceparent: string | undefined;
}

/** How the answer ended, as the HTTP server saw it. */
export interface Ending {
  /** HTTP status that was sent; null when the caller left before one was. */
  readonly status: number | null;
  readonly aborted: boolean;
  readonly bytesSent: number;
}

/** A load shorter than this is Ollama's own bookkeeping: the model was in memory. */
const coldLoadSeconds = 0.5;

/** Everything that one request tells the audit log, the metrics and the trace; filled while it is under way. */
export class RequestRecord implements Progress {
  readonly inbound: Inbound;
  readonly traceId: string | null;
  /** W3C trace context for the upstream. */
  readonly traceparent: string | undefined;
  /** Wall time of the arrival in milliseconds. */
  readonly openedAt: number;
  error: OpsError<ClientErrorCode> | undefined;
  finishReason: string | null = null;
  #clock: Clock;
  #start: number;
  #admitted: Pick<Admitted, 'keyId' | 'probe'> = { keyId: null, probe: false };
  #facts: RequestFacts | undefined;
  #phase: Phase = 'admission';
  #phaseSince: number;
  #loadFrom: number | undefined;
  #loadedAt: number | undefined;
  #queueFrom: number | undefined;
  #upstreamFrom: number | undefined;
  #firstDelta: number | undefined;
  #firstContent: number | undefined;
  #lastDelta: number | undefined;
  #backend: string | null = null;
  #last: OllamaChatRecord | undefined;
  #deltas = 0;
  #truncated = false;
  #ended: number | undefined;
  #ending: Ending | undefined;

  constructor(inbound: Inbound, trace: TraceContext, clock: Clock) {
    this.inbound = inbound;
    this.traceId = trace.traceId;
    this.traceparent = trace.traceparent;
    this.openedAt = clock.now();
    this.#clock = clock;
    this.#start = clock.monotonic();
    this.#phaseSince = this.#start;
  }

  admitted(admitted: Pick<Admitted, 'keyId' | 'probe'>): void {
    this.#admitted = admitted;
  }

  describe(facts: RequestFacts): void {
    this.#facts = facts;
  }

  phase(phase: Phase): void {
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

  backend(name: string): void {
    this.#backend = name;
  }

  truncated(): void {
    this.#truncated = true;
  }

  /** Notes a record of the answer at the moment of its arrival. */
  received(record: OllamaChatRecord): void {
    const { content, thinking, tool_calls: calls } = record.message ?? {};
    const now = this.#clock.monotonic();
    if (content || thinking || calls) {
      this.phase('decode');
      this.#firstDelta ??= now;
      this.#lastDelta = now;
      this.#deltas += 1;
    }
    if (content) this.#firstContent ??= now;
    if (record.done) this.#last = record;
  }

  end(ending: Ending): void {
    this.#ended = this.#clock.monotonic();
    this.#ending = ending;
  }

  get currentPhase(): Phase {
    return this.#phase;
  }

  get model(): string | null {
    return this.#facts?.model ?? null;
  }

  get promptTruncated(): boolean {
    return this.#truncated;
  }

  get outcome(): RequestOutcome {
    if (this.error) return meaningOf(this.error).outcome;
    return this.#ending?.aborted ? 'aborted' : 'ok';
  }

  /** Seconds from the arrival to the first byte sent upstream, without the waits: what the gateway itself costs. */
  get overhead(): number | undefined {
    if (this.#upstreamFrom === undefined) return undefined;
    const waited = this.#upstreamFrom - (this.#loadFrom ?? this.#queueFrom ?? this.#upstreamFrom);
    return seconds(this.#upstreamFrom - this.#start - waited);
  }

  inFlight(): InFlight {
    const now = this.#clock.monotonic();
    return {
      request_id: this.inbound.requestId,
      age: seconds(now - this.#start),
      phase: this.#phase,
      phase_age: seconds(now - this.#phaseSince),
      backend: this.#backend,
      model: this.model,
      stream: this.#facts?.stream ?? false,
      user_id: this.inbound.userId,
      client_ip: this.inbound.clientIp,
    };
  }

  /** The line of the audit log as far as it is known now. */
  line(type: 'audit' | 'started', userIdTrusted: boolean): AuditLine {
    const { inbound } = this;
    const ended = type === 'audit';
    const status = this.#ending?.aborted ? (this.#ending.status ?? 499) : (this.#ending?.status ?? null);
    return {
      type,
      time: new Date(this.#clock.now()).toISOString(),
      request_id: inbound.requestId,
      client_request_id: inbound.clientRequestId,
      trace_id: this.traceId,
      user_id: inbound.userId,
      user_id_trusted: userIdTrusted && inbound.userId !== null,
      client_ip: inbound.clientIp,
      key_id: this.#admitted.keyId,
      method: inbound.method,
      path: inbound.path,
      model: this.model,
      stream: this.#facts?.stream ?? false,
      prompt_chars: this.#facts?.promptChars ?? null,
      messages: this.#facts?.messages ?? null,
      status: ended ? status : null,
      outcome: ended ? this.outcome : null,
      error: this.error?.code ?? null,
      ...this.times(),
      prompt_tokens: this.#last?.prompt_eval_count ?? null,
      completion_tokens: this.#last?.eval_count ?? (this.#deltas > 0 ? this.#deltas : null),
      finish_reason: this.finishReason,
      backend: this.#backend,
      prompt_truncated: this.#truncated,
      bytes_sent: this.#ending?.bytesSent ?? 0,
      aborted: this.#ending?.aborted ?? false,
      probe: this.#admitted.probe,
    };
  }

  /** Durations in seconds. Those of the model are Ollama's own; a warm model's load time is null. */
  times() {
    const since = (moment: number | undefined) => (moment === undefined ? null : seconds(moment - this.#start));
    const load = nanoseconds(this.#last?.load_duration);
    const decode = this.#firstDelta === undefined ? undefined : (this.#lastDelta ?? 0) - this.#firstDelta;
    const queued = this.#queueFrom === undefined ? undefined : (this.#upstreamFrom ?? this.#ended ?? this.#queueFrom);
    return {
      response_time: since(this.#ended),
      ttft: since(this.#firstDelta),
      ttft_content: since(this.#firstContent),
      queue_time: queued === undefined ? null : seconds(queued - (this.#queueFrom ?? 0)),
      load_time: this.#waitedForLoad ?? (load !== null && load >= coldLoadSeconds ? load : null),
      prefill_time: nanoseconds(this.#last?.prompt_eval_duration),
      decode_time: nanoseconds(this.#last?.eval_duration) ?? (decode === undefined ? null : seconds(decode)),
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
      moment === undefined ? undefined : this.openedAt + (moment - this.#start);
    return {
      opened: this.openedAt,
      queueFrom: wall(this.#queueFrom),
      upstreamFrom: wall(this.#upstreamFrom),
      firstDelta: wall(this.#firstDelta),
      ended: wall(this.#ended) ?? this.openedAt,
    };
  }
}

const seconds = (ms: number) => Math.round(Math.max(0, ms) * 1000) / 1e6;

const nanoseconds = (value: number | undefined) => (value === undefined ? null : Math.round(value / 1000) / 1e6);
