import type { AuditLine } from '../../src/audit-line.ts';
import {
  gpuSeconds,
  modelLoad,
  overhead,
  promptsTruncated,
  queueWait,
  rejections,
  requestDuration,
  requests,
  timePerOutputToken,
  timeToFirstToken,
  tokens,
} from '../../src/catalogue/gateway.ts';
import type { Exemplar, Metrics } from '../../src/telemetry/registry.ts';
import { meaningOf } from './outcome.ts';
import type { RequestRecord } from './request-record.ts';

/** Adds a finished request to the metrics; the same numbers as in its audit line. A probe's are left out. */
export function measure(metrics: Metrics, record: RequestRecord, line: AuditLine): void {
  const outcome = record.outcome;
  const rejection = record.error && meaningOf(record.error).rejection;
  if (rejection) metrics.add(rejections, { reason: rejection });
  if (line.probe) return;
  // A name that no backend knows is the caller's invention and must not become a label.
  const model = line.backend === null || rejection === 'model' ? '' : (line.model ?? '');
  metrics.add(requests, { outcome, model });
  const exemplar = exemplarOf(line);
  metrics.observe(requestDuration, { outcome }, line.response_time ?? 0, exemplar);
  if (line.queue_time !== null) metrics.observe(queueWait, {}, line.queue_time, exemplar);
  if (line.ttft !== null) metrics.observe(timeToFirstToken, {}, line.ttft, exemplar);
  if (line.load_time !== null) metrics.observe(modelLoad, {}, line.load_time, exemplar);
  if (record.overhead !== undefined) {
    metrics.observe(overhead, {}, record.overhead);
    // The zero makes `rate` see the first cut prompt of a model.
    metrics.add(promptsTruncated, { model }, line.prompt_truncated ? 1 : 0);
  }
  measureWork(metrics, line);
  if (line.prompt_tokens) metrics.add(tokens, { direction: 'input', model }, line.prompt_tokens);
  if (line.completion_tokens) metrics.add(tokens, { direction: 'output', model }, line.completion_tokens);
  const between = (line.completion_tokens ?? 0) - 1;
  if (between > 0 && line.decode_time !== null) {
    metrics.observe(timePerOutputToken, {}, line.decode_time / between, exemplar);
  }
}

/** Nginx's and our own ids have 36 characters at most; longer ones would not fit beside a trace id. */
function exemplarOf({ request_id, trace_id }: AuditLine): Exemplar {
  return { ...(request_id.length <= 64 && { request_id }), ...(trace_id !== null && { trace_id }) };
}

function measureWork(metrics: Metrics, { key_id, load_time, prefill_time, decode_time }: AuditLine): void {
  const work = { load: load_time, prefill: prefill_time, decode: decode_time };
  for (const [phase, seconds] of Object.entries(work)) {
    if (seconds) metrics.add(gpuSeconds, { key_id: key_id ?? '', phase }, seconds);
  }
}
