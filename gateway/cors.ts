import type { FastifyReply, FastifyRequest } from 'fastify';
import { corsHeaders } from './admission/cors.ts';
import type { GatewayConfig } from './config.ts';

/** Adds the headers by which a browser lets a page of another origin read the answer; true where that is all it asked. */
export function answerCors(request: FastifyRequest, reply: FastifyReply, config: GatewayConfig): boolean {
  if (config.cors.origins.length === 0) return false;
  reply.headers(corsHeaders(config, request.headers.origin));
  if (request.method !== 'OPTIONS') return false;
  void reply.code(204).send();
  return true;
}
