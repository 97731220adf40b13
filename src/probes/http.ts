import { isIPv6, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { codeOf, OpsError, reasonOf } from '../errors.ts';

export interface HttpOptions {
  /** Milliseconds for the whole exchange, the body included. */
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** IP address to connect to instead of what the URL's name resolves to. */
  readonly address?: string;
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
export async function getHttp(url: string, { timeoutMs, headers = {}, address }: HttpOptions): Promise<HttpReply> {
  const start = performance.now();
  const agent = address === undefined ? undefined : new Agent({ connect: { lookup: always(address) } });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const reply = await request(url, { headers, signal, ...(agent ? { dispatcher: agent } : {}) });
    const body = await reply.body.text();
    return { status: reply.statusCode, body, headers: reply.headers, ms: performance.now() - start };
  } catch (thrown) {
    throw new OpsError('probe_failed', { probe: url, reason: httpReason(thrown, timeoutMs) }, { cause: thrown });
  } finally {
    await agent?.destroy();
  }
}

/** Every name is at one address. */
const always =
  (address: string): LookupFunction =>
  (_name, { all }, found) => {
    const family = isIPv6(address) ? 6 : 4;
    if (all) found(null, [{ address, family }]);
    else found(null, address, family);
  };

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
