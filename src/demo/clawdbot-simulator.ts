import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';

export interface ChatOutcome {
  readonly status: number;
  /** The answer's text, or the error that the user gets to see. */
  readonly text: string;
  readonly requestId: string | undefined;
}

export interface ClawdbotSimulator {
  readonly url: string;
  /** Sends one message as a user of the chat page would; streamed like the page does it. */
  chat(message: string, user: string): Promise<ChatOutcome>;
  close(): Promise<void>;
}

export interface ClawdbotOptions {
  /** `api_base` of Clawdbot's own configuration, such as http://localhost:18789/v1. */
  readonly apiBase: string;
  readonly apiKey: string;
  readonly model: string;
}

/** Stands in for the chat UI: answers /health, and sends its users' chats to the gateway from its own server. */
export async function startClawdbotSimulator({ apiBase, apiKey, model }: ClawdbotOptions): Promise<ClawdbotSimulator> {
  const server = createServer((incoming, reply) => {
    const healthy = incoming.url === '/health';
    reply.writeHead(healthy ? 200 : 404, { 'content-type': 'application/json' });
    reply.end(JSON.stringify(healthy ? { status: 'ok' } : { error: 'not found' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async chat(message, user) {
      const { statusCode, headers, body } = await request(`${apiBase}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': apiKey, 'x-user-id': user },
        body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: message }] }),
      });
      const id = headers['x-request-id'];
      return {
        status: statusCode,
        text: visibleText(await body.text()),
        requestId: typeof id === 'string' ? id : undefined,
      };
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface ChatChunk {
  choices?: { delta?: { content?: string } }[];
  error?: string | { message: string };
}

/** What a user reads of an answer: the deltas joined, or the message of the error. */
function visibleText(body: string): string {
  const lines = body.startsWith('{') ? [body] : body.split('\n').map((line) => line.replace(/^data: /, ''));
  let text = '';
  for (const line of lines.filter((candidate) => candidate.startsWith('{'))) {
    const { choices, error }: ChatChunk = JSON.parse(line);
    if (error !== undefined) return typeof error === 'string' ? error : error.message;
    text += choices?.[0]?.delta?.content ?? '';
  }
  return text;
}
