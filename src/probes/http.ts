import { request } from 'undici';
import { codeOf, OpsError, reasonOf } from '../errors.ts';

export interface HttpOptions {
  /** Milliseconds for the whole exchange, the body included. */
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpReply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Milliseconds from the start to the last byte. */
  readonly ms: number;
}

/**
 * Asks a URL once. Any status is an answer; no answer throws `probe_failed`, whose `cause` keeps the system's code
 * (`codeOf` reads it) and whose `reason` is a sentence such as "connection refused".
 */
export async function getHttp(url: string, { timeoutMs, headers = {} }: HttpOptions): Promise<HttpReply> {
  const start = performance.now();
  try {
    const reply = await request(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    const body = await reply.body.text();
    return { status: reply.statusCode, body, headers: reply.headers, ms: performance.now() - start };
  } catch (thrown) {
    throw new OpsError('probe_failed', { probe: url, reason: httpReason(thrown, timeoutMs) }, { cause: thrown });
  }
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  UND_ERR_SOCKET: 'the connection was closed before an answer',
  ENOTFOUND: 'the host name does not resolve',
  EHOSTUNREACH: 'no route to the host',
  CERT_HAS_EXPIRED: 'the certificate has expired',
};

function httpReason(thrown: unknown, timeoutMs: number): string {
  if (thrown instanceof Error && thrown.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const inner = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return sentences[codeOf(inner) ?? ''] ?? reasonOf(thrown);
}
