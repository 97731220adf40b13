import type { GatewayConfig } from '../config.ts';

/** Headers of ours that a page may read. */
const exposed = [
  ...['X-Request-Id', 'Retry-After', 'X-Gateway-Ignored-Params', 'X-Gateway-Prompt-Truncated'],
  ...['X-RateLimit-Limit-Requests', 'X-RateLimit-Remaining-Requests', 'X-RateLimit-Reset-Requests'],
];

/** Seconds for which a browser may remember the answer to its question. */
const maxAgeSeconds = 600;

/**
 * The headers by which a browser lets a page of another origin use the API; only `Vary` for an origin that is not in
 * `cors.origins`. Never `*`: keys are sent along.
 */
export function corsHeaders({ cors, auth, audit }: GatewayConfig, origin: string | undefined): Record<string, string> {
  if (origin === undefined || !cors.origins.includes(origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': ['Content-Type', 'Authorization', auth.header_key, audit.user_header].join(', '),
    'access-control-expose-headers': exposed.join(', '),
    'access-control-max-age': String(maxAgeSeconds),
  };
}
