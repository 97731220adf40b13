import { corsHeaders, preflightHeaders } from './admission/cors.ts';
import type { GatewayConfig } from './config.ts';
import type { HttpReply, HttpRequest } from './route.ts';

/** Adds the headers by which a browser lets a page of another origin read the answer; true where that is all it asked. */
export function answerCors({ method, headers }: HttpRequest, reply: HttpReply, config: GatewayConfig): boolean {
  const asked = headers['access-control-request-headers']?.toString();
  const preflight = method === 'OPTIONS' ? preflightHeaders(config, headers.origin, asked) : undefined;
  const added = preflight ?? corsHeaders(config.cors.origins, headers.origin);
  for (const [name, value] of Object.entries(added)) reply.header(name, value);
  if (preflight) reply.code(204).send(undefined);
  return preflight !== undefined;
}
