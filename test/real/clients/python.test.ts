import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { type Client, mistaken, schema, tool, toolResult } from './support/client.ts';
import { clientContract } from './support/contract.ts';
import { pythonWithOpenai } from './support/python.ts';
import type { Server } from './support/servers.ts';

const program = fileURLToPath(new URL('./support/python-client.py', import.meta.url));

const python = await pythonWithOpenai();

const child = python === undefined ? undefined : spawn(python, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = child && createInterface({ input: child.stdout })[Symbol.asyncIterator]();

afterAll(() => child?.kill());

/** Has the Python program do one thing; the caller knows the shape of its answer. */
async function ask<Answer>(command: string, { url, key }: Server, argument: unknown = null): Promise<Answer> {
  child?.stdin.write(`${JSON.stringify({ command, url, key, argument })}\n`);
  const line = await answers?.next();
  if (line?.done !== false) throw new Error(`the Python program ended at ${command}`);
  return JSON.parse(line.value) as Answer;
}

const client: Client = {
  chat: (server) => ask('chat', server),
  stream: (server) => ask('stream', server),
  toolRound: (server) => ask('tool_round', server, { tool, result: toolResult }),
  structured: (server) => ask('structured', server, schema),
  embed: (server, texts) => ask('embed', server, texts),
  async fail(server, mistake) {
    const { server: at, model, text } = mistaken(server, mistake);
    return ask('fail', at, { model, text });
  },
  leave: (server) => ask('leave', server),
};

const errors = {
  'wrong key': 'AuthenticationError',
  'unknown model': 'NotFoundError',
  'too many requests': 'RateLimitError',
  'bad request': 'BadRequestError',
};

clientContract('openai for Python', client, { errors, tellsRetryAfter: true, available: python !== undefined });
