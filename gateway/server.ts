import { randomUUID } from 'node:crypto';
import type { BlockList } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { discover } from '../src/discover.ts';
import { codeOf, OpsError } from '../src/errors.ts';
import { type Admitted, type Inbound, isRejection } from './admission/admitted.ts';
import { clientAddress, contains, isSaneRequestId, plainAddress } from './admission/client.ts';
import { usesBearer } from './admission/key.ts';
import { sendError } from './answer.ts';
import { addressSet, type GatewayConfig } from './config.ts';
import type { Exchange, Route, Stages } from './route.ts';

const routesFolder = new URL('./routes/', import.meta.url);

export interface GatewayServer {
  readonly app: FastifyInstance;
  /** Ends every open request with this error. */
  endOpen(error: OpsError): void;
}

type OpenExchange = Omit<Exchange, 'admitted'> & {
  admitted?: Admitted;
  controller: AbortController;
};

/** Builds the HTTP server with every route of routes/. It does not listen yet. */
export async function createServer(stages: Stages): Promise<GatewayServer> {
  const app = Fastify({
    bodyLimit: stages.config.limits.max_body_bytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    // Requests that come in while it drains have their audit line too.
    return503OnClosing: false,
    // A model may think for minutes: the time limits of a request are our own.
    requestTimeout: 0,
  });
  const exchanges = new Map<FastifyRequest, OpenExchange>();
  const trusted = addressSet(stages.config.trusted_proxies);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.addHook('onRequest', async (request, reply) => {
    const route = routeOf(request);
    if (route?.open) return;
    const exchange = openExchange(request, reply, stages, trusted);
    exchanges.set(request, exchange);
    reply.raw.once('close', () => exchanges.delete(request));
    if (route) await admit(exchange, route.generation, stages);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.raw.destroyed) return;
    const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.byteLength(payload) : 0;
    exchanges.get(request)?.account(bytes);
  });
  app.setNotFoundHandler(async (request) => {
    throw new OpsError('route_not_found', { method: request.method, path: pathOf(request) });
  });
  app.setErrorHandler(async (error, request, reply) => {
    const exchange = exchanges.get(request);
    if (exchange) await sendError(exchange, knownError(error, stages.config));
    else await reply.code(500).send({ status: 'unavailable' });
  });
  for (const { unit } of await discover<Route>(routesFolder)) addRoute(app, unit, stages, exchanges);

  return {
    app,
    endOpen(error) {
      for (const { controller } of exchanges.values()) controller.abort(error);
    },
  };
}

function addRoute(
  app: FastifyInstance,
  route: Route,
  stages: Stages,
  exchanges: ReadonlyMap<FastifyRequest, OpenExchange>,
): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (route.open) return route.handle(reply, stages);
    const exchange = exchanges.get(request);
    if (exchange?.admitted) await route.handle({ ...exchange, admitted: exchange.admitted }, stages);
  };
  for (const url of route.open ? [route.path] : [route.path, `/v1${route.path}`]) {
    app.route({ method: route.method, url, config: { route }, handler });
  }
}

function routeOf(request: FastifyRequest): Route | undefined {
  return (request.routeOptions.config as { route?: Route }).route;
}

function openExchange(request: FastifyRequest, reply: FastifyReply, stages: Stages, trusted: BlockList): OpenExchange {
  const inbound = readInbound(request, stages.config, trusted);
  const open = stages.account.open(inbound);
  const controller = new AbortController();
  const sentBefore = request.socket.bytesWritten;
  reply.header('x-request-id', inbound.requestId);
  const bytesSent = () => Math.max(0, request.socket.bytesWritten - sentBefore);
  reply.raw.once('close', () => {
    const aborted = !reply.raw.writableFinished;
    const status = reply.raw.headersSent ? reply.raw.statusCode : null;
    open.close({ status, aborted, bytesSent: bytesSent() });
    if (aborted) controller.abort(new OpsError('service_unavailable', { reason: 'caller' }));
  });
  return {
    inbound,
    record: open.record,
    request,
    reply,
    signal: controller.signal,
    errorShape: errorShapeOf(inbound, stages.config),
    account: (bytes) => open.close({ status: reply.statusCode, aborted: false, bytesSent: bytesSent() + bytes }),
    controller,
  };
}

async function admit(exchange: OpenExchange, generation: boolean, stages: Stages): Promise<void> {
  if (stages.draining()) throw new OpsError('service_unavailable', { seconds: 5, reason: 'draining' });
  const result = await stages.admission(exchange.inbound, generation);
  for (const [name, value] of Object.entries(result.headers)) exchange.reply.header(name, value);
  if (isRejection(result)) {
    exchange.record.admitted({ keyId: result.keyId, probe: false });
    throw result.error;
  }
  exchange.admitted = result;
  exchange.record.admitted(result);
}

function readInbound(request: FastifyRequest, config: GatewayConfig, trusted: BlockList): Inbound {
  const peer = plainAddress(request.socket.remoteAddress ?? '');
  const header = (name: string) => request.headers[name.toLowerCase()]?.toString();
  const proxied = contains(trusted, peer);
  const sentId = header('x-request-id') ?? null;
  const believed = proxied && sentId !== null && isSaneRequestId(sentId);
  return {
    requestId: believed ? sentId : randomUUID(),
    clientRequestId: believed ? null : (sentId?.slice(0, 128) ?? null),
    traceparent: header('traceparent'),
    method: request.method,
    path: pathOf(request),
    clientIp: clientAddress(peer, header('x-forwarded-for'), trusted),
    proxied: proxied && header('x-forwarded-for') !== undefined,
    userId: header(config.audit.user_header)?.slice(0, 256) ?? null,
    headers: request.headers,
  };
}

/** The path alone: a query could hold a key. */
const pathOf = (request: FastifyRequest) => request.url.split('?', 1)[0]?.slice(0, 256) ?? '/';

function errorShapeOf(inbound: Inbound, { error_format }: GatewayConfig): Exchange['errorShape'] {
  if (error_format !== 'auto') return error_format;
  return usesBearer(inbound) ? 'openai' : 'simple';
}

/** Fastify's own errors in our words. */
function knownError(error: unknown, { limits }: GatewayConfig): unknown {
  const code = codeOf(error) ?? '';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new OpsError('body_too_large', { max: limits.max_body_bytes });
  if (code.startsWith('FST_ERR_CTP') || code === 'FST_ERR_BAD_URL') {
    return new OpsError('invalid_request', { message: 'the request could not be read', param: null });
  }
  return error;
}
