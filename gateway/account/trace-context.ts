import type { Inbound } from '../admission/admitted.ts';

/** W3C trace context as it stands in the headers of a request. */
export interface TraceContext {
  readonly traceId: string;
  readonly traceparent: string;
  readonly tracestate: string | undefined;
}

/** Version, trace id, parent id, flags; a version after 00 may add fields. All zeros and version ff are invalid. */
const format = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** The trace context of the caller; undefined when it sent none, or one that the standard calls invalid. */
export function callerTrace({
  traceparent,
  headers,
}: Pick<Inbound, 'traceparent' | 'headers'>): TraceContext | undefined {
  const [, traceId, more] = format.exec(traceparent ?? '') ?? [];
  if (traceparent === undefined || traceId === undefined) return undefined;
  if (more !== undefined && traceparent.startsWith('00')) return undefined;
  return { traceId, traceparent, tracestate: headers['tracestate']?.toString() };
}
