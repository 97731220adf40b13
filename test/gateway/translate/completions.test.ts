import { expect, test } from 'vitest';
import { gatewaySchema } from '../../../gateway/config.ts';
import { CompletionBuilder, CompletionStream, translateCompletion } from '../../../gateway/translate/completions.ts';
import { policyOf } from '../../../gateway/translate/policy.ts';
import { events } from '../support/gateway.ts';
import { recordsOf } from './support/wire.ts';

const policy = policyOf(gatewaySchema.parse({}).models, 'm');
const translate = (fields: object) => translateCompletion({ model: 'm', ...fields }, policy);
const frame = { id: 'cmpl-1', created: 7, model: 'm', strip: ['model', 'created'] };

test.each(['hi', ['hi']])('a prompt is one message of the user', (prompt) => {
  const { request } = translate({ prompt, max_tokens: 5, temperature: 0, seed: 3, stop: '\n' });
  expect(request).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }],
    stream: true,
    options: { temperature: 0, seed: 3, stop: ['\n'], num_predict: 5 },
  });
});

test('what the answer has no place for is named', () => {
  const fields = {
    suffix: 's',
    echo: true,
    best_of: 2,
    messages: [1],
    tools: 5,
    tool_choice: 'x',
    user: 'u',
    echo2: null,
  };
  const { request, ignored } = translate({ prompt: 'hi', ...fields });
  expect([...ignored].sort()).toEqual(['best_of', 'echo', 'messages', 'suffix', 'tool_choice', 'tools', 'user']);
  expect(Object.keys(request)).toEqual(['model', 'messages', 'stream']);
});

test('log probabilities are asked for by their number', () => {
  expect(translate({ prompt: 'x', logprobs: 0 }).request).toMatchObject({ logprobs: true, top_logprobs: 0 });
  expect(translate({ prompt: 'x', logprobs: 5 }).request).toMatchObject({ logprobs: true, top_logprobs: 5 });
  expect(() => translate({ prompt: 'x', logprobs: true })).toThrow('logprobs: expected an integer, got true');
});

test.each([[undefined], [''], [[]], [['a', 'b']], [[1, 2, 3]], [[[1, 2]]], [5], [{}]])(
  'a prompt of %j is refused',
  (prompt) => {
    expect(() => translate({ prompt })).toThrow(/^prompt: expected/);
  },
);

test('the answer in both forms, without the stripped fields', () => {
  const records = recordsOf('0.32.15', 'chat-num-predict-length');
  const stream = new CompletionStream(frame, true);
  const builder = new CompletionBuilder(frame);
  for (const record of records) builder.add(record);
  const chunks = events(records.map((record) => stream.add(record)).join('') + stream.end()) as {
    choices: { text: string }[];
  }[];
  const usage = { prompt_tokens: 13, completion_tokens: 8, total_tokens: 21 };
  const head = { id: 'cmpl-1', object: 'text_completion', system_fingerprint: 'fp_ollama' };
  const text = 'Hello! I am a tiny model used';
  const choice = { index: 0, logprobs: null };
  expect(builder.build()).toEqual({ ...head, choices: [{ ...choice, text, finish_reason: 'length' }], usage });
  expect(chunks[0]).toEqual({ ...head, choices: [{ ...choice, text: 'Hello', finish_reason: null }] });
  expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(text);
  expect(chunks.slice(-2)).toEqual([
    { ...head, choices: [{ ...choice, text: '', finish_reason: 'length' }] },
    { ...head, choices: [], usage },
  ]);
});
