import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { models, plainTokens, tokenEveryMs } from './wire.ts';

/** An Ollama of fixed bytes, as cheap as Node allows: it must not be what is measured. Tells its port to its parent. */

const stamp = { model: models.plain, created_at: '2026-11-01T08:00:00.000000000Z' };
const line = (record: object) => Buffer.from(`${JSON.stringify({ ...stamp, ...record })}\n`);
const token = line({ message: { role: 'assistant', content: ' token' }, done: false });
const last = line({
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: 'stop',
  total_duration: 325_000_000,
  load_duration: 1_000_000,
  prompt_eval_count: 64,
  prompt_eval_duration: 24_000_000,
  eval_count: plainTokens,
  eval_duration: 300_000_000,
});
const plain = Buffer.concat([...Array.from({ length: plainTokens }, () => token), last]);
const tags = JSON.stringify({
  models: Object.values(models).map((name) => ({ name, model: name, modified_at: stamp.created_at, size: 1 })),
});
const resident = JSON.stringify({ models: Object.values(models).map((name) => ({ name, model: name })) });

/** Endless streams of one pace, spread over its interval: real ones do not speak in chorus. */
class Speakers {
  readonly #groups: Set<ServerResponse>[];
  #opened = 0;
  #tick = Math.floor(performance.now());

  constructor(everyMs: number) {
    this.#groups = Array.from({ length: everyMs }, () => new Set());
  }

  add(response: ServerResponse): void {
    // 7919 is a prime: streams that are opened together do not share a group.
    const group = this.#groups[(this.#opened * 7919) % this.#groups.length];
    this.#opened += 1;
    group?.add(response);
    response.once('close', () => group?.delete(response));
  }

  /** Lets those speak whose time came. Returns the number of tokens. */
  speak(now: number): number {
    let said = 0;
    for (; this.#tick < now; this.#tick += 1) {
      for (const response of this.#groups[this.#tick % this.#groups.length] ?? []) {
        response.write(token);
        said += 1;
      }
    }
    return said;
  }
}

const speakers = { running: new Speakers(tokenEveryMs.running), held: new Speakers(tokenEveryMs.held) };
let written = 0;

setInterval(() => {
  const now = Math.floor(performance.now());
  for (const each of Object.values(speakers)) written += each.speak(now);
}, 1);

function chat(body: string, response: ServerResponse): void {
  if (body.includes(models.plain)) {
    response.end(plain);
    return;
  }
  response.write(token);
  if (body.includes(models.first)) setTimeout(() => response.end(last), tokenEveryMs.running);
  else speakers[body.includes(models.running) ? 'running' : 'held'].add(response);
}

function answer(url: string, body: string, response: ServerResponse): void {
  response.setHeader('content-type', url === '/api/chat' ? 'application/x-ndjson' : 'application/json');
  if (url === '/api/chat') chat(body, response);
  else if (url === '/api/tags') response.end(tags);
  else if (url === '/api/ps') response.end(resident);
  else if (url === '/api/version') response.end('{"version":"0.32.15"}');
  else if (url === '/bench/tokens') response.end(String(written));
  else response.writeHead(404).end('{"error":"not found"}');
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('latin1').on('data', (text) => (body += text));
  request.on('end', () => answer(request.url ?? '/', body, response));
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: '127.0.0.1', backlog: 8192 }, () =>
  process.send?.((server.address() as AddressInfo).port),
);
process.once('disconnect', () => process.exit());
