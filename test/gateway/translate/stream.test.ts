import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReplyBuilder } from '../../../gateway/translate/chat/reply.ts';
import { ChunkStream } from '../../../gateway/translate/chat/stream.ts';
import { LineSplitter } from '../../../gateway/translate/ndjson.ts';
import type { OllamaChatRecord } from '../../../src/ollama.ts';
import { events } from '../support/gateway.ts';

const frame = { id: 'chatcmpl-1', created: 7, model: 'm', strip: [] };

interface Chunk {
  choices: { delta: Record<string, unknown>; finish_reason: string | null }[];
  usage?: object;
}

function chunksOf(records: OllamaChatRecord[], includeUsage = false): Chunk[] {
  const stream = new ChunkStream(frame, includeUsage);
  return events(records.map((record) => stream.add(record)).join('') + stream.end()) as Chunk[];
}

test('lines come out whole wherever the bytes are cut', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 });
  fc.assert(
    fc.property(texts, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (values, sizes) => {
      const lines = values.map((value) => JSON.stringify({ value }));
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      const splitter = new LineSplitter();
      const seen: string[] = [];
      for (let at = 0; at < bytes.length; ) {
        const size = sizes.next().value ?? 1;
        seen.push(...splitter.push(bytes.subarray(at, at + size)));
        at += size;
      }
      expect([...seen, ...splitter.end()]).toEqual(lines);
    }),
  );
});

test('only the first delta has the role, and the reason of the end is a chunk of its own', () => {
  const chunks = chunksOf([
    { message: { content: 'a' } },
    { message: { content: 'b' } },
    { message: { content: '' }, done: true, done_reason: 'stop' },
  ]);
  expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
    { role: 'assistant', content: 'a' },
    { content: 'b' },
    {},
  ]);
  expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, null, 'stop']);
});

test('thinking and content of one record become two chunks, under both field names', () => {
  const [first, second] = chunksOf([{ message: { thinking: 'hm', content: 'yes' } }]);
  expect(first?.choices[0]?.delta).toEqual({ role: 'assistant', reasoning: 'hm', reasoning_content: 'hm' });
  expect(second?.choices[0]?.delta).toEqual({ content: 'yes' });
});

test.each([false, true])('tool calls are counted here, also inside the last record (%s)', (inLast) => {
  const call = { function: { index: 0, name: 'f', arguments: { x: 1 } } };
  const records: OllamaChatRecord[] = [
    { message: { tool_calls: [call] }, done: false },
    { message: { tool_calls: [call] }, done: inLast, ...(inLast ? { done_reason: 'stop' } : {}) },
    ...(inLast ? [] : [{ message: { content: '' }, done: true, done_reason: 'stop' }]),
  ];
  const chunks = chunksOf(records);
  const calls = chunks.flatMap(
    ({ choices }) => (choices[0]?.delta['tool_calls'] ?? []) as { index: number; id: string }[],
  );
  expect(calls.map(({ index }) => index)).toEqual([0, 1]);
  expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  expect(calls[0]).toMatchObject({ type: 'function', function: { name: 'f', arguments: '{"x":1}' } });
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
});

test('usage is sent when asked for, and never invented', () => {
  const last = { done: true, done_reason: 'length', prompt_eval_count: 3, eval_count: 4 };
  const [finish, usage] = chunksOf([{ message: { content: 'x' } }, last], true).slice(-2);
  expect(finish?.choices[0]?.finish_reason).toBe('length');
  expect(usage).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } });
  expect(chunksOf([{ done: true }], true).some(({ usage }) => usage !== undefined)).toBe(false);
});

test('the response filter takes out model and created', () => {
  const builder = new ReplyBuilder({ ...frame, strip: ['model', 'created'] });
  builder.add({ message: { content: '' }, done: true });
  expect(Object.keys(builder.build())).toEqual(['id', 'object', 'system_fingerprint', 'choices']);
});

test('log probabilities without a text are not lost', () => {
  const logprobs = [{ token: 'x', logprob: -1 }];
  const chunks = chunksOf([
    { message: { content: '' }, logprobs },
    { message: { thinking: 'hm' }, logprobs },
  ]);
  expect(chunks.slice(0, 2).map(({ choices }) => choices[0])).toMatchObject([
    { delta: { content: '' }, logprobs: { content: logprobs } },
    { delta: { reasoning: 'hm' }, logprobs: { content: logprobs } },
  ]);
});

test('ids of tool calls that Ollama left out differ within an answer', () => {
  const call = { function: { name: 'f', arguments: {} } };
  const record = { message: { tool_calls: [call, { ...call, id: 'call_theirs' }] } };
  const builder = new ReplyBuilder({ ...frame, id: 'chatcmpl-0123456789' });
  builder.add(record);
  builder.add(record);
  const { choices } = builder.build() as { choices: { message: { tool_calls: { id: string }[] } }[] };
  const ids = choices[0]?.message.tool_calls.map(({ id }) => id);
  expect(ids).toEqual(['call_012345670', 'call_theirs', 'call_012345672', 'call_theirs']);
});

test('a model that was only loaded has said nothing', () => {
  const chunks = chunksOf([{ message: { content: '' }, done: true, done_reason: 'load' }], true);
  expect(chunks.map(({ choices }) => choices[0])).toMatchObject([
    { delta: { role: 'assistant', content: '' }, finish_reason: null },
    { delta: {}, finish_reason: 'stop' },
  ]);
});
