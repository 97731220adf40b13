import OpenAI from 'openai';
import { type Client, type Failure, mistaken, schema, tool, toolResult } from './support/client.ts';
import { clientContract } from './support/contract.ts';
import type { Server } from './support/servers.ts';

const connect = ({ url, key }: Server) => new OpenAI({ baseURL: url, apiKey: key, maxRetries: 0 });

const ask = (text: string): OpenAI.ChatCompletionUserMessageParam => ({ role: 'user', content: text });

const client: Client = {
  async chat(server) {
    const reply = await connect(server).chat.completions.create({ model: 'tiny', messages: [ask('hi')] });
    return reply.choices[0]?.message.content ?? '';
  },
  async stream(server) {
    const chunks = await connect(server).chat.completions.create({
      model: 'tiny',
      messages: [ask('hi')],
      stream: true,
    });
    let text = '';
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
    return text;
  },
  async toolRound(server) {
    const { completions } = connect(server).chat;
    const asked = { model: 'tiny-tools', tools: [{ type: 'function' as const, function: tool }] };
    const first = await completions.create({ ...asked, messages: [ask('weather?')] });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (!message || call?.type !== 'function') throw new Error('no tool call');
    const result = { role: 'tool' as const, tool_call_id: call.id, content: toolResult };
    await completions.create({ ...asked, messages: [ask('weather?'), message, result] });
    return { name: call.function.name, args: JSON.parse(call.function.arguments) };
  },
  async structured(server) {
    const reply = await connect(server).chat.completions.parse({
      ...{ model: 'tiny', messages: [ask('yes?')] },
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
    });
    return JSON.parse(reply.choices[0]?.message.content ?? '');
  },
  async embed(server, texts) {
    const reply = await connect(server).embeddings.create({ model: 'tiny-embed', input: [...texts] });
    return reply.data.map(({ embedding }) => embedding);
  },
  async fail(server, mistake): Promise<Failure> {
    const { server: at, model, text } = mistaken(server, mistake);
    const error = await connect(at)
      .chat.completions.create({ model, messages: [ask(text)] })
      .catch((thrown: unknown) => thrown);
    if (!(error instanceof OpenAI.APIError)) throw error;
    const { status, message, headers } = error;
    return { status, name: error.constructor.name, message, retryAfter: headers?.get('retry-after') };
  },
  async leave(server) {
    const asked = { model: 'tiny-loop', messages: [ask('hi')], stream: true as const };
    const chunks = await connect(server).chat.completions.create(asked);
    for await (const chunk of chunks) if (chunk.choices[0]?.delta.content) break;
  },
};

clientContract('openai for Node', client, {
  errors: {
    'wrong key': 'AuthenticationError',
    'unknown model': 'NotFoundError',
    'too many requests': 'RateLimitError',
    'bad request': 'BadRequestError',
  },
  tellsRetryAfter: true,
});
