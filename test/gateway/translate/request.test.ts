import { expect, test } from 'vitest';
import { gatewaySchema } from '../../../gateway/config.ts';
import { translateChat } from '../../../gateway/translate/chat/request.ts';
import { policyOf } from '../../../gateway/translate/policy.ts';

const user = { role: 'user', content: 'hi' };
const policy = policyOf(gatewaySchema.parse({}).models, 'm');
const translate = (fields: object) => translateChat({ model: 'm', messages: [user], ...fields }, policy);
const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };

test('a request without options sends none, and always asks for a stream', () => {
  const bare = {
    request: { model: 'm', messages: [user], stream: true },
    stream: false,
    includeUsage: false,
    ignored: [],
  };
  expect(translate({})).toEqual(bare);
  const nulls = ['temperature', 'max_tokens', 'stop', 'tools', 'tool_choice', 'stream', 'response_format', 'user', 'n'];
  expect(translate(Object.fromEntries(nulls.map((name) => [name, null])))).toEqual(bare);
});

test.each<[string, object, object]>([
  ['max_tokens', { max_tokens: 5 }, { options: { num_predict: 5 } }],
  ['max_completion_tokens', { max_completion_tokens: 5 }, { options: { num_predict: 5 } }],
  ['the newer limit over the older', { max_tokens: 5, max_completion_tokens: 6 }, { options: { num_predict: 6 } }],
  ["OpenAI's limit over Ollama's", { max_tokens: 5, options: { num_predict: 9 } }, { options: { num_predict: 5 } }],
  ["Ollama's word for no limit", { options: { num_predict: -1 } }, { options: { num_predict: -1 } }],
  ['stop as a text', { stop: 'x' }, { options: { stop: ['x'] } }],
  ['stop as a list, as long as it is', { stop: [...'abcdef'] }, { options: { stop: [...'abcdef'] } }],
  ['sampling', { temperature: 0, top_p: 0.5, seed: 1 }, { options: { temperature: 0, top_p: 0.5, seed: 1 } }],
  [
    'penalties',
    { frequency_penalty: 1, presence_penalty: -1 },
    { options: { frequency_penalty: 1, presence_penalty: -1 } },
  ],
  ['top level over options', { top_k: 1, options: { top_k: 2 } }, { options: { top_k: 1 } }],
  ['JSON', { response_format: { type: 'json_object' } }, { format: 'json' }],
  ['a schema', { response_format: { type: 'json_schema', json_schema: { schema: { a: 1 } } } }, { format: { a: 1 } }],
  ['no thinking', { reasoning_effort: 'none' }, { think: false }],
  ['little thinking', { reasoning_effort: 'minimal' }, { think: 'low' }],
  ['effort in an object', { reasoning: { effort: 'xhigh' } }, { think: 'max' }],
  ['log probabilities', { logprobs: true, top_logprobs: 20 }, { logprobs: true, top_logprobs: 20 }],
  ['keep_alive as a number', { keep_alive: -1 }, { keep_alive: -1 }],
  ['keep_alive as a duration', { keep_alive: '1h30m' }, { keep_alive: '1h30m' }],
])('%s', (_name, fields, expected) => {
  expect(translate(fields)).toMatchObject({ request: expected, ignored: [] });
});

test('an empty list of stops does not take away those of the Modelfile', () => {
  expect(translate({ stop: [] }).request).not.toHaveProperty('options');
});

test('how the answer is wanted', () => {
  const fields = { stream: true, stream_options: { include_usage: true } };
  expect(translate(fields)).toMatchObject({ stream: true, includeUsage: true });
  expect(translate({ ...fields, stream_options: {} })).toMatchObject({ includeUsage: false });
});

test('what has no effect is named', () => {
  const { ignored } = translate({
    ...{ user: 'u', tool_choice: 'auto', logit_bias: {}, parallel_tool_calls: true, service_tier: 'auto', n: 1 },
    options: { mirostat: 1, num_gpu: 1 },
    messages: [
      { ...user, name: 'bob' },
      { role: 'assistant', content: 'x', name: 'ai', audio: { id: 'a' } },
      { ...user, name: 'al' },
    ],
  });
  expect([...ignored].sort()).toEqual(
    [
      ...['logit_bias', 'messages[].audio', 'messages[].name', 'options.mirostat', 'options.num_gpu'],
      ...['parallel_tool_calls', 'service_tier', 'tool_choice', 'user'],
    ].sort(),
  );
});

test('tools lose strict, and tool_choice none sends none', () => {
  const strict = { type: 'function', function: { ...tool.function, strict: true } };
  expect(translate({ tools: [strict] }).request.tools).toEqual([tool]);
  expect(translate({ tools: [strict], tool_choice: 'none' })).toMatchObject({
    ignored: [],
    request: { messages: [user] },
  });
  expect(translate({ tools: [strict], tool_choice: 'none' }).request).not.toHaveProperty('tools');
});

