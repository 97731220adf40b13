import { corsHeaders } from './admission/cors.ts';
import type { GatewayConfig } from './config.ts';
import type { HttpReply, HttpRequest } from './route.ts';

/** Adds the headers by which a browser lets a page of another origin read the answer; true where that is all it asked. */
export function answerCors(request: HttpRequest, reply: HttpReply, config: GatewayConfig): boolean {
  if (config.cors.origins.length === 0) return false;
  for (const [name, value] of Object.entries(corsHeaders(config, request.headers.origin))) reply.header(name, value);
  if (request.method !== 'OPTIONS') return false;
  reply.code(204).send(undefined);
  return true;
}
