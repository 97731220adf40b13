import { expect, test } from 'vitest';
import { CompletionBuilder, CompletionStream, translateCompletion } from '../../../gateway/translate/completions.ts';

const policy = { allow: new Set<string>(), pinned: {} };
const frame = { id: 'cmpl-1', created: 7, model: 'm', strip: [] };

const logprobs = [
  {
    token: 'He',
    logprob: -0.1,
    top_logprobs: [
      { token: 'He', logprob: -0.1 },
      { token: 'Ho', logprob: -2 },
    ],
  },
  { token: 'llo', logprob: -0.2, top_logprobs: [] },
];

test.each([['hi'], [['hi']]])('the prompt %j is one message', (prompt) => {
  const { request, ignored } = translateCompletion(
    { model: 'm', prompt, max_tokens: 3, echo: true, logprobs: 2 },
    policy,
  );
  expect(request).toEqual({
    ...{ model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true, logprobs: true, top_logprobs: 2 },
    options: { num_predict: 3 },
  });
  expect(ignored).toEqual(['echo']);
});

test.each([[['a', 'b']], [[1, 2]], [undefined]])('the prompt %j is refused', (prompt) => {
  expect(() => translateCompletion({ model: 'm', prompt }, policy)).toThrow('prompt: expected one string');
});

test('logprobs have the form of the old API, and offsets over the whole text', () => {
  const builder = new CompletionBuilder(frame);
  builder.add({ message: { content: 'Hello' }, logprobs });
  builder.add({ done: true, done_reason: 'stop', prompt_eval_count: 2, eval_count: 2 });
  expect(builder.build()).toMatchObject({
    object: 'text_completion',
    choices: [
      {
        text: 'Hello',
        finish_reason: 'stop',
        logprobs: {
          ...{ tokens: ['He', 'llo'], token_logprobs: [-0.1, -0.2], text_offset: [0, 2] },
          top_logprobs: [{ He: -0.1, Ho: -2 }, {}],
        },
      },
    ],
    usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
  });
});

test('a stream has one event per piece and an end with its reason', () => {
  const stream = new CompletionStream(frame, true);
  const text =
    stream.add({ message: { content: 'He' }, logprobs: [logprobs[0]] }) +
    stream.add({ message: { content: 'llo' }, logprobs: [logprobs[1]] }) +
    stream.add({ message: { content: '' }, done: true, done_reason: 'length', prompt_eval_count: 1, eval_count: 2 }) +
    stream.end();
  const events = text
    .split('\n\n')
    .filter(Boolean)
    .map((event) => JSON.parse(event.slice('data: '.length)));
  expect(events.map(({ choices }) => choices[0]?.text)).toEqual(['He', 'llo', '', undefined]);
  expect(events[1]?.choices[0].logprobs.text_offset).toEqual([2]);
  expect(events[2]?.choices[0].finish_reason).toBe('length');
  expect(events[3]?.usage).toEqual({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });
});
