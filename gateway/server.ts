import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { discover } from '../src/discover.ts';
import { codeOf, OpsError } from '../src/errors.ts';
import { type Admitted, isRejection, type Rejection } from './admission/admitted.ts';
import { sendError } from './answer.ts';
import type { GatewayConfig } from './config.ts';
import { answerCors } from './cors.ts';
import { type OpenExchange, openExchange } from './exchange.ts';
import type { ApiRoute, HttpReply, OpenRoute, Route, Stages } from './route.ts';
import { answerUnreadable, maxHeaderBytes, unreadable } from './unreadable.ts';

const routesFolder = new URL('./routes/', import.meta.url);

export interface GatewayServer {
  readonly app: FastifyInstance;
  /** Ends every open request with this error. */
  endOpen(error: OpsError): void;
}

type Exchanges = Map<FastifyRequest, OpenExchange>;

/** Builds the HTTP server with every route of routes/. It does not listen yet. */
export async function createServer(stages: Stages): Promise<GatewayServer> {
  const exchanges: Exchanges = new Map();
  const app = Fastify({
    bodyLimit: stages.config.limits.max_body_bytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    http: { maxHeaderSize: maxHeaderBytes },
    clientErrorHandler(error, socket) {
      const open = [...exchanges.values()].find(({ request }) => request.socket === socket);
      if (!open || open.reply.raw.headersSent) return answerUnreadable(error, socket, stages);
      open.reply.header('connection', 'close');
      void sendError(open, unreadable(error));
    },
    // A path that cannot be decoded: no hook has seen it.
    frameworkErrors(error, request, given) {
      // Typed by the schema of a route, and there is none.
      const reply = given as unknown as HttpReply;
      const exchange = openExchange(request, reply, stages, () => exchanges.delete(request));
      exchanges.set(request, exchange);
      void sendError(exchange, knownError(error, stages.config));
    },
    // Requests that come in while it drains have their audit line too.
    return503OnClosing: false,
    // A model may think for minutes: the time limits of a request are our own.
    requestTimeout: 0,
  });
  // An expectation that we do not know may be ignored; Node would answer without a word.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  addHooks(app, stages, exchanges);
  for (const { unit } of await discover<Route>(routesFolder)) {
    if (unit.open) addOpenRoute(app, unit, stages);
    else addApiRoute(app, unit, stages, exchanges);
  }
  return {
    app,
    endOpen(error) {
      for (const { abort } of exchanges.values()) abort(error);
    },
  };
}

function addHooks(app: FastifyInstance, stages: Stages, exchanges: Exchanges): void {
  app.addHook('onRequest', (request, reply, done) => {
    const route = routeOf(request);
    if (route?.open) return done();
    const exchange = openExchange(request, reply, stages, () => exchanges.delete(request));
    exchanges.set(request, exchange);
    if (answerCors(request, reply, stages.config)) return;
    if (!route) return done();
    admit(exchange, route, stages, done);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!reply.raw.destroyed) exchanges.get(request)?.account(lengthOf(payload));
    done(null, payload);
  });
  app.setNotFoundHandler(async (request) => {
    const path = exchanges.get(request)?.inbound.path;
    throw new OpsError('route_not_found', { method: request.method, path });
  });
  app.setErrorHandler(async (error, request, reply) => {
    const exchange = exchanges.get(request);
    if (exchange) await sendError(exchange, knownError(error, stages.config));
    else await reply.code(500).send({ status: 'unavailable' });
  });
}

/** Key and limit, before the body is read. Without a shared store the answer is there at once. */
function admit(exchange: OpenExchange, { generation }: ApiRoute, stages: Stages, done: (error?: Error) => void): void {
  const verdict = stages.draining() ? draining() : stages.admission(exchange.inbound, generation);
  if (verdict instanceof Promise) verdict.then((result) => done(note(exchange, result)), done);
  else done(note(exchange, verdict));
}

const draining = (): Rejection => ({
  error: new OpsError('service_unavailable', { seconds: 5, reason: 'draining' }),
  headers: {},
  keyId: null,
});

/** Notes the verdict on a caller; an error where it is refused. */
function note(exchange: OpenExchange, result: Admitted | Rejection): OpsError | undefined {
  for (const [name, value] of Object.entries(result.headers)) exchange.reply.header(name, value);
  if (isRejection(result)) {
    exchange.record.admitted({ keyId: result.keyId, probe: false });
    return result.error;
  }
  exchange.admitted = result;
  exchange.record.admitted(result);
  return undefined;
}

function addOpenRoute(app: FastifyInstance, route: OpenRoute, stages: Stages): void {
  const { method, path } = route;
  const handler = (_request: FastifyRequest, reply: FastifyReply) => route.handle(reply, stages);
  for (const url of route.prefixed ? [path, `/v1${path}`] : [path])
    app.route({ method, url, config: { route }, handler });
}

function addApiRoute(app: FastifyInstance, route: ApiRoute, stages: Stages, exchanges: Exchanges): void {
  const handler = async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    const exchange = exchanges.get(request);
    if (isAdmitted(exchange)) await route.handle(exchange, stages);
  };
  const { method } = route;
  for (const url of [route.path, `/v1${route.path}`]) app.route({ method, url, config: { route }, handler });
}

const isAdmitted = (exchange: OpenExchange | undefined): exchange is OpenExchange & { admitted: Admitted } =>
  exchange?.admitted !== undefined;

function routeOf(request: FastifyRequest): Route | undefined {
  return (request.routeOptions.config as { route?: Route }).route;
}

const lengthOf = (payload: unknown) =>
  typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.byteLength(payload) : 0;

/** Fastify's own errors in our words. */
function knownError(error: unknown, { limits }: GatewayConfig): unknown {
  const code = codeOf(error) ?? '';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new OpsError('body_too_large', { max: limits.max_body_bytes });
  if (code.startsWith('FST_ERR_CTP') || code === 'FST_ERR_BAD_URL') {
    return new OpsError('invalid_request', { message: 'the request could not be read', param: null });
  }
  return error;
}
