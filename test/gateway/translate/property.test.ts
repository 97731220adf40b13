import fc from 'fast-check';
import { expect, test } from 'vitest';
import { admitPrompt, parseBody } from '../../../gateway/admission/prompt.ts';
import { gatewaySchema } from '../../../gateway/config.ts';
import { translateChat } from '../../../gateway/translate/chat/request.ts';
import { translateCompletion } from '../../../gateway/translate/completions.ts';
import { translateEmbeddings } from '../../../gateway/translate/embeddings.ts';
import type { Fields } from '../../../gateway/translate/fields.ts';
import { policyOf } from '../../../gateway/translate/policy.ts';
import { errors, OpsError } from '../../../src/errors.ts';
import { ollamaOptionNames } from '../../../src/ollama-options.ts';

const { models } = gatewaySchema.parse({
  models: {
    allow: { '*': ['keep_alive', 'truncate', 'shift', ...ollamaOptionNames.map((name) => `options.${name}`)] },
    alias: { a: 'b' },
  },
});

/** Translates a body as the routes do; whatever it throws must be a sentence for the client. */
function translate(text: string): void {
  const translations = [
    (body: Fields) => translateChat(body, policyOf(models, body['model'])).request,
    (body: Fields) => translateCompletion(body, policyOf(models, body['model'])).request,
    (body: Fields) => translateEmbeddings(body),
  ];
  for (const each of translations) {
    try {
      const body = parseBody(Buffer.from(text));
      admitPrompt(body, 32_768);
      JSON.stringify(each(body));
    } catch (thrown) {
      if (!(thrown instanceof OpsError)) throw thrown;
      expect(errors[(thrown as OpsError).code].audience).toBe('client');
    }
  }
}

const valid: readonly Fields[] = [
  {
    model: 'm',
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: 'system', content: 'be kind' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: 'data:;base64,AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'x' },
      { role: 'assistant', content: 'y', function_call: { name: 'g', arguments: '{"z":1}' }, reasoning: 'hm' },
    ],
    tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } }],
    tool_choice: 'auto',
    response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
    reasoning: { effort: 'low' },
    options: { num_ctx: 1024, use_mmap: true, stop: ['x'], temperature: 0.1 },
    keep_alive: '10m',
    max_tokens: 5,
    stop: ['a'],
    logprobs: true,
  },
  { model: 'm', prompt: ['hi'], suffix: 's', logprobs: 3, keep_alive: 5, top_k: 3 },
  { model: 'm', input: ['a', 'b'], dimensions: 3, encoding_format: 'base64' },
];

type Path = readonly (string | number)[];

/** Every place of a JSON value. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string, unknown> = Object.assign(Array.isArray(value) ? [] : {}, value);
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const names = fc.constantFrom('__proto__', 'constructor', 'toString', 'messages', 'role', 'content', 'options', 'type');
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(fc.oneof(names, fc.string({ unit: 'binary' })), fc.jsonValue({ maxDepth: 1 })),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', '\ud800', 'constructor', '__proto__', -1, 0, 1e300, 2 ** 53, null, [], {}, [[]], true),
);

test('any JSON is translated or refused with a sentence', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 5 }), translate), { numRuns: 500 });
});

test('any text is translated or refused with a sentence', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), translate), { numRuns: 500 });
});

test('a valid body with odd values in some places is translated or refused with a sentence', () => {
  const mutation = fc.tuple(fc.nat(), odd);
  fc.assert(
    fc.property(fc.constantFrom(...valid), fc.array(mutation, { minLength: 1, maxLength: 3 }), (body, mutations) => {
      const mutated = mutations.reduce<unknown>((value, [at, by]) => {
        const paths = pathsOf(value);
        return replaced(value, paths[at % paths.length] ?? [], by);
      }, body);
      translate(JSON.stringify(mutated));
    }),
    { numRuns: 3000 },
  );
});

test('the bodies that are mutated are valid', () => {
  const [chat = {}, completion = {}, embedding = {}] = valid;
  expect(translateChat(chat, policyOf(models, 'm')).ignored).toEqual(['tool_choice']);
  expect(translateCompletion(completion, policyOf(models, 'm')).ignored).toEqual(['suffix']);
  expect(translateEmbeddings(embedding).ignored).toEqual([]);
});
