import type { OllamaChatRecord } from '../../../src/ollama.ts';
import { finishReason, head, type ReplyFrame, toOpenAiToolCall, usageOf } from './reply.ts';

/** Turns the records of an answer into `chat.completion.chunk`s, in the order that Ollama itself uses on `/v1`. */
export class ChunkStream {
  readonly #frame: ReplyFrame;
  readonly #includeUsage: boolean;
  #roleSent = false;
  #calls = 0;
  #last: OllamaChatRecord | undefined;

  constructor(frame: ReplyFrame, includeUsage: boolean) {
    this.#frame = frame;
    this.#includeUsage = includeUsage;
  }

  /** Chunks of one record; thinking and content of the same record become two. */
  *add(record: OllamaChatRecord): Generator<object> {
    const { thinking, content, tool_calls: calls = [] } = record.message ?? {};
    if (thinking) yield this.#delta({ reasoning: thinking, reasoning_content: thinking });
    if (content) yield this.#delta({ content }, record.logprobs);
    for (const call of calls) {
      yield this.#delta({ tool_calls: [toOpenAiToolCall(call, this.#calls, this.#frame)] });
      this.#calls += 1;
    }
    if (record.done) this.#last = record;
  }

  get finishReason(): string {
    return finishReason(this.#last, this.#calls > 0);
  }

  /** The last chunks: the reason of the end, and the counts where they were asked for. */
  *end(): Generator<object> {
    if (!this.#roleSent) yield this.#delta({ content: '' });
    yield this.#chunk([{ index: 0, delta: {}, finish_reason: this.finishReason }]);
    const usage = this.#includeUsage ? usageOf(this.#last) : undefined;
    if (usage) yield { ...this.#chunk([]), usage };
  }

  #delta(fields: object, logprobs?: readonly unknown[]): object {
    const delta = this.#roleSent ? fields : { role: 'assistant', ...fields };
    this.#roleSent = true;
    const extra = logprobs && logprobs.length > 0 ? { logprobs: { content: logprobs } } : {};
    return this.#chunk([{ index: 0, delta, ...extra, finish_reason: null }]);
  }

  #chunk(choices: readonly object[]): object {
    return { ...head(this.#frame, 'chat.completion.chunk'), choices };
  }
}

/** One server-sent event. */
export const sseEvent = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

export const sseDone = 'data: [DONE]\n\n';

/** A comment: clients skip it, proxies see a byte. */
export const sseComment = (text: string) => `: ${text}\n\n`;
