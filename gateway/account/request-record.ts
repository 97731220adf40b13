import type { AuditLine, RequestOutcome } from '../../src/audit-line.ts';
import type { Clock } from '../../src/clock.ts';
import type { ClientErrorCode, OpsError } from '../../src/errors.ts';
import type { InFlight, Phase } from '../../src/in-flight.ts';
import type { OllamaChatRecord } from '../../src/ollama.ts';
import type { Admitted, Inbound } from '../admission/admitted.ts';
import { UpstreamFailure } from '../upstream/failure.ts';
import type { Progress } from '../upstream/progress.ts';
import { meaningOf } from './outcome.ts';
import { Timeline } from './timeline.ts';

/** What is known about the prompt once the body was read. */
export interface RequestFacts {
  readonly model: string;
  readonly stream: boolean;
  readonly promptChars: number;
  readonly messages: number | null;
}

/** The request's place in a trace, in W3C's form; it is told of the model call as soon as that is known. */
export interface RequestTrace {
  readonly traceId: string | null;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  describe(facts: RequestFacts): void;
}

/** How the answer ended, as the HTTP server saw it. */
export interface Ending {
  /** HTTP status that was sent; null when the caller left before one was. */
  readonly status: number | null;
  readonly aborted: boolean;
  readonly bytesSent: number;
}

/** Everything that one request tells the audit log, the metrics and the trace; filled while it is under way. */
export class RequestRecord implements Progress {
  readonly inbound: Inbound;
  error: OpsError<ClientErrorCode> | undefined;
  finishReason: string | null = null;
  readonly #trace: RequestTrace | null;
  readonly #timeline: Timeline;
  #admitted: Pick<Admitted, 'keyId' | 'probe'> = { keyId: null, probe: false };
  #facts: RequestFacts | undefined;
  #backend: string | null = null;
  #last: OllamaChatRecord | undefined;
  #deltas = 0;
  #truncated = false;
  #ending: Ending | undefined;

  constructor(inbound: Inbound, trace: RequestTrace | null, clock: Clock) {
    this.inbound = inbound;
    this.#trace = trace;
    this.#timeline = new Timeline(clock);
  }

  admitted(admitted: Pick<Admitted, 'keyId' | 'probe'>): void {
    this.#admitted = admitted;
  }

  describe(facts: RequestFacts): void {
    this.#facts = facts;
    this.#trace?.describe(facts);
  }

  /** Trace context for the request to the backend: headers `traceparent` and `tracestate`. */
  get traceparent(): string | undefined {
    return this.#trace?.traceparent;
  }

  get tracestate(): string | undefined {
    return this.#trace?.tracestate;
  }

  phase(phase: Phase): void {
    this.#timeline.enter(phase);
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
    if (content || thinking || calls) {
      this.#timeline.delta(Boolean(content));
      this.#deltas += 1;
    }
    if (record.done) this.#last = record;
  }

  end(ending: Ending): void {
    this.#timeline.end();
    this.#ending = ending;
  }

  get currentPhase(): Phase {
    return this.#timeline.phase;
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

  /** What the gateway itself cost, in seconds; undefined if the request never went to a backend. */
  get overhead(): number | undefined {
    return this.#timeline.overhead;
  }

  /** Moments in milliseconds of wall time. */
  moments() {
    return this.#timeline.moments();
  }

  inFlight(): InFlight {
    const { age, phase_age } = this.#timeline.ages();
    return {
      request_id: this.inbound.requestId,
      age,
      phase: this.currentPhase,
      phase_age,
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
      time: new Date(this.#timeline.now()).toISOString(),
      request_id: inbound.requestId,
      client_request_id: inbound.clientRequestId,
      trace_id: this.#trace?.traceId ?? null,
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
      ...this.#timeline.times(this.#last),
      prompt_tokens: this.#last?.prompt_eval_count ?? null,
      completion_tokens: this.#last?.eval_count ?? (this.#deltas > 0 ? this.#deltas : null),
      finish_reason: this.finishReason,
      backend: this.#backend,
      prompt_truncated: this.#truncated,
      bytes_sent: this.#ending?.bytesSent ?? 0,
      aborted: this.#ending?.aborted ?? false,
      probe: this.#admitted.probe,
      ...(this.error?.cause instanceof UpstreamFailure ? { upstream_failure: this.error.cause.summary } : {}),
    };
  }
}
