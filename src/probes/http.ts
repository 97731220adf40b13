import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { codeOf, OpsError, reasonOf } from '../errors.ts';
import { at } from './fixed-address.ts';

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
 * Asks a URL once, over a connection of its own: one that was kept open may be closed by the server as it is used, which
 * would look like a fault. Any status is an answer; no answer throws `probe_failed`, whose `cause` keeps the system's code
 * (`codeOf` reads it) and whose `reason` is a sentence such as "connection refused".
 *
 * Node's own client: undici would cost an idle watch 7 MB.
 */
export async function getHttp(url: string, { timeoutMs, headers = {}, address }: HttpOptions): Promise<HttpReply> {
  const start = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { agent: false, headers, signal, ...at(address) };
  try {
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      const { get } = url.startsWith('https:') ? https : http;
      get(url, options, resolve).on('error', reject);
    });
    const body = await text(reply);
    return { status: reply.statusCode ?? 0, body, headers: reply.headers, ms: performance.now() - start };
  } catch (thrown) {
    const reason = signal.aborted ? `no answer within ${timeoutMs} ms` : httpReason(thrown);
    throw new OpsError('probe_failed', { probe: url, reason }, { cause: thrown });
  }
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed before an answer',
  ENOTFOUND: 'the host name does not resolve',
  EHOSTUNREACH: 'no route to the host',
  CERT_HAS_EXPIRED: 'the certificate has expired',
};

function httpReason(thrown: unknown): string {
  const inner = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return sentences[codeOf(inner) ?? ''] ?? reasonOf(thrown);
}
