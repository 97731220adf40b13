import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repository } from '../support/ops.ts';
import { key, type Rig, startRig } from './support/gateway.ts';
import { type RawReply, sendRaw } from './support/raw-http.ts';

/** A request that is not answered within this time hangs. */
const hangsAfterMs = 5000;

const bounds = { numRuns: 400, interruptAfterTimeLimit: 3000 };

let rig: Rig;
let sent = 0;

beforeEach(async () => {
  rig = await startRig({ config: { rate_limit: { enabled: false } } });
  sent = 0;
});

/** The gateway still answers, and everything that was sent has one line in the audit log. */
afterEach(async () => {
  expect((await rig.chat()).status).toBe(200);
  const lines = await rig.audit(sent + 1);
  expect(lines.filter(({ type }) => type === 'audit')).toHaveLength(sent + 1);
});

/** Sends bytes; whatever they are, the answer must be one that a client can read and that says nothing about us. */
async function survives(bytes: Uint8Array, end = false): Promise<RawReply> {
  const reply = await sendRaw(Number(new URL(rig.gateway.address).port), bytes, hangsAfterMs, end);
  sent += 1;
  expect(reply.status).toBeGreaterThanOrEqual(200);
  expect(reply.status).toBeLessThan(500);
  expect(reply.body).not.toContain(repository);
  expect(reply.body).not.toMatch(/node_modules|node:internal|\n\s+at /);
  if (reply.headers['content-type']?.startsWith('text/event-stream')) return reply;
  expect(reply.headers['content-type']).toMatch(/^application\/json/);
  const body: object = JSON.parse(reply.body);
  if (reply.status >= 400) expect(Object.keys(body)).toEqual(['error']);
  return reply;
}

const routes = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/chat/completions'];

function request(path: string, body: Uint8Array, headers: readonly string[] = []): Uint8Array {
  const lines = [`POST ${path} HTTP/1.1`, 'host: localhost', `x-api-key: ${key}`, 'connection: close', ...headers];
  const length = headers.some((line) => /^(content-length|transfer-encoding):/i.test(line))
    ? []
    : [`content-length: ${body.length}`];
  return Buffer.concat([Buffer.from(`${[...lines, ...length].join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

const valid = {
  model: 'qwen3:32b',
  stream: false,
  messages: [
    { role: 'system', content: 'be short' },
    { role: 'user', content: [{ type: 'text', text: 'hi' }] },
    { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
    { role: 'tool', tool_call_id: 'a', content: 'x' },
  ],
  tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
  response_format: { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' } } },
  stream_options: { include_usage: true },
  options: { top_k: 3 },
  stop: ['x'],
  input: ['a'],
  prompt: 'p',
  temperature: 1,
  max_tokens: 5,
};

/** Values that programs stumble over, as JSON text: huge numbers, lone surrogates, NUL, deep nesting, names of Object. */
const awkward = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom('1e400', '-1e400', '9007199254740993', '0.1e-999', '-0', 'null', 'true', '""', '{}', '[]', '[[]]'),
  fc.constantFrom('"\\ud800"', '"\\udc00x"', '"\\u0000"', '"a\\u0000b"', '"__proto__"', '{"__proto__":{"a":1}}'),
  fc.constantFrom('{"constructor":{"prototype":1}}', '{"toString":1}', '{"length":-1}', '"\\uffff"'),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 1, max: 5000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
);

/** Paths of every value inside the valid body. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...path, name]))];
}

/** The text of the body with the value at a path replaced by another text. */
function replaced(value: unknown, path: readonly string[], text: string): string {
  const [name, ...rest] = path;
  if (name === undefined) return text;
  const part = (at: string, item: unknown) => (at === name ? replaced(item, rest, text) : JSON.stringify(item));
  if (Array.isArray(value)) return `[${value.map((item, index) => part(String(index), item)).join(',')}]`;
  const entries = Object.entries(value as object).map(([at, item]) => `${JSON.stringify(at)}:${part(at, item)}`);
  return `{${entries.join(',')}}`;
}

test('any JSON as body', async () => {
  const body = fc.oneof(awkward, fc.json());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), body, async (path, text) => {
      await survives(request(path, Buffer.from(text)));
    }),
    bounds,
  );
});

test('a valid body with one value replaced', async () => {
  const path = fc.constantFrom(...pathsOf(valid).filter(({ length }) => length > 0));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), path, awkward, fc.boolean(), async (route, at, value, stream) => {
      await survives(request(route, Buffer.from(replaced({ ...valid, stream }, at, value))));
    }),
    bounds,
  );
});

test('bytes that are no JSON', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), fc.uint8Array({ maxLength: 2000 }), async (path, bytes) => {
      expect((await survives(request(path, bytes))).status).toBe(400);
    }),
    bounds,
  );
});

/** Headers that change how a request is read, or that are read by the gateway. */
const oddHeader = fc.oneof(
  fc
    .tuple(fc.stringMatching(/^x-[a-z0-9!#$%&'*+.^_`|~-]{1,20}$/), fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,60}$/))
    .map(([name, value]) => `${name}: ${value}`),
  fc
    .tuple(
      fc.constantFrom('x-request-id', 'x-forwarded-for', 'traceparent', 'x-user-id', 'content-type', 'authorization'),
      fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,300}$/),
    )
    .map(([name, value]) => `${name}: ${value}`),
  fc.constantFrom(
    ...['content-type: multipart/form-data', 'content-type: application/json; charset=utf-16', 'content-type:'],
    ...['content-encoding: gzip', 'expect: 100-continue', 'expect: wonders', 'upgrade: websocket', 'te: trailers'],
    ...['content-length: -1', 'content-length: 1e3', 'transfer-encoding: chunked'],
    ...['transfer-encoding: gzip', 'host: other', `x-long: ${'x'.repeat(20_000)}`, 'no colon', 'nul: \0', ': empty'],
    ...['accept: text/html', 'range: bytes=0-1', 'origin: https://evil.example', 'x-http-method-override: DELETE'],
  ),
);

