/** One request that is sent to Ollama's own `/v1` and to the gateway. */
export interface Case {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as it is. */
  readonly body?: string;
}

/** The answer does not depend on chance. */
const fixed = { temperature: 0, seed: 42 };

const hello = [{ role: 'user', content: 'hi' }];

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' }, unit: { type: 'string' } } },
  },
};

const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
};

const called = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }],
};

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const post = (path: string, name: string, body: object | string): Case => ({
  name,
  method: 'POST',
  path,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const chat = (name: string, fields: object) =>
  post('/v1/chat/completions', name, { model: 'tiny', messages: hello, ...fixed, ...fields });

/** The same request as a plain call and as a stream. */
const both = (name: string, fields: object) => [
  chat(name, fields),
  chat(`${name}, streamed`, { ...fields, stream: true }),
];

const withUsage = { stream: true, stream_options: { include_usage: true } };

const answers: readonly Case[] = [
  ...both('plain', {}),
  chat('usage in a stream', withUsage),
  chat('usage in a stream switched off', { stream: true, stream_options: { include_usage: false } }),
  ...both('max_tokens', { max_tokens: 5 }),
  ...both('max_completion_tokens', { max_completion_tokens: 5 }),
  chat('both token limits', { max_tokens: 7, max_completion_tokens: 5 }),
  ...both('an endless model cut by its limit', { model: 'tiny-loop', max_tokens: 12 }),
  chat('length with usage', { model: 'tiny-loop', max_tokens: 6, ...withUsage }),
  ...both('stop as a text', { stop: 'used' }),
  ...both('stop as a list', { stop: ['never', 'Every'] }),
  chat('seed', { seed: 7 }),
  chat('penalties', { frequency_penalty: 0.5, presence_penalty: 0.25 }),
  chat('top_p', { top_p: 0.5 }),
  ...both('logprobs', { logprobs: true, max_tokens: 3 }),
  chat('top_logprobs', { logprobs: true, top_logprobs: 2, max_tokens: 3 }),
  chat('system message', { messages: [{ role: 'system', content: 'Be short.' }, ...hello] }),
  chat('developer message', { messages: [{ role: 'developer', content: 'Be short.' }, ...hello] }),
  chat('history', {
    messages: [...hello, { role: 'assistant', content: 'Hello!' }, { role: 'user', content: 'more' }],
  }),
  chat('one text part', { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] }),
  chat('two text parts', {
    messages: [{ role: 'user', content: ['one', 'two'].map((text) => ({ type: 'text', text })) }],
  }),
  chat('unicode', { messages: [{ role: 'user', content: '你好 ☃ 🎿' }] }),
  chat('user and metadata', { user: 'u1', metadata: { a: 'b' } }),
  chat('n of 1', { n: 1 }),
  chat('model with its tag', { model: 'tiny:latest' }),
  ...both('a model that repeats itself', { model: 'tiny-repeat' }),
];

const toolsAndThinking: readonly Case[] = [
  ...both('tool call', { model: 'tiny-tools', tools: [weather] }),
  chat('tool call with usage', { model: 'tiny-tools', tools: [weather], ...withUsage }),
  ...both('tool result', {
    model: 'tiny-tools',
    tools: [weather],
    messages: [...hello, called, { role: 'tool', tool_call_id: 'call_1', content: '{"temperature":20}' }],
  }),
  chat('tool result in parts', {
    model: 'tiny-tools',
    tools: [weather],
    messages: [
      ...hello,
      called,
      { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: '{"temperature":20}' }] },
    ],
  }),
  chat('tool_choice none', { model: 'tiny-tools', tools: [weather], tool_choice: 'none' }),
  chat('tool_choice auto', { model: 'tiny-tools', tools: [weather], tool_choice: 'auto' }),
  chat('no tools for a tool model', { model: 'tiny-tools' }),
  chat('empty list of tools', { tools: [] }),
  chat('tools for a model without', { tools: [weather] }),
  chat('bad tool arguments in the history', {
    model: 'tiny-tools',
    messages: [...hello, { ...called, tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{' } }] }],
  }),
  ...both('thinking by default', { model: 'tiny-think' }),
  ...both('reasoning_effort', { model: 'tiny-think', reasoning_effort: 'high' }),
  chat('reasoning.effort', { model: 'tiny-think', reasoning: { effort: 'low' } }),
  chat('reasoning_effort none', { model: 'tiny-think', reasoning_effort: 'none' }),
  chat('unknown reasoning_effort', { model: 'tiny-think', reasoning_effort: 'huge' }),
  chat('reasoning_effort for a model without', { reasoning_effort: 'high' }),
  chat('thinking cut by its limit', { model: 'tiny-think', max_tokens: 3 }),
  ...both('json_object', { response_format: { type: 'json_object' }, max_tokens: 20 }),
  ...both('json_schema', {
    response_format: { type: 'json_schema', json_schema: { name: 'p', schema } },
    max_tokens: 40,
  }),
  chat('response_format text', { response_format: { type: 'text' } }),
];

const otherApis: readonly Case[] = [
  post('/v1/completions', 'completion', { model: 'tiny', prompt: 'hi', ...fixed }),
  post('/v1/completions', 'completion, streamed', { model: 'tiny', prompt: 'hi', ...fixed, stream: true }),
  post('/v1/completions', 'completion with usage', { model: 'tiny', prompt: 'hi', ...fixed, ...withUsage }),
  post('/v1/completions', 'completion with max_tokens', { model: 'tiny', prompt: 'hi', ...fixed, max_tokens: 4 }),
  post('/v1/completions', 'completion with stop', { model: 'tiny', prompt: 'hi', ...fixed, stop: ['used'] }),
  post('/v1/completions', 'completion without prompt', { model: 'tiny', ...fixed }),
  post('/v1/completions', 'completion of an unknown model', { model: 'nope', prompt: 'hi' }),
  post('/v1/embeddings', 'embedding', { model: 'tiny-embed', input: 'hi' }),
  post('/v1/embeddings', 'embeddings of a list', { model: 'tiny-embed', input: ['a', 'b'] }),
  post('/v1/embeddings', 'embedding as base64', { model: 'tiny-embed', input: 'hi', encoding_format: 'base64' }),
  post('/v1/embeddings', 'embedding with dimensions', { model: 'tiny-embed', input: 'hi', dimensions: 16 }),
  post('/v1/embeddings', 'embedding without input', { model: 'tiny-embed' }),
  post('/v1/embeddings', 'embedding of an empty list', { model: 'tiny-embed', input: [] }),
  post('/v1/embeddings', 'embedding as hex', { model: 'tiny-embed', input: 'hi', encoding_format: 'hex' }),
  post('/v1/embeddings', 'embedding by a chat model', { model: 'tiny', input: 'hi' }),
  post('/v1/embeddings', 'embedding by an unknown model', { model: 'nope', input: 'hi' }),
  { name: 'models', method: 'GET', path: '/v1/models' },
  { name: 'one model', method: 'GET', path: '/v1/models/tiny:latest' },
  { name: 'one model without its tag', method: 'GET', path: '/v1/models/tiny' },
  { name: 'an unknown model', method: 'GET', path: '/v1/models/nope' },
];

const mistakes: readonly Case[] = [
  chat('unknown model', { model: 'nope' }),
  chat('unknown model, streamed', { model: 'nope', stream: true }),
  chat('no model', { model: undefined }),
  chat('embedding model in a chat', { model: 'tiny-embed' }),
  post('/v1/chat/completions', 'bad JSON', '{"model":'),
  post('/v1/chat/completions', 'empty body', ''),
  post('/v1/chat/completions', 'a list as body', '[]'),
  chat('no messages', { messages: undefined }),
  chat('empty messages', { messages: [] }),
  chat('messages as a text', { messages: 'hi' }),
  chat('bad role', { messages: [{ role: 'robot', content: 'hi' }] }),
  chat('content as a number', { messages: [{ role: 'user', content: 1 }] }),
  chat('unknown kind of part', { messages: [{ role: 'user', content: [{ type: 'video', video: 'x' }] }] }),
  chat('temperature as a text', { temperature: 'hot' }),
  chat('max_tokens as a text', { max_tokens: 'many' }),
  chat('stream as a text', { stream: 'yes' }),
  chat('stop as a number', { stop: 1 }),
  chat('n of 2', { n: 2 }),
  chat('too many top_logprobs', { logprobs: true, top_logprobs: 21 }),
  chat('unknown response_format', { response_format: { type: 'yaml' } }),
  chat('json_schema without its schema', { response_format: { type: 'json_schema' } }),
  chat('image to a text model', {
    messages: [
      { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } }] },
    ],
  }),
  chat('image by address', {
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.org/a.png' } }] }],
  }),
];

export const cases: readonly Case[] = [...answers, ...toolsAndThinking, ...otherApis, ...mistakes];
