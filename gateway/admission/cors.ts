import type { GatewayConfig } from '../config.ts';

type Headers = Record<string, string>;

/** Headers of ours that a page may read. */
const exposed = [
  ...['X-Request-Id', 'X-Gateway-Ignored-Params', 'Retry-After'],
  ...['X-RateLimit-Limit-Requests', 'X-RateLimit-Remaining-Requests', 'X-RateLimit-Reset-Requests'],
].join(', ');

/** Seconds for which a browser need not ask again. */
const preflightAge = '600';

/**
 * Headers that let a page of an allowed origin read an answer. Origins are compared as they are, and never `*`: the
 * answer is made for a key. `Vary` is there for every origin, so that no cache mixes them up.
 */
export function corsHeaders(origins: readonly string[], origin: string | undefined): Headers {
  if (origins.length === 0) return {};
  if (origin === undefined || !origins.includes(origin)) return { vary: 'Origin' };
  return { vary: 'Origin', 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed };
}

/** The answer to OPTIONS before key and limit, status 204. Undefined where CORS is off: then it is a route like others. */
export function preflightHeaders(
  { cors, auth, audit }: Pick<GatewayConfig, 'cors' | 'auth' | 'audit'>,
  origin: string | undefined,
  requestedHeaders = '',
): Headers | undefined {
  if (cors.origins.length === 0) return undefined;
  const headers = corsHeaders(cors.origins, origin);
  if (headers['access-control-allow-origin'] === undefined) return headers;
  const own = ['Authorization', 'Content-Type', auth.header_key, audit.user_header, 'X-Request-Id'];
  // OpenAI's client for browsers describes its platform in headers of its own.
  const described = requestedHeaders.split(',').map((name) => name.trim());
  const allowed = [...own, ...described.filter((name) => /^x-stainless-[a-z-]{1,40}$/i.test(name))];
  return {
    ...headers,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': allowed.join(', '),
    'access-control-max-age': preflightAge,
  };
}
