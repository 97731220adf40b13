import { fill } from './text.ts';

/** Exit codes of every command; `ops check` alone follows the Nagios convention 0/1/2/3. */
export const exitCode = { fine: 0, fault: 1, unknown: 3, usage: 64, internal: 70, configuration: 78 } as const;

interface ClientError {
  readonly audience: 'client';
  /** HTTP status. */
  readonly status: number;
  /** `type` of the OpenAI error object. */
  readonly type: string;
  readonly template: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
}

/** Told to the browser of an operator. */
interface PageError {
  readonly audience: 'page';
  /** HTTP status. */
  readonly status: number;
  readonly template: string;
}

interface OperatorError {
  readonly audience: 'operator';
  readonly exitCode: number;
  readonly template: string;
  readonly retryable: boolean;
}

const client = (status: number, type: string, template: string, retryable = false): ClientError => ({
  audience: 'client',
  status,
  type,
  template,
  retryable,
});

const operator = (code: number, template: string, retryable = false): OperatorError => ({
  audience: 'operator',
  exitCode: code,
  template,
  retryable,
});

const page = (status: number, template: string): PageError => ({ audience: 'page', status, template });

/** Every error of the product, once. `translate/error-reply` shapes the client ones, `cli/main` prints the operator ones. */
export const errors = {
  invalid_api_key: client(401, 'authentication_error', 'invalid api key'),
  rate_limit_exceeded: client(429, 'rate_limit_error', 'rate limit exceeded, retry in {seconds} s', true),
  prompt_too_long: client(400, 'invalid_request_error', 'prompt too long, max {max} chars'),
  invalid_request: client(400, 'invalid_request_error', '{message}'),
  body_too_large: client(413, 'invalid_request_error', 'request body too large, max {max} bytes'),
  headers_too_large: client(431, 'invalid_request_error', 'request headers too large, max {max} bytes'),
  model_not_found: client(404, 'not_found_error', "model '{model}' not found"),
  model_ambiguous: client(404, 'not_found_error', "model '{model}' is ambiguous, use one of: {candidates}"),
  route_not_found: client(404, 'not_found_error', 'no such endpoint: {method} {path}'),
  service_unavailable: client(
    503,
    'overloaded_error',
    'model service is temporarily unavailable, please retry shortly',
    true,
  ),
  queue_full: client(503, 'overloaded_error', 'model service is busy, please retry in {seconds} s', true),
  upstream_error: client(502, 'api_error', 'the model stopped while answering, please retry', true),
  upstream_rejected: client(400, 'invalid_request_error', '{message}'),
  timeout: client(504, 'api_error', 'the model took too long to answer, please retry', true),
  internal: client(500, 'api_error', 'internal error of the gateway, request id {request_id}'),

  page_login_required: page(401, 'the ops page asks for its login token'),
  page_host_unknown: page(421, "'{host}' is not a name of the ops page: set page.external_url"),
  page_request_forged: page(403, 'changes are taken from the ops page alone: reload it'),
  page_input_invalid: page(400, '{field}: {reason}'),
  not_in_force: page(404, '{what} is not in force any more'),

  usage: operator(exitCode.usage, '{message}'),
  config_invalid: operator(exitCode.configuration, '{path}: {count}\n{issues}'),
  config_unreadable: operator(exitCode.configuration, 'cannot read the configuration {path}: {reason}'),
  address_in_use: operator(
    exitCode.configuration,
    'port {port} on {host} is already in use; stop the other program or choose another port with {option}',
  ),
  address_unavailable: operator(exitCode.configuration, 'cannot listen on {host}:{port}: {reason} ({option})'),
  state_locked: operator(
    exitCode.configuration,
    'another watch (pid {pid}) uses {path}; stop it or set watch.state_dir',
  ),
  state_unwritable: operator(
    exitCode.configuration,
    'cannot write {path}: {reason}; set {option} to a folder of yours',
  ),
  disk_full: operator(
    exitCode.internal,
    'no room on the disk of {path}: free some; until then new incidents are mailed from memory, and written afterwards',
    true,
  ),
  file_unwritable: operator(exitCode.configuration, 'cannot write {path}: {reason}'),
  file_unreadable: operator(exitCode.unknown, 'cannot read {path}: {reason}'),
  demo_ended: operator(exitCode.internal, 'gateway or watch of the demo could not run: {words}'),
  demo_stuck: operator(exitCode.internal, 'the demo waited {seconds} s for {what} in vain'),
  probe_failed: operator(exitCode.unknown, '{probe}: {reason}', true),
  not_in_time: operator(exitCode.unknown, '{what}: not done within {limit}', true),
} as const satisfies Record<string, ClientError | PageError | OperatorError>;

export type ErrorCode = keyof typeof errors;

type CodesOf<Audience> = {
  [Code in ErrorCode]: (typeof errors)[Code]['audience'] extends Audience ? Code : never;
}[ErrorCode];

export type ClientErrorCode = CodesOf<'client'>;

/** An error of the catalogue with the values of its template. `cause` keeps what led to it and is only ever logged. */
export class OpsError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'OpsError';
  readonly code: Code;
  readonly values: Readonly<Record<string, unknown>>;

  constructor(code: Code, values: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(fill(errors[code].template, values), options);
    this.code = code;
    this.values = values;
  }
}

/** The sentence of anything that was thrown, for a log line or an operator, without a stack trace. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const inner = thrown instanceof AggregateError ? thrown.errors[0] : undefined;
  return inner instanceof Error ? inner.message : thrown.message || thrown.name;
}

/** System or library code of a thrown value, such as `ECONNREFUSED` or `UND_ERR_SOCKET`. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return 'cause' in thrown ? codeOf(thrown.cause) : undefined;
}
