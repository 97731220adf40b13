import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { OpsError, reasonOf } from '../errors.ts';
import { at } from './fixed-address.ts';

export interface AttemptOptions {
  /** Milliseconds for the whole exchange, the body included. */
  readonly timeoutMs: number;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Address of this machine from which the connection comes. */
  readonly localAddress?: string;
  /** IP address to connect to instead of what the URL's name resolves to. */
  readonly address?: string | undefined;
}

export interface AttemptReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Asks a URL as an intruder would: redirects are not followed and a certificate that nobody trusts does not end it.
 *
 * @throws OpsError `probe_failed` whose cause keeps the system's code.
 */
export async function attempt(
  url: string,
  { timeoutMs, body, address, ...options }: AttemptOptions,
): Promise<AttemptReply> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  try {
    return await new Promise<AttemptReply>((resolve, reject) => {
      const outgoing = request(
        url,
        { ...options, ...at(address), agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(timeoutMs) },
        (reply) => {
          const { statusCode: status = 0, headers } = reply;
          text(reply).then((said) => resolve({ status, headers, body: said }), reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  } catch (thrown) {
    throw new OpsError('probe_failed', { probe: url, reason: reasonOf(thrown) }, { cause: thrown });
  }
}
