/** How a request ended; a closed set, also the `outcome` label of the metrics. */
export const outcomes = [
  'ok',
  'client_error',
  'rejected',
  'upstream_error',
  'gateway_error',
  'timeout',
  'aborted',
] as const;

export type RequestOutcome = (typeof outcomes)[number];

/**
 * One line of the gateway's audit log. `audit` lines are written at a request's end, `started` lines once it has been
 * open for 3 s, `recovered` lines by the first start after an unclean end. Times are in seconds, `null` = did not happen.
 */
export interface AuditLine {
  readonly type: 'audit' | 'started' | 'recovered';
  /** RFC 3339, UTC: the moment the line was written. */
  readonly time: string;
  readonly request_id: string;
  readonly client_request_id: string | null;
  readonly trace_id: string | null;
  readonly user_id: string | null;
  readonly user_id_trusted: boolean;
  readonly client_ip: string;
  readonly key_id: string | null;
  readonly method: string;
  readonly path: string;
  readonly model: string | null;
  readonly stream: boolean;
  readonly prompt_chars: number | null;
  readonly messages: number | null;
  /** HTTP status sent, 499 when the caller left before one was sent, null on a `started` line. */
  readonly status: number | null;
  readonly outcome: RequestOutcome | null;
  /** Error code of `errors.ts`; `gateway_restarted` on a `recovered` line. */
  readonly error: string | null;
  /** Total time from the first byte of the request to the last of the answer. */
  readonly response_time: number | null;
  /** Time to the first delta of any kind. */
  readonly ttft: number | null;
  /** Time to the first visible text. */
  readonly ttft_content: number | null;
  readonly queue_time: number | null;
  readonly load_time: number | null;
  readonly prefill_time: number | null;
  readonly decode_time: number | null;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly finish_reason: string | null;
  readonly backend: string | null;
  /** Ollama cut the prompt to the context of the model. */
  readonly prompt_truncated: boolean;
  readonly bytes_sent: number;
  readonly aborted: boolean;
  /** A canary or triage probe: outside SLOs, limits and the top 5. */
  readonly probe: boolean;
  /** What the backend did instead of answering, where it failed: `reason: its words`, by the reasons of the metrics. */
  readonly upstream_failure?: string;
  /** Time of the last line before an unclean end, on `recovered` lines only. */
  readonly last_record_time?: string | null;
}

/** The `recovered` line about the gateway itself; the others repeat the `started` line of a request that has no end. */
export type RecoveredLine = Pick<AuditLine, 'type' | 'time' | 'last_record_time'>;

/** Reads one line of the audit log; undefined for anything else, so that mixed logs can be read. */
export function parseAuditLine(text: string): AuditLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: Partial<AuditLine> | null = JSON.parse(text);
    const known = value?.type === 'audit' || value?.type === 'started' || value?.type === 'recovered';
    return known && typeof value.time === 'string' ? (value as AuditLine) : undefined;
  } catch {
    return undefined;
  }
}