test('parts are joined, images and sounds go apart, and developer is system', () => {
  const content = [
    { type: 'text', text: 'a' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'high' } },
    { type: 'image_url', image_url: 'data:image/WEBP;base64,AAA=' },
    { type: 'image_url', image_url: 'data:;base64,AA==' },
    { type: 'input_audio', input_audio: { data: 'BBBB', format: 'wav' } },
    { type: 'text', text: 'b' },
  ];
  const messages = [
    { role: 'developer', content: 's' },
    { role: 'user', content },
    { role: 'user', content: [] },
  ];
  expect(translate({ messages }).request.messages).toEqual([
    { role: 'system', content: 's' },
    { role: 'user', content: 'a\nb', images: ['AAAA', 'AAA=', 'AA==', 'BBBB'] },
    { role: 'user', content: '' },
  ]);
});

test('tool calls become objects, their results have the name of the call, old calls are calls', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"x":1}' } };
  const messages = [
    { role: 'assistant', content: null, tool_calls: [call, { function: { name: 'g', arguments: '' } }] },
    { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: '42' }] },
    { role: 'assistant', content: null, function_call: { name: 'h', arguments: '{}' } },
    { role: 'function', name: 'h', content: 'done' },
    { role: 'assistant', content: 'ok', reasoning_content: 'hm' },
  ];
  expect(translate({ messages }).request.messages).toEqual([
    {
      role: 'assistant',
      content: '',
      tool_calls: [
        { id: 'c1', function: { name: 'f', arguments: { x: 1 } } },
        { function: { name: 'g', arguments: {} } },
      ],
    },
    { role: 'tool', content: '42', tool_call_id: 'c1', tool_name: 'f' },
    { role: 'assistant', content: '', tool_calls: [{ function: { name: 'h', arguments: {} } }] },
    { role: 'tool', content: 'done', tool_name: 'h' },
    { role: 'assistant', content: 'ok', thinking: 'hm' },
  ]);
});

const withPart = (part: object) => ({ messages: [{ role: 'user', content: [part] }] });
const withArguments = (given: unknown) => ({
  messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: given } }] }],
});

test.each<[object, string]>([
  [{ model: '' }, 'model: expected a string'],
  [{ messages: [] }, 'messages: expected at least one'],
  [{ messages: 'hi' }, 'messages: expected a list, got "hi"'],
  [{ messages: [null] }, 'messages[0]: expected an object, got null'],
  [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role: expected one of'],
  [{ messages: [{ role: 'constructor', content: 'x' }] }, 'messages[0].role: expected one of'],
  [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content: expected a string, got 5'],
  [{ messages: [{ role: 'user', content: {} }] }, 'messages[0].content: expected a string or a list'],
  [{ messages: [{ role: 'user', content: 'a\0b' }] }, 'NUL'],
  [withPart({ type: 'file', file: {} }), 'messages[0].content[0].type: expected text'],
  [withPart({ type: 'image_url', image_url: 'https://x/y.png' }), 'image_url: expected a data:'],
  [withPart({ type: 'image_url', image_url: 'data:image/png;base64,A' }), 'expected base64 data'],
  [withPart({ type: 'image_url', image_url: 'data:image/gif;base64,AAAA' }), 'image_url: expected a data:'],
  [{ messages: [{ role: 'assistant', tool_calls: [{}] }] }, 'tool_calls[0].function: expected an object, got nothing'],
  [withArguments('{'), 'tool_calls[0].function.arguments: expected the JSON text of an object'],
  [withArguments('[1]'), 'expected the JSON text of an object'],
  [withArguments('['.repeat(1e6)), 'arguments: nested too deeply'],
  [{ tools: [{ type: 'web_search' }] }, 'tools[0].type: expected function, got "web_search"'],
  [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name: expected a string, got nothing'],
  [{ tools: [{ ...tool, function: { name: 'f', parameters: 'x' } }] }, 'parameters: expected an object, got "x"'],
  [{ response_format: { type: 'yaml' } }, 'response_format.type: expected text'],
  [{ response_format: { type: 'json_schema', json_schema: { schema: 'x' } } }, 'schema: expected an object'],
  [{ n: 2 }, 'n: only 1 is supported'],
  [{ top_logprobs: 21 }, 'top_logprobs: expected at most 20, got 21'],
  [{ max_tokens: 1.5 }, 'max_tokens: expected an integer, got 1.5'],
  [{ max_tokens: 0 }, 'max_tokens: expected at least 1, got 0'],
  [{ options: { num_predict: 0 } }, 'options.num_predict: expected at least 1, got 0'],
  [{ temperature: '0.5' }, 'temperature: expected a number, got "0.5"'],
  [{ seed: 1e300 }, 'seed: expected an integer, got 1e+300'],
  [{ options: { top_k: 1.5 } }, 'options.top_k: expected an integer, got 1.5'],
  [{ options: [] }, 'options: expected an object, got a list'],
  [{ stop: [5] }, 'stop[0]: expected a string, got 5'],
  [{ reasoning_effort: 'hard' }, 'reasoning_effort: expected one of'],
  [{ reasoning: { effort: 'toString' } }, 'reasoning.effort: expected one of'],
  [{ keep_alive: '-1' }, 'keep_alive: expected seconds as a number or a duration'],
  [{ stream: 'yes' }, 'stream: expected true or false, got "yes"'],
  [{ stream_options: { include_usage: 1 } }, 'stream_options.include_usage: expected true or false'],
])('%j is refused by name', (fields, message) => {
  expect(() => translate(fields)).toThrow(message);
});
