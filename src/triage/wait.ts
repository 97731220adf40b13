import type { AuditLine } from '../audit-line.ts';
import type { InFlight } from '../in-flight.ts';

/** The article's threshold of box 3, in seconds. */
export const slowSeconds = 3;

/**
 * Seconds that a finished request waited for Ollama, our own queue not counted: the time to the first token of a stream,
 * else the whole time without the decoding. Undefined for anything that never reached Ollama, and for probes.
 */
export function waitOf(audit: AuditLine | undefined): number | undefined {
  if (audit?.type !== 'audit' || audit.probe || audit.outcome === 'rejected' || audit.outcome === 'client_error') {
    return undefined;
  }
  const queue = audit.queue_time ?? 0;
  if (audit.stream && typeof audit.ttft === 'number') return audit.ttft - queue;
  if (typeof audit.response_time !== 'number') return undefined;
  return audit.response_time - (audit.decode_time ?? 0) - queue;
}

/** Seconds that an open request has waited for Ollama's first token; undefined while it waits in our own queue. */
export function openWait(request: InFlight | undefined): number | undefined {
  if (request?.phase === 'load' || request?.phase === 'prefill') return request.phase_age;
  return undefined;
}
