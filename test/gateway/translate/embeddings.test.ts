import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toOpenAiEmbeddings, translateEmbeddings } from '../../../gateway/translate/embeddings.ts';
import { toOpenAiModels } from '../../../gateway/translate/models.ts';

const translate = (fields: object) => translateEmbeddings({ model: 'm', input: 'a', ...fields });

test('a text or a list of texts, and how it is wanted', () => {
  expect(translate({})).toEqual({ model: 'm', input: ['a'], dimensions: undefined, base64: false, ignored: [] });
  const fields = { input: ['a', 'b'], dimensions: 64, encoding_format: 'base64', user: 'u' };
  expect(translate(fields)).toMatchObject({ input: ['a', 'b'], dimensions: 64, base64: true, ignored: ['user'] });
});

test.each<[object, string]>([
  [{ input: [1, 2, 3] }, 'input: lists of tokens are not supported, send text'],
  [{ input: [[1, 2], [3]] }, 'input: lists of tokens are not supported, send text'],
  [{ input: [] }, 'input: expected a string or a list of strings'],
  [{ input: null }, 'input: expected a string or a list of strings'],
  [{ input: ['a', ''] }, 'input[1]: expected a string'],
  [{ input: [{}] }, 'input[0]: expected a string, got an object'],
  [{ encoding_format: 'int8' }, 'encoding_format: expected float or base64, got "int8"'],
  [{ dimensions: 0 }, 'dimensions: expected at least 1, got 0'],
])('%j is refused by name', (fields, message) => {
  expect(() => translate(fields)).toThrow(message);
});

test('base64 is the little-endian float32 of the numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true })), (vector) => {
      const reply = toOpenAiEmbeddings(translate({ encoding_format: 'base64' }), [vector], 3);
      const { data, usage } = reply as { data: { embedding: string }[]; usage: object };
      const bytes = Buffer.from(data[0]?.embedding ?? '', 'base64');
      expect(vector.map((_, index) => bytes.readFloatLE(index * 4))).toEqual(vector);
      expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
    }),
  );
});

test('vectors keep their order, and nobody counts for Ollama', () => {
  expect(toOpenAiEmbeddings(translate({ input: ['a', 'b'] }), [[0.5], [1]], undefined)).toEqual({
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [0.5] },
      { object: 'embedding', index: 1, embedding: [1] },
    ],
    model: 'm',
  });
});

test.each([
  ['qwen3:32b', '2026-11-23T03:12:47.67Z', 1_795_403_567, 'library'],
  ['registry.internal/team/qwen3:32b', '2026-11-23T03:12:47+08:00', 1_795_374_767, 'team'],
  ['hf.co/bartowski/m:q4', 'never', 0, 'bartowski'],
])('the model %s', (name, modified_at, created, owned_by) => {
  const models = [{ name, modified_at, size: 1, digest: 'd' }];
  expect(toOpenAiModels({ models })).toEqual([{ id: name, object: 'model', created, owned_by }]);
});
