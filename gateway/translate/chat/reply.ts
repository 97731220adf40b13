import type { OllamaChatRecord, OllamaToolCall } from '../../../src/ollama.ts';

/** What every reply and chunk of one request has in common. */
export interface ReplyFrame {
  /** Starts with `chatcmpl-`. */
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  /** The name that the caller asked for. */
  readonly model: string;
  /** Fields that `response_filter.strip` takes out. */
  readonly strip: readonly string[];
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export interface OpenAiToolCall {
  readonly id: string;
  readonly index: number;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** Counts of the last record; undefined where Ollama gave none. */
export function usageOf(record: OllamaChatRecord | undefined): Usage | undefined {
  if (record?.prompt_eval_count === undefined && record?.eval_count === undefined) return undefined;
  const prompt = record.prompt_eval_count ?? 0;
  const completion = record.eval_count ?? 0;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/**
 * The same for an answer that broke off: then the tokens are counted by their deltas, and the prompt's are not known.
 * OpenAI's clients demand all three fields.
 */
export function countedUsage(record: OllamaChatRecord | undefined, deltas: number): Usage | undefined {
  if (record) return usageOf(record);
  return { prompt_tokens: 0, completion_tokens: deltas, total_tokens: deltas };
}

/** `done_reason` in OpenAI's words. Ollama says `stop` after a tool call too. */
export function finishReason(record: OllamaChatRecord | undefined, toolCalled: boolean): string {
  if (record?.done_reason === 'length') return 'length';
  return toolCalled ? 'tool_calls' : 'stop';
}

/** A tool call in OpenAI's form. `index` is counted here: some models give 0 to each. Old servers give no id. */
export function toOpenAiToolCall(call: OllamaToolCall, index: number, frame: ReplyFrame): OpenAiToolCall {
  return {
    id: call.id ?? `call_${frame.id.replace(/^\w+-/, '').slice(0, 8)}${index}`,
    index,
    type: 'function',
    function: { name: call.function.name, arguments: JSON.stringify(call.function.arguments ?? {}) },
  };
}

/** The common head of a reply or chunk, without the stripped fields. */
export function head(frame: ReplyFrame, object: string): Record<string, unknown> {
  const { id, created, model, strip } = frame;
  const fields = { id, object, created, model, system_fingerprint: 'fp_ollama' };
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !strip.includes(name)));
}

/** Gathers the records of an answer into one `chat.completion`. */
export class ReplyBuilder {
  readonly #frame: ReplyFrame;
  #content = '';
  #reasoning = '';
  #calls: OpenAiToolCall[] = [];
  #logprobs: unknown[] = [];
  #deltas = 0;
  #last: OllamaChatRecord | undefined;

  constructor(frame: ReplyFrame) {
    this.#frame = frame;
  }

  add(record: OllamaChatRecord): void {
    if (record.message?.content || record.message?.thinking) this.#deltas += 1;
    this.#content += record.message?.content ?? '';
    this.#reasoning += record.message?.thinking ?? '';
    for (const call of record.message?.tool_calls ?? []) {
      this.#calls.push(toOpenAiToolCall(call, this.#calls.length, this.#frame));
    }
    this.#logprobs.push(...(record.logprobs ?? []));
    if (record.done) this.#last = record;
  }

  get finishReason(): string {
    return finishReason(this.#last, this.#calls.length > 0);
  }

  build(): Record<string, unknown> {
    const calls = this.#calls.length > 0;
    const message = {
      role: 'assistant',
      content: this.#content === '' && calls ? null : this.#content,
      ...(this.#reasoning === '' ? {} : { reasoning: this.#reasoning, reasoning_content: this.#reasoning }),
      ...(calls ? { tool_calls: this.#calls } : {}),
    };
    const logprobs = this.#logprobs.length > 0 ? { logprobs: { content: this.#logprobs } } : {};
    const choice = { index: 0, message, ...logprobs, finish_reason: this.finishReason };
    const usage = countedUsage(this.#last, this.#deltas);
    return { ...head(this.#frame, 'chat.completion'), choices: [choice], ...(usage ? { usage } : {}) };
  }
}
