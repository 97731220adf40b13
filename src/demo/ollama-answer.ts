import type { OllamaChatRecord, OllamaChatRequest } from '../ollama.ts';

/** What the simulated model says. */
export interface Script {
  /** The words of the answer, one per record. */
  readonly words: readonly string[];
  /** The words of the thinking before it. */
  readonly thinking: readonly string[];
}

export interface AnswerTimes {
  /** Milliseconds. */
  readonly load: number;
  readonly prefill: number;
  readonly decode: number;
}

const spoken = 'Hello! I am a simulated model, word by wörd ☃ 你好 and every answer is this sentence.';

const toolCall = { id: 'call_sim00001', function: { index: 0, name: '', arguments: { city: 'Paris' } } };

/** Splits a text so that the pieces join to it again: each word keeps the blank before it. */
export const wordsOf = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

export const defaultScript: Script = { words: wordsOf(spoken), thinking: [] };

/** The records of an answer before the last one, in the order in which a model makes them. */
export function answerRecords(request: OllamaChatRequest, script: Script): OllamaChatRecord[] {
  const tool = firstTool(request);
  if (tool !== undefined) {
    const call = { ...toolCall, function: { ...toolCall.function, name: tool } };
    return [{ message: { role: 'assistant', content: '', tool_calls: [call] }, done: false }];
  }
  const thinking = request.think === false ? [] : script.thinking;
  return [
    ...thinking.map((word) => ({ message: { role: 'assistant' as const, content: '', thinking: word }, done: false })),
    ...script.words.map((word) => ({ message: { role: 'assistant' as const, content: word }, done: false })),
  ].slice(0, limitOf(request));
}

/** The last record: counts, and durations in nanoseconds. */
export function finalRecord(request: OllamaChatRequest, sent: number, complete: boolean, ms: AnswerTimes) {
  const nanoseconds = (value: number) => Math.round(value * 1e6);
  return {
    message: { role: 'assistant' as const, content: '' },
    done: true,
    done_reason: complete ? 'stop' : 'length',
    total_duration: nanoseconds(ms.load + ms.prefill + ms.decode),
    load_duration: nanoseconds(ms.load),
    prompt_eval_count: countPrompt(request),
    prompt_eval_duration: nanoseconds(ms.prefill),
    eval_count: sent,
    eval_duration: nanoseconds(ms.decode),
  };
}

function limitOf(request: OllamaChatRequest): number {
  const limit = request.options?.['num_predict'];
  return typeof limit === 'number' && limit > 0 ? limit : Number.POSITIVE_INFINITY;
}

function countPrompt({ messages }: OllamaChatRequest): number {
  return messages.reduce((sum, { content }) => sum + 4 + Math.ceil((content?.length ?? 0) / 4), 0);
}

function firstTool({ tools }: OllamaChatRequest): string | undefined {
  const tool = tools?.[0];
  if (typeof tool !== 'object' || tool === null || !('function' in tool)) return undefined;
  const details = tool.function;
  return typeof details === 'object' && details !== null && 'name' in details ? String(details.name) : undefined;
}
