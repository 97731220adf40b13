import type { AuditLine } from '../../src/audit-line.ts';
import type { Context, Span, Tracing } from '../../src/telemetry/tracing.ts';
import type { Inbound } from '../admission/admitted.ts';
import type { RequestFacts, RequestRecord, RequestTrace } from './request-record.ts';
import { modelAttributes, operationOf, requestAttributes, routeOf } from './span-attributes.ts';
import { callerTrace } from './trace-context.ts';

/** The trace of one request: its span is open while the request is, the stages are added when it ends. */
export interface RequestSpan extends RequestTrace {
  finish(record: RequestRecord, line: AuditLine): void;
}

/** Without tracing a request still carries the trace of its caller, on to the backend. */
export function openSpan(tracing: Tracing | undefined, inbound: Inbound): RequestSpan {
  if (tracing) return new RecordedSpan(tracing, inbound);
  const caller = callerTrace(inbound);
  return {
    traceId: caller?.traceId ?? null,
    traceparent: caller?.traceparent,
    tracestate: caller?.tracestate,
    describe() {},
    finish() {},
  };
}

/** SERVER span of the request; in it, once the model is known, the CLIENT span of the call to the backend. */
class RecordedSpan implements RequestSpan {
  readonly #tracing: Tracing;
  readonly #inbound: Inbound;
  readonly #root: Span;
  readonly #context: Context;
  #call: Span | undefined;

  constructor(tracing: Tracing, inbound: Inbound) {
    const { api, tracer } = tracing;
    const caller = callerTrace(inbound);
    const parent = caller ? api.propagation.extract(api.ROOT_CONTEXT, caller) : api.ROOT_CONTEXT;
    this.#tracing = tracing;
    this.#inbound = inbound;
    this.#root = tracer.startSpan(inbound.method, { kind: api.SpanKind.SERVER }, parent);
    this.#context = api.trace.setSpan(parent, this.#root);
  }

  get traceId(): string {
    return this.#root.spanContext().traceId;
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.#current.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  get tracestate(): string | undefined {
    return this.#current.spanContext().traceState?.serialize() || undefined;
  }

  describe({ model, stream }: RequestFacts): void {
    const { api, tracer } = this.#tracing;
    const operation = operationOf(this.#inbound.path);
    const attributes = {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': 'ollama',
      'gen_ai.request.model': model,
      'gen_ai.request.stream': stream,
    };
    this.#call ??= tracer.startSpan(`${operation} ${model}`, { kind: api.SpanKind.CLIENT, attributes }, this.#context);
  }

  finish(record: RequestRecord, line: AuditLine): void {
    const { ended } = record.moments();
    if (this.#root.isRecording()) {
      const failed = ['upstream_error', 'gateway_error', 'timeout'].includes(line.outcome ?? '');
      if (line.error !== 'route_not_found') this.#root.updateName(`${line.method} ${routeOf(line.path)}`);
      this.#close(this.#root, requestAttributes(line), failed ? line.error : null);
      this.#addStages(record, line);
    }
    if (this.#call) this.#close(this.#call, modelAttributes(line), line.error);
    this.#call?.end(ended);
    this.#root.end(ended);
  }

  get #current(): Span {
    return this.#call ?? this.#root;
  }

  #close(span: Span, attributes: Readonly<Record<string, unknown>>, error: string | null): void {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null) span.setAttribute(name, value as string);
    }
    if (error !== null) span.setStatus({ code: this.#tracing.api.SpanStatusCode.ERROR, message: error });
  }

  /** The stages one after the other; load, prefill and decode have the lengths that Ollama measured. */
  #addStages(record: RequestRecord, line: AuditLine): void {
    const { opened, loadFrom, queueFrom, upstreamFrom, ended } = record.moments();
    const { tracer, api } = this.#tracing;
    const stage = (name: string, from: number, to: number, within: Context): Context => {
      const span = tracer.startSpan(name, { startTime: from }, within);
      span.end(Math.max(from, to));
      return api.trace.setSpan(within, span);
    };
    stage('admission', opened, loadFrom ?? queueFrom ?? ended, this.#context);
    const call = this.#call ? api.trace.setSpan(this.#context, this.#call) : this.#context;
    if (loadFrom !== undefined) stage('load', loadFrom, queueFrom ?? ended, call);
    if (queueFrom !== undefined) stage('queue', queueFrom, upstreamFrom ?? ended, call);
    if (upstreamFrom === undefined) return;
    const upstream = stage('upstream', upstreamFrom, ended, call);
    let at = upstreamFrom;
    for (const [name, length] of [
      ['load', loadFrom === undefined ? line.load_time : null],
      ['prefill', line.prefill_time],
      ['decode', line.decode_time],
    ] as const) {
      if (length === null) continue;
      stage(name, at, at + length * 1000, upstream);
      at += length * 1000;
    }
  }
}
