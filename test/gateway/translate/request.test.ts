import { expect, test } from 'vitest';
import { gatewaySchema } from '../../../gateway/config.ts';
import { translateChat } from '../../../gateway/translate/chat/request.ts';
import { policyOf } from '../../../gateway/translate/policy.ts';

const user = { role: 'user', content: 'hi' };
const everything = gatewaySchema.parse({ models: { allow: { m: ['options.num_ctx', 'keep_alive'] } } }).models;
const translate = (fields: object) =>
  translateChat({ model: 'm', messages: [user], ...fields }, policyOf(everything, 'm'));

test('a request without options sends none, and always asks for a stream', () => {
  expect(translate({}).request).toEqual({ model: 'm', messages: [user], stream: true });
});

test.each<[string, object, object]>([
  ['max_tokens', { max_tokens: 5 }, { options: { num_predict: 5 } }],
  [
    'max_completion_tokens over max_tokens',
    { max_tokens: 5, max_completion_tokens: 6 },
    { options: { num_predict: 6 } },
  ],
  ['stop as a text', { stop: 'x' }, { options: { stop: ['x'] } }],
  ['sampling', { temperature: 0, top_p: 0.5, seed: 1 }, { options: { temperature: 0, top_p: 0.5, seed: 1 } }],
  ['native options', { options: { num_ctx: 8192 } }, { options: { num_ctx: 8192 } }],
  ['JSON', { response_format: { type: 'json_object' } }, { format: 'json' }],
  ['a schema', { response_format: { type: 'json_schema', json_schema: { schema: { a: 1 } } } }, { format: { a: 1 } }],
  ['no thinking', { reasoning_effort: 'none' }, { think: false }],
  ['effort in an object', { reasoning: { effort: 'xhigh' } }, { think: 'max' }],
  ['keep_alive as a number', { keep_alive: -1 }, { keep_alive: -1 }],
])('%s', (_name, fields, expected) => {
  expect(translate(fields).request).toMatchObject(expected);
});

test('what has no effect is named', () => {
  const { ignored } = translate({ user: 'u', tool_choice: 'auto', logit_bias: {}, options: { num_gpu: 1 } });
  expect([...ignored].sort()).toEqual(['logit_bias', 'options.num_gpu', 'tool_choice', 'user']);
});

test('tool_choice none sends no tools', () => {
  const tools = [{ type: 'function', function: { name: 'f', strict: true, parameters: {} } }];
  expect(translate({ tools }).request.tools).toEqual([{ type: 'function', function: { name: 'f', parameters: {} } }]);
  expect(translate({ tools, tool_choice: 'none' })).toMatchObject({ ignored: [], request: { messages: [user] } });
});

test('parts are joined, images go apart, and developer is system', () => {
  const content = [
    { type: 'text', text: 'a' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    { type: 'text', text: 'b' },
  ];
  const messages = [
    { role: 'developer', content: 's' },
    { role: 'user', content },
  ];
  expect(translate({ messages }).request.messages).toEqual([
    { role: 'system', content: 's' },
    { role: 'user', content: 'a\nb', images: ['AAAA'] },
  ]);
});

test('a tool result carries the name of its call', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"x":1}' } };
  const messages = [
    user,
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: '42' }] },
  ];
  expect(translate({ messages }).request.messages.slice(1)).toEqual([
    { role: 'assistant', content: '', tool_calls: [{ id: 'c1', function: { name: 'f', arguments: { x: 1 } } }] },
    { role: 'tool', content: '42', tool_call_id: 'c1', tool_name: 'f' },
  ]);
});

test.each<[object, string]>([
  [{ messages: [] }, 'messages: expected at least one'],
  [{ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'https://x/y.png' }] }] }, 'image_url'],
  [{ top_logprobs: 21 }, 'top_logprobs: expected at most 20, got 21'],
  [{ max_tokens: 1.5 }, 'max_tokens: expected an integer, got 1.5'],
  [{ reasoning_effort: 'hard' }, 'reasoning_effort: expected one of'],
  [{ keep_alive: '-1' }, 'keep_alive'],
  [{ stream: 'yes' }, 'stream: expected true or false, got "yes"'],
])('%j is refused by name', (fields, message) => {
  expect(() => translate(fields)).toThrow(message);
});
