import { describe, expect, test } from 'vitest';
import { ReplyBuilder } from '../../../gateway/translate/chat/reply.ts';
import { ChunkStream } from '../../../gateway/translate/chat/stream.ts';
import { CompletionBuilder, CompletionStream } from '../../../gateway/translate/completions.ts';
import type { OllamaChatRecord } from '../../../src/ollama.ts';
import { events } from '../support/gateway.ts';
import { recorded, recordsOf, versions } from './support/wire.ts';

const frame = { id: 'chatcmpl-0123456789', created: 7, model: 'tiny', strip: [] };

interface Choice {
  delta: Record<string, unknown>;
  finish_reason: string | null;
}
interface Chunk {
  object: string;
  model: string;
  system_fingerprint: string;
  choices: Choice[];
  usage?: object;
}

function streamed(records: readonly OllamaChatRecord[], model = 'tiny', maxTokens?: number): Chunk[] {
  const stream = new ChunkStream({ ...frame, model, maxTokens }, true);
  return events(records.map((record) => stream.add(record)).join('') + stream.end()) as Chunk[];
}

/** What two layers may do differently: ids, times, the second name of reasoning, and a content that is empty. */
function comparable({ object, model, system_fingerprint, choices, usage }: Chunk): unknown {
  const own = choices.map(({ delta, finish_reason }) => {
    const { reasoning_content: _, content, tool_calls, ...rest } = delta;
    const calls = (tool_calls as { id: string }[] | undefined)?.map((call) => ({ ...call, id: typeof call.id }));
    return { delta: { ...rest, ...(content ? { content } : {}), ...(calls ? { calls } : {}) }, finish_reason };
  });
  return { object, model, system_fingerprint, choices: own, usage };
}

test.each([
  ['chat-stream', 'v1-chat-stream-usage', 'tiny'],
  ['chat-think-default-stream', 'v1-chat-think-stream', 'tiny-think'],
  ['chat-tools-stream', 'v1-chat-tools-stream', 'tiny-tools'],
])("%s becomes what Ollama's own layer makes of it", (native, v1, model) => {
  const theirs = events(recorded('0.32.15', `${v1}.sse`).toString()).filter((event) => event !== '[DONE]') as Chunk[];
  const ours = streamed(recordsOf('0.32.15', native), model);
  const asked = theirs.some(({ usage }) => usage !== undefined);
  expect(ours.slice(0, asked ? undefined : -1).map(comparable)).toEqual(theirs.map(comparable));
});

describe.each(versions)('answers of Ollama %s', (version) => {
  const whole = (name: string) => {
    const builder = new ReplyBuilder(frame);
    for (const record of recordsOf(version, name)) builder.add(record);
    return builder.build();
  };

  test('in one piece', () => {
    const content = expect.stringMatching(/^Hello! I am a tiny model .* wörd ☃ 你好…$/);
    expect(whole('chat-stream')).toMatchObject({
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 13, completion_tokens: 26, total_tokens: 39 },
    });
  });

  test('with a tool call', () => {
    const called = { name: 'get_weather', arguments: '{"city":"Paris","unit":"celsius"}' };
    const call = { id: expect.stringMatching(/^call_[a-z0-9]{8}$/), index: 0, type: 'function', function: called };
    expect(whole('chat-tools-stream')).toMatchObject({
      choices: [{ message: { content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }],
    });
  });

  test('with thinking, under both names', () => {
    const thought = 'Let me think about it carefully';
    expect(whole('chat-think-default-stream')).toMatchObject({
      choices: [{ message: { content: 'Done: four words exactly', reasoning: thought, reasoning_content: thought } }],
    });
  });

  test('cut by num_predict', () => {
    expect(whole('chat-num-predict-length')).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      usage: { completion_tokens: 8 },
    });
  });

  test('that stop without a last record end with stop, and our own count of the answer only', () => {
    const records = recordsOf(version, 'chat-repeat-forever');
    expect(records.some(({ done }) => done)).toBe(false);
    const [finish, usage] = streamed(records).slice(-2);
    expect(finish?.choices[0]?.finish_reason).toBe('stop');
    expect(usage?.usage).toEqual({ completion_tokens: records.length });
    expect(whole('chat-repeat-forever')).toMatchObject({ usage: { completion_tokens: records.length } });
  });

  test('that stop without a last record where the limit is end with length', () => {
    const records = recordsOf(version, 'chat-repeat-forever');
    const ended = (limit: number) => streamed(records, 'tiny', limit).at(-2)?.choices[0]?.finish_reason;
    expect([ended(records.length), ended(records.length + 1)]).toEqual(['length', 'stop']);
  });

  test('with log probabilities, in both APIs', () => {
    const [record] = recordsOf(version, 'chat-logprobs');
    if (!record) throw new Error('no record');
    const logprobs = { content: record.logprobs };
    expect(whole('chat-logprobs')).toMatchObject({ choices: [{ logprobs }] });
    expect(streamed([record])[0]?.choices[0]).toMatchObject({ delta: { content: 'Hello!' }, logprobs });
    const builder = new CompletionBuilder(frame);
    builder.add(record);
    const old = {
      tokens: ['Hello', '!'],
      token_logprobs: [expect.closeTo(0, 5), expect.closeTo(0, 5)],
      text_offset: [0, 5],
    };
    expect(builder.build()).toMatchObject({ choices: [{ text: 'Hello!', logprobs: old, finish_reason: 'length' }] });
    const [chunk] = events(new CompletionStream(frame, false).add(record));
    expect(chunk).toMatchObject({ choices: [{ text: 'Hello!', logprobs: old, finish_reason: null }] });
  });

  test('that break have their error as the last record', () => {
    expect(recordsOf(version, 'fault-runner-killed-chat-stream').at(-1)?.error).toMatch(/^an error was encountered/);
  });
});
