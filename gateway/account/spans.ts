import type { AuditLine } from '../../src/audit-line.ts';
import type { Context, Span, Tracing } from '../../src/telemetry/tracing.ts';
import type { Inbound } from '../admission/admitted.ts';
import type { RequestRecord, TraceContext } from './request-record.ts';

/** The trace of one request: its span is open while the request is, the stages are added when it ends. */
export interface RequestSpan extends TraceContext {
  finish(record: RequestRecord, line: AuditLine): void;
}

/** Without tracing a request still carries the trace id of its caller. */
export function openSpan(tracing: Tracing | undefined, inbound: Inbound): RequestSpan {
  if (!tracing) return { traceId: callerTraceId(inbound), traceparent: inbound.traceparent, finish: () => {} };
  const { api, tracer } = tracing;
  const parent = api.propagation.extract(api.ROOT_CONTEXT, { traceparent: inbound.traceparent });
  const span = tracer.startSpan(inbound.path, { kind: api.SpanKind.SERVER }, parent);
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceId,
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    finish(record, line) {
      describe(span, line);
      if (line.error) span.setStatus({ code: api.SpanStatusCode.ERROR, message: line.error });
      addStages(tracing, api.trace.setSpan(parent, span), record, line);
      span.end(record.moments().ended);
    },
  };
}

function callerTraceId({ traceparent }: Inbound): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')?.[1] ?? null;
}

function describe(span: Span, line: AuditLine): void {
  if (line.model !== null) span.updateName(`chat ${line.model}`);
  const attributes: Record<string, string | number | boolean | string[] | null> = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'ollama',
    'gen_ai.request.model': line.model,
    'gen_ai.request.stream': line.stream,
    'gen_ai.response.id': line.request_id,
    'gen_ai.response.finish_reasons': line.finish_reason === null ? null : [line.finish_reason],
    'gen_ai.response.time_to_first_chunk': line.ttft,
    'gen_ai.usage.input_tokens': line.prompt_tokens,
    'gen_ai.usage.output_tokens': line.completion_tokens,
    'http.request.method': line.method,
    'http.response.status_code': line.status,
    'url.path': line.path,
    'server.address': line.backend,
    'error.type': line.error,
  };
  for (const [name, value] of Object.entries(attributes)) if (value !== null) span.setAttribute(name, value);
}

/** The stages one after the other; load, prefill and decode have the lengths that Ollama measured. */
function addStages(tracing: Tracing, parent: Context, record: RequestRecord, line: AuditLine): void {
  const { opened, queueFrom, upstreamFrom, ended } = record.moments();
  const stage = (name: string, from: number, to: number, within: Context): Context => {
    const span = tracing.tracer.startSpan(name, { startTime: from }, within);
    span.end(Math.max(from, to));
    return tracing.api.trace.setSpan(within, span);
  };
  stage('admission', opened, queueFrom ?? ended, parent);
  if (queueFrom !== undefined) stage('queue', queueFrom, upstreamFrom ?? ended, parent);
  if (upstreamFrom === undefined) return;
  const upstream = stage('upstream', upstreamFrom, ended, parent);
  let at = upstreamFrom;
  for (const [name, length] of [
    ['load', line.load_time],
    ['prefill', line.prefill_time],
    ['decode', line.decode_time],
  ] as const) {
    if (length === null) continue;
    stage(name, at, at + length * 1000, upstream);
    at += length * 1000;
  }
}
