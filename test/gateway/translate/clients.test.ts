import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { events, key, startRig } from '../support/gateway.ts';

const head = { id: z.string(), created: z.number().int(), model: z.string() };

/** What OpenAI's published schema requires of an answer; strict clients refuse one without it. */
const published = {
  reply: z.looseObject({
    ...head,
    object: z.literal('chat.completion'),
    choices: z.array(
      z.looseObject({
        index: z.number().int(),
        finish_reason: z.enum(['stop', 'length', 'tool_calls']),
        message: z.looseObject({ role: z.literal('assistant'), content: z.string().nullable() }),
      }),
    ),
  }),
  chunk: z.looseObject({
    ...head,
    object: z.literal('chat.completion.chunk'),
    choices: z.array(
      z.looseObject({
        index: z.number().int(),
        finish_reason: z.enum(['stop', 'length', 'tool_calls']).nullable(),
        delta: z.looseObject({ role: z.literal('assistant').optional(), content: z.string().nullish() }),
      }),
    ),
  }),
};

const question = { model: 'qwen3:32b', messages: [{ role: 'user' as const, content: 'hi' }] };
const answer = 'a few words of an answer';

describe.each([
  ['the default', undefined],
  ['nothing', []],
  ['everything', ['model', 'created', 'system_fingerprint']],
])('a response filter that strips %s', (name, strip) => {
  const start = () => startRig({ config: strip ? { response_filter: { strip } } : {}, ollama: { answer } });

  test('is no matter to the official client', async () => {
    const { gateway } = await start();
    const client = new OpenAI({ apiKey: key, baseURL: `${gateway.address}/v1`, maxRetries: 0 });
    const reply = await client.chat.completions.create(question);
    expect(reply.choices[0]?.message.content).toBe(answer);
    const stream = client.chat.completions.stream({ ...question, stream_options: { include_usage: true } });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]).toMatchObject({ message: { content: answer }, finish_reason: 'stop' });
    expect(completion.usage?.completion_tokens).toBeGreaterThan(0);
  });

  test(`${name === 'nothing' ? 'keeps' : 'does not keep'} to the published schema`, async () => {
    const { chat } = await start();
    const reply: unknown = await (await chat()).json();
    const body = await (await chat({ stream: true, stream_options: { include_usage: true } })).text();
    const chunks = events(body).filter((event) => event !== '[DONE]');
    expect(chunks.length).toBeGreaterThan(2);
    const valid = [published.reply.safeParse(reply), ...chunks.map((chunk) => published.chunk.safeParse(chunk))];
    expect(valid.map(({ success }) => success)).toEqual(valid.map(() => name === 'nothing'));
  });
});
