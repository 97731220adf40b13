import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, embedMany, generateObject, generateText, jsonSchema, streamText } from 'ai';
import { type Client, type Failure, mistaken, schema, tool, toolResult } from './support/client.ts';
import { clientContract } from './support/contract.ts';
import type { Server } from './support/servers.ts';

const connect = ({ url, key }: Server) =>
  createOpenAICompatible({ name: 'gateway', baseURL: url, apiKey: key, supportsStructuredOutputs: true });

const quiet = { maxRetries: 0 };

const client: Client = {
  async chat(server) {
    return (await generateText({ model: connect(server)('tiny'), prompt: 'hi', ...quiet })).text;
  },
  async stream(server) {
    return await streamText({ model: connect(server)('tiny'), prompt: 'hi', ...quiet }).text;
  },
  async toolRound(server) {
    let args: unknown;
    const weather = {
      description: tool.description,
      inputSchema: jsonSchema(tool.parameters),
      execute: async (input: unknown) => {
        args = input;
        return JSON.parse(toolResult);
      },
    };
    let steps = 0;
    await generateText({
      model: connect(server)('tiny-tools'),
      tools: { [tool.name]: weather },
      prompt: 'weather?',
      stopWhen: () => {
        steps += 1;
        return steps === 2;
      },
      ...quiet,
    });
    return { name: tool.name, args };
  },
  async structured(server) {
    const model = connect(server)('tiny');
    return (await generateObject({ model, schema: jsonSchema(schema), prompt: 'yes?', ...quiet })).object;
  },
  async embed(server, texts) {
    const model = connect(server).embeddingModel('tiny-embed');
    return (await embedMany({ model, values: [...texts], ...quiet })).embeddings;
  },
  async fail(server, mistake): Promise<Failure> {
    const { server: at, model, text } = mistaken(server, mistake);
    const error = await generateText({ model: connect(at)(model), prompt: text, ...quiet }).catch(
      (thrown: unknown) => thrown,
    );
    if (!APICallError.isInstance(error)) throw error;
    const { statusCode, name, message, responseHeaders } = error;
    return { status: statusCode, name, message, retryAfter: responseHeaders?.['retry-after'] };
  },
  async leave(server) {
    const controller = new AbortController();
    const model = connect(server)('tiny-loop');
    const { textStream } = streamText({ model, prompt: 'hi', abortSignal: controller.signal, ...quiet });
    for await (const piece of textStream) if (piece !== '') break;
    controller.abort();
  },
};

clientContract('the AI SDK', client, {
  errors: {
    'wrong key': 'AI_APICallError',
    'unknown model': 'AI_APICallError',
    'too many requests': 'AI_APICallError',
    'bad request': 'AI_APICallError',
  },
  tellsRetryAfter: true,
});
