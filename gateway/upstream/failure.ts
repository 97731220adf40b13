import { type ClientErrorCode, codeOf, OpsError, reasonOf } from '../../src/errors.ts';
import { LineTooLong } from '../translate/ndjson.ts';
import type { BreakerEvent } from './breaker.ts';

interface FailureKind {
  /** What the caller is told. */
  readonly code: ClientErrorCode;
  /** Whether it counts against the backend's breaker. */
  readonly breaker: BreakerEvent | 'none';
  /** Whether another backend may be asked, as long as nothing was answered. */
  readonly elsewhere: boolean;
}

const kind = (code: ClientErrorCode, breaker: FailureKind['breaker'], elsewhere: boolean): FailureKind => ({
  code,
  breaker,
  elsewhere,
});

/**
 * Every way in which a backend fails, once. Ollama's full queue is backpressure, a client's mistake is an answer, and a
 * model that cannot be loaded is that model's fault: none of them says that the backend is ill.
 */
const kinds = {
  connect: kind('service_unavailable', 'failure', true),
  reset: kind('upstream_error', 'failure', true),
  silence: kind('service_unavailable', 'failure', true),
  first_token: kind('timeout', 'none', false),
  stall: kind('timeout', 'failure', false),
  load: kind('service_unavailable', 'none', true),
  load_timeout: kind('timeout', 'none', false),
  status_4xx: kind('upstream_rejected', 'success', false),
  status_5xx: kind('upstream_error', 'failure', true),
  busy: kind('queue_full', 'none', true),
  error_record: kind('upstream_error', 'failure', false),
  malformed: kind('upstream_error', 'failure', false),
  incomplete: kind('upstream_error', 'none', false),
} as const satisfies Record<string, FailureKind>;

/** Also the `cause` label of `llm_gateway_upstream_errors_total`. */
export type FailureCause = keyof typeof kinds;

/** When nothing better is known. */
const usualRetrySeconds = 5;

/** Texts that name a file or an address are not the caller's business. A model's name may hold slashes too. */
const namesPlace = /(?:^|[\s"'(=:])(?:\/\w|[A-Za-z]:\\)|https?:/;

/** Where Ollama's public models come from; its errors name them in full. */
const ownRegistry = /\bregistry\.ollama\.ai\/(?:library\/)?/g;

/** The model runner says what of an answer or a prompt it could not read behind the colon. */
const quotesText = /(\b(?:pars(?:e|ing)|input|prompt|template|grammar|token)\b[^:]{0,80}):.*/is;

/** Of a backend's words this many characters go into an audit line. */
const mostWords = 200;

/** A failure of a backend, with what follows from it. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  readonly reason: FailureCause;
  readonly detail: string;

  constructor(reason: FailureCause, detail: string, options?: ErrorOptions) {
    super(`${reason}: ${detail}`, options);
    this.reason = reason;
    this.detail = detail;
  }

  get kind(): FailureKind {
    return kinds[this.reason];
  }

  /** For the audit log: the reason, and the backend's words where they can hold none of the prompt or the answer. */
  get summary(): string {
    const words = this.reason === 'status_4xx' ? '' : this.detail.replace(quotesText, '$1').trim().slice(0, mostWords);
    return words === '' ? this.reason : `${this.reason}: ${words}`;
  }

  /**
   * The error for the caller; `seconds` after which a retry is worth it. Only an answer to the caller's own mistake is
   * passed on, and no path with it.
   */
  toClientError(model: string, seconds = usualRetrySeconds): OpsError<ClientErrorCode> {
    const options = { cause: this };
    if (this.reason === 'status_4xx' && /^model .* not found/.test(this.detail)) {
      return new OpsError('model_not_found', { model, param: 'model' }, options);
    }
    const message = namesPlace.test(this.detail)
      ? 'the model rejected the request'
      : this.detail.replace(ownRegistry, '');
    return new OpsError(this.kind.code, { message, seconds }, options);
  }
}

const connectCodes = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']);

/** The failure behind an error of the connection. */
export function fromNetwork(thrown: unknown): UpstreamFailure {
  if (thrown instanceof UpstreamFailure) return thrown;
  if (thrown instanceof LineTooLong) return new UpstreamFailure('malformed', thrown.message, { cause: thrown });
  const code = codeOf(thrown) ?? '';
  const connect = connectCodes.has(code) || code === 'UND_ERR_CONNECT_TIMEOUT';
  return new UpstreamFailure(connect ? 'connect' : 'reset', `${code} ${reasonOf(thrown)}`.trim(), { cause: thrown });
}

/** The failure behind an answer other than 200; Ollama puts its reason into `error`. */
export function fromStatus(status: number, body: string): UpstreamFailure {
  const detail = errorText(body);
  if (status === 503) return new UpstreamFailure('busy', detail);
  // 501: the model cannot do what was asked, such as embeddings of a chat model.
  return new UpstreamFailure(status < 500 || status === 501 ? 'status_4xx' : 'status_5xx', detail);
}

/** Newer servers nest the model runner's JSON inside the text. */
function errorText(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return body;
    const inner: unknown = 'error' in value ? value.error : 'message' in value ? value.message : undefined;
    if (typeof inner === 'string') return inner.startsWith('{') ? errorText(inner) : inner;
    return inner === undefined ? body : errorText(JSON.stringify(inner));
  } catch {
    return body.slice(0, 300);
  }
}
