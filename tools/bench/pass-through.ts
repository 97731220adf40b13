import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { Pool } from 'undici';

/**
 * The yardstick: Fastify and undici with nothing between them. No key, no limit, no audit line, no translation; the
 * answer's bytes go on as they come, by the cheapest way there is (see `answer`). Tells its port to its parent.
 */

const pool = new Pool(process.argv[2] ?? '', { headersTimeout: 0, bodyTimeout: 0 });
const app = Fastify({ requestTimeout: 0 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

app.post('/v1/chat/completions', (request, reply) => {
  reply.hijack();
  const raw = reply.raw;
  const leave = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) leave.abort();
  });
  const options = {
    method: 'POST' as const,
    path: '/api/chat',
    headers: { 'content-type': 'application/json' },
    body: request.body as Buffer,
    signal: leave.signal,
  };
  pool.request(options).then(
    ({ statusCode, headers, body }) => {
      raw.writeHead(statusCode, { 'content-type': String(headers['content-type']) });
      body.on('data', (bytes) => {
        if (!raw.write(bytes)) body.pause();
      });
      raw.on('drain', () => body.resume());
      body.once('end', () => raw.end());
      body.once('error', () => raw.destroy());
    },
    () => raw.destroy(),
  );
});

await app.listen({ port: 0, host: '127.0.0.1', backlog: 8192 });
process.send?.((app.server.address() as AddressInfo).port);
process.once('disconnect', () => process.exit());
