import type { OllamaChatRecord, OllamaToolCall } from '../../../src/ollama.ts';
import { Ending } from '../ending.ts';

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
  /** Tokens after which the answer had to end; absent where the request set no limit. */
  readonly maxTokens?: number | undefined;
}

export interface OpenAiToolCall {
  readonly id: string;
  readonly index: number;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
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

/** A chunk's event up to the first of its choices: the same for a whole stream, so it is made once. */
export const eventHead = (frame: ReplyFrame, object: string) =>
  `data: ${JSON.stringify(head(frame, object)).slice(0, -1)},"choices":[`;

/** Gathers the records of an answer into one `chat.completion`. */
export class ReplyBuilder {
  readonly #frame: ReplyFrame;
  readonly #ending: Ending;
  #content = '';
  #reasoning = '';
  #calls: OpenAiToolCall[] = [];
  #logprobs: unknown[] = [];

  constructor(frame: ReplyFrame) {
    this.#frame = frame;
    this.#ending = new Ending(frame.maxTokens);
  }

  add(record: OllamaChatRecord): void {
    this.#ending.note(record);
    this.#content += record.message?.content ?? '';
    this.#reasoning += record.message?.thinking ?? '';
    for (const call of record.message?.tool_calls ?? []) {
      this.#calls.push(toOpenAiToolCall(call, this.#calls.length, this.#frame));
    }
    this.#ending.toolCalls = this.#calls.length;
    if (record.logprobs) this.#logprobs.push(...record.logprobs);
  }

  get finishReason(): string {
    return this.#ending.finishReason;
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
    const { usage } = this.#ending;
    return { ...head(this.#frame, 'chat.completion'), choices: [choice], ...(usage ? { usage } : {}) };
  }
}
