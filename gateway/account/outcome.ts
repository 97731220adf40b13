import type { RequestOutcome } from '../../src/audit-line.ts';
import type { ClientErrorCode, OpsError } from '../../src/errors.ts';

interface Meaning {
  readonly outcome: RequestOutcome;
  /** Label of `llm_gateway_rejections_total`; absent where upstream work had begun. */
  readonly rejection?: string;
}

/** What each error says about a request's end. */
const meanings: Readonly<Record<ClientErrorCode, Meaning>> = {
  invalid_api_key: { outcome: 'rejected', rejection: 'key' },
  rate_limit_exceeded: { outcome: 'rejected', rejection: 'rate' },
  prompt_too_long: { outcome: 'client_error', rejection: 'prompt' },
  invalid_request: { outcome: 'client_error', rejection: 'request' },
  body_too_large: { outcome: 'client_error', rejection: 'body' },
  headers_too_large: { outcome: 'client_error', rejection: 'headers' },
  model_not_found: { outcome: 'client_error', rejection: 'model' },
  model_ambiguous: { outcome: 'client_error', rejection: 'model' },
  route_not_found: { outcome: 'client_error' },
  queue_full: { outcome: 'rejected', rejection: 'queue' },
  service_unavailable: { outcome: 'upstream_error' },
  upstream_error: { outcome: 'upstream_error' },
  upstream_rejected: { outcome: 'client_error' },
  timeout: { outcome: 'timeout' },
  internal: { outcome: 'gateway_error' },
};

/** What `values.reason` of an error adds: why nobody was asked, or why the code alone would mislead. */
const reasons: Readonly<Record<string, Partial<Meaning>>> = {
  headers: { rejection: 'headers' },
  rate_store: { outcome: 'gateway_error', rejection: 'rate_store' },
  breaker: { rejection: 'breaker' },
  draining: { outcome: 'rejected', rejection: 'draining' },
};

/** The meaning of an error for the audit line and the metrics. */
export function meaningOf(error: OpsError<ClientErrorCode>): Meaning {
  return { ...meanings[error.code], ...reasons[String(error.values['reason'])] };
}