test('odd headers', async () => {
  const body = Buffer.from(JSON.stringify({ model: 'qwen3:32b', messages: [{ role: 'user', content: 'hi' }] }));
  await fc.assert(
    fc.asyncProperty(fc.array(oddHeader, { minLength: 1, maxLength: 3 }), async (headers) => {
      await survives(request('/v1/chat/completions', body, headers));
    }),
    bounds,
  );
});

test('odd methods and paths', async () => {
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND');
  const path = fc.oneof(
    fc.stringMatching(/^\/[!-~]{0,80}$/),
    fc.constantFrom('/v1/models/%', '/v1/models/%00', '/v1/models/..%2f..%2fetc%2fpasswd', '/v1//models', '*'),
    fc.constantFrom(
      `/v1/models/${'a'.repeat(2000)}`,
      '/v1/models/%ff%fe',
      '/v1/models/__proto__',
      'http://a/v1/models',
    ),
  );
  await fc.assert(
    fc.asyncProperty(method, path, async (verb, at) => {
      fc.pre(!/^\/(v1\/health|health|ready)\b/.test(at));
      await survives(
        Buffer.from(`${verb} ${at} HTTP/1.1\r\nhost: a\r\nx-api-key: ${key}\r\nconnection: close\r\n\r\n`),
      );
    }),
    bounds,
  );
});

test('bytes that are no request', async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 500 }).filter(([first]) => first !== 13 && first !== 10);
  const almost = fc.constantFrom(
    'G',
    'GET',
    'GET /',
    'GET / HTTP/9.9\r\n\r\n',
    'POST / HTTP/1.1\r\nhost',
    '\x16\x03\x01',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        bytes,
        almost.map((text) => Buffer.from(text, 'latin1')),
      ),
      async (garbage) => {
        expect((await survives(garbage, true)).status).toBe(400);
      },
    ),
    bounds,
  );
});
