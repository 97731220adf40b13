import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { root } from '../package.ts';

const assets = new URL('src/page/assets/', root);
const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

/** Files of the page: its own, the runbook, and uPlot's from the installed package. They hold no data. */
const files: Readonly<Record<string, { url: URL; type: string }>> = {
  '/': { url: new URL('index.html', assets), type: 'text/html; charset=utf-8' },
  '/page.js': { url: new URL('page.js', assets), type: script },
  '/dom.js': { url: new URL('dom.js', assets), type: script },
  '/sections.js': { url: new URL('sections.js', assets), type: script },
  '/incidents.js': { url: new URL('incidents.js', assets), type: script },
  '/charts.js': { url: new URL('charts.js', assets), type: script },
  '/page.css': { url: new URL('page.css', assets), type: style },
  '/parts.css': { url: new URL('parts.css', assets), type: style },
  '/runbook.md': { url: new URL('docs/runbook.md', root), type: 'text/plain; charset=utf-8' },
  '/uplot.js': { url: new URL('uPlot.esm.js', import.meta.resolve('uplot')), type: script },
  '/uplot.css': { url: new URL('uPlot.min.css', import.meta.resolve('uplot')), type: style },
};

export const assetPaths = Object.keys(files);

/** Serves the files. A browser asks each time whether they have changed, so that an update is seen at once. */
export async function addAssets(server: FastifyInstance): Promise<void> {
  for (const [path, { url, type }] of Object.entries(files)) {
    const body = await readFile(url);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    server.get(path, async (request, reply) => {
      reply.headers({ etag, 'cache-control': 'no-cache' });
      if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
      reply.type(type);
      return body;
    });
  }
}
