import type { LogRecord } from '../logs/record.ts';

/** What Ollama itself said of its failure; other failures are what the gateway saw of it. */
const words = /^(?:error_record|load|status_5xx): (.+)$/s;

/**
 * Ollama's own words in the gateway's audit log, as lines of Ollama: they name the cause where its log is not at hand, and
 * where it logs nothing.
 */
export function toldByOllama(records: readonly LogRecord[]): LogRecord[] {
  return records.flatMap(({ audit, ...record }) => {
    const { upstream_failure = '', request_id } = audit ?? {};
    const message = words.exec(upstream_failure)?.[1];
    // The line is long, and a quotation is cut: only these fields of it.
    const text = JSON.stringify({ upstream_failure, request_id }).slice(1, -1);
    return message === undefined ? [] : [{ ...record, kind: 'ollama-log' as const, message, text }];
  });
}
