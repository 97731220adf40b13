import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { type Client, type Failure, mistaken, schema, tool, toolResult } from './support/client.ts';
import { clientContract } from './support/contract.ts';
import type { Server } from './support/servers.ts';

const connection = ({ url, key }: Server) => ({ apiKey: key, configuration: { baseURL: url }, maxRetries: 0 });

const connect = (server: Server, model: string) => new ChatOpenAI({ model, ...connection(server) });

const client: Client = {
  async chat(server) {
    return (await connect(server, 'tiny').invoke('hi')).text;
  },
  async stream(server) {
    let text = '';
    for await (const chunk of await connect(server, 'tiny').stream('hi')) text += chunk.text;
    return text;
  },
  async toolRound(server) {
    const model = connect(server, 'tiny-tools').bindTools([{ type: 'function', function: tool }]);
    const reply = await model.invoke('weather?');
    const call = reply.tool_calls?.[0];
    if (!call) throw new Error('no tool call');
    const result = { role: 'tool', tool_call_id: call.id ?? '', content: toolResult };
    await model.invoke([{ role: 'user', content: 'weather?' }, reply, result]);
    return { name: call.name, args: call.args };
  },
  async structured(server) {
    const model = connect(server, 'tiny').withStructuredOutput(schema, { name: 'answer', method: 'jsonSchema' });
    return await model.invoke('yes?');
  },
  async embed(server, texts) {
    return await new OpenAIEmbeddings({ model: 'tiny-embed', ...connection(server) }).embedDocuments([...texts]);
  },
  async fail(server, mistake): Promise<Failure> {
    const { server: at, model, text } = mistaken(server, mistake);
    const error: unknown = await connect(at, model)
      .invoke(text)
      .catch((thrown: unknown) => thrown);
    if (!(error instanceof Error)) throw new Error(`no error but ${JSON.stringify(error)}`);
    const { status, headers } = error as { status?: number; headers?: Headers };
    return { status, name: error.constructor.name, message: error.message, retryAfter: headers?.get?.('retry-after') };
  },
  async leave(server) {
    const controller = new AbortController();
    const chunks = await connect(server, 'tiny-loop').stream('hi', { signal: controller.signal });
    for await (const chunk of chunks) if (chunk.text !== '') break;
    controller.abort();
  },
};

clientContract('LangChain', client, {
  errors: {
    'wrong key': 'AuthenticationError',
    'unknown model': 'NotFoundError',
    'too many requests': 'RateLimitError',
    'bad request': 'BadRequestError',
  },
  tellsRetryAfter: true,
});
