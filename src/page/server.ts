import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Clock, systemClock } from '../clock.ts';
import { codeOf, errors, OpsError, reasonOf } from '../errors.ts';
import type { Language } from '../text.ts';
import type { Diagnosis } from '../triage/diagnosis.ts';
import { type Access, createAccess, readToken } from './access.ts';
import { addAssets, assetPaths } from './assets.ts';
import { createCharts } from './charts.ts';
import type { PageConfig } from './config.ts';
import { createLookout, type Looked } from './lookout.ts';
import { addOperator, fieldOf } from './operator.ts';
import type { PageSource } from './source.ts';
import { boxesOfRules, type PageState, pageState } from './state.ts';
import { createStateStream } from './stream.ts';

export interface Page {
  readonly port: number;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly config: PageConfig;
  /** Asked while somebody looks at the page. */
  readonly diagnose?: () => Promise<Diagnosis>;
  readonly clock?: Clock;
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Bytes of a request's body; what the page sends is far smaller. */
const longestBody = 4096;

/** Open to everybody: what holds no data, whether watch lives, and the way in. */
const open = new Set([...assetPaths, '/health', '/api/login']);

/**
 * Serves the ops page, its data and watch's metrics.
 *
 * @throws OpsError `address_in_use`, `address_unavailable`, or `file_unreadable` for the token.
 */
export async function startPage(source: PageSource, options: PageOptions): Promise<Page> {
  const { config, clock = systemClock } = options;
  const token = config.token_file === undefined ? undefined : await readToken(config.token_file);
  const access = createAccess({ token, externalUrl: config.external_url, clock });
  const server = fastify({ forceCloseConnections: true, bodyLimit: longestBody });
  addRules(server, access);
  await addAssets(server);
  server.get('/health', () => ({ status: 'ok' }));
  addLogin(server, access);
  const boxOfRule = await boxesOfRules();
  const stateOf: StateOf = (looked, language) => pageState(source, boxOfRule, looked, language);
  const closeData = addData(server, source, stateOf, { ...options, clock });
  await listen(server, config);
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : config.listen.port,
    close() {
      closeData();
      return server.close();
    },
  };
}

/** What holds for every request: headers, who may ask, and errors in one shape. */
function addRules(server: FastifyInstance, access: Access): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    access.assertHost(request);
    if (open.has(request.routeOptions.url ?? '')) return;
    access.assertReader(request);
    if (request.method === 'POST') access.assertFromPage(request);
  });
  server.setErrorHandler((thrown, _, reply) => {
    const status = (thrown as { statusCode?: number }).statusCode ?? 500;
    if (thrown instanceof OpsError) {
      const known = errors[(thrown as OpsError).code];
      if (known.audience === 'page')
        return reply.code(known.status).send({ error: { code: thrown.code, message: thrown.message } });
    }
    return reply
      .code(status < 500 ? status : 500)
      .send({ error: { code: 'page', message: 'the request could not be served' } });
  });
}

function addLogin(server: FastifyInstance, access: Access): void {
  server.post('/api/login', (request, reply) => {
    const cookie = access.login(fieldOf(request.body, 'token'));
    if (cookie === undefined) throw new OpsError('page_login_required');
    reply.header('set-cookie', cookie);
    return { status: 'ok' };
  });
  server.get('/api/session', () => ({ csrf_token: access.csrfToken }));
}

type StateOf = (looked: Looked | undefined, language: Language) => PageState;

/** The data of the page. Returns what ends its streams. */
function addData(
  server: FastifyInstance,
  source: PageSource,
  stateOf: StateOf,
  { config, diagnose, clock }: PageOptions & { clock: Clock },
): () => void {
  const languageOf = (request: FastifyRequest): Language =>
    config.language === 'auto' ? preferred(request.headers['accept-language']) : config.language;
  const lookout = createLookout(diagnose, clock, () => stream.refresh());
  const state = (language: Language) => stateOf(lookout.last(), language);
  const stream = createStateStream({
    clock,
    state(language) {
      lookout.look(source.snapshot().alerts);
      const { at: _, ...rest } = state(language);
      return JSON.stringify(rest);
    },
  });
  const charts = createCharts(source);
  server.get('/metrics', async (_, reply) => {
    reply.type(source.contentType);
    return source.exposition();
  });
  server.get('/api/state', (request) => state(languageOf(request)));
  server.get('/api/stream', (request, reply) => {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '');
    stream.join(reply.raw, languageOf(request));
  });
  server.get<{ Querystring: { range?: string } }>('/api/charts', (request) =>
    charts(request.query.range ?? '1h', languageOf(request)),
  );
  addOperator(server, source, clock, () => stream.refresh());
  return () => stream.close();
}

/** Chinese for a browser that prefers it, else English. */
const preferred = (languages: string | undefined): Language => (/^\s*zh\b/i.test(languages ?? '') ? 'zh' : 'en');

async function listen(server: FastifyInstance, { listen: { host = '127.0.0.1', port } }: PageConfig): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    const values = { host, port, reason: reasonOf(error), option: 'page.listen' };
    throw new OpsError(codeOf(error) === 'EADDRINUSE' ? 'address_in_use' : 'address_unavailable', values, {
      cause: error,
    });
  }
}
