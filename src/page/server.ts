import { readFile } from 'node:fs/promises';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { ListenAddress } from '../config/types.ts';
import { codeOf, OpsError, reasonOf } from '../errors.ts';
import { root } from '../package.ts';
import type { Language } from '../text.ts';
import { chart, chartPanels } from './charts.ts';
import type { PageSource } from './source.ts';
import { pageState } from './state.ts';

export interface Page {
  readonly port: number;
  close(): Promise<void>;
}

const assets = new URL('src/page/assets/', root);
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Files of the page: its own assets, and uPlot's from the installed package. */
const files: Readonly<Record<string, { url: URL; type: string }>> = {
  '/': { url: new URL('index.html', assets), type: 'text/html; charset=utf-8' },
  '/page.js': { url: new URL('page.js', assets), type: 'text/javascript; charset=utf-8' },
  '/page.css': { url: new URL('page.css', assets), type: 'text/css; charset=utf-8' },
  '/uplot.js': { url: new URL('uPlot.esm.js', import.meta.resolve('uplot')), type: 'text/javascript; charset=utf-8' },
  '/uplot.css': {
    url: new URL('uPlot.min.css', import.meta.resolve('uplot')),
    type: 'text/css; charset=utf-8',
  },
};

/**
 * Serves the ops page, its data and watch's metrics.
 *
 * @throws OpsError `address_in_use` or `address_unavailable`.
 */
export async function startPage(source: PageSource, { host = '127.0.0.1', port }: ListenAddress): Promise<Page> {
  const server = fastify({ forceCloseConnections: true });
  server.addHook('onRequest', async (_, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });
  addFiles(server);
  addData(server, source);
  try {
    await server.listen({ host, port });
  } catch (error) {
    const values = { host, port, reason: reasonOf(error), option: 'page.listen' };
    throw new OpsError(codeOf(error) === 'EADDRINUSE' ? 'address_in_use' : 'address_unavailable', values, {
      cause: error,
    });
  }
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => server.close(),
  };
}

function addFiles(server: FastifyInstance): void {
  for (const [path, { url, type }] of Object.entries(files)) {
    server.get(path, async (_, reply) => {
      reply.type(type);
      return readFile(url);
    });
  }
}

function addData(server: FastifyInstance, source: PageSource): void {
  server.get('/health', () => ({ status: 'ok' }));
  server.get('/metrics', async (_, reply) => {
    reply.type(source.contentType);
    return source.exposition();
  });
  server.get('/api/state', (request) => pageState(source, languageOf(request)));
  server.get('/api/charts', (request) => ({
    charts: chartPanels.map((panel) => chart(source, panel, languageOf(request))),
  }));
}

/** Chinese for a browser that prefers it, else English. */
function languageOf(request: FastifyRequest): Language {
  return /^\s*zh\b/i.test(request.headers['accept-language'] ?? '') ? 'zh' : 'en';
}
