import { type ClientErrorCode, errors, OpsError } from '../../src/errors.ts';

export type ErrorShape = 'simple' | 'openai';

export interface ErrorReply {
  readonly status: number;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
}

/** Seconds after which a retry is worth it when nothing better is known. */
const usualRetrySeconds = 5;

/** The client's side of anything that was thrown. Details of unknown errors stay here: they could name a path. */
export function clientError(thrown: unknown, requestId: string): OpsError<ClientErrorCode> {
  if (thrown instanceof OpsError && errors[(thrown as OpsError).code].audience === 'client') {
    return thrown as OpsError<ClientErrorCode>;
  }
  return new OpsError('internal', { request_id: requestId }, { cause: thrown });
}

/** Status, body and headers of an error, in OpenAI's shape or as the plain sentence of the article. */
export function errorReply(error: OpsError<ClientErrorCode>, shape: ErrorShape): ErrorReply {
  const { status } = errors[error.code];
  const seconds = Number(error.values['seconds'] ?? usualRetrySeconds);
  return {
    status,
    body: shape === 'openai' ? errorEvent(error) : { error: error.message },
    headers: status === 429 || status === 503 ? { 'retry-after': String(Math.max(1, Math.ceil(seconds))) } : {},
  };
}

/** OpenAI's error object; within a stream it is the only shape that clients understand. */
export function errorEvent(error: OpsError<ClientErrorCode>): object {
  const { type } = errors[error.code];
  const param = error.values['param'];
  return { error: { message: error.message, type, param: typeof param === 'string' ? param : null, code: error.code } };
}
