import type { OllamaChatRecord } from '../../../src/ollama.ts';
import { Ending } from '../ending.ts';
import { eventHead, type ReplyFrame, toOpenAiToolCall } from './reply.ts';

/**
 * Turns the records of an answer into the events of `chat.completion.chunk`s, in the order that Ollama itself uses on
 * `/v1`. It runs once per token: whatever is the same in all chunks is serialised once.
 */
export class ChunkStream {
  readonly #frame: ReplyFrame;
  readonly #includeUsage: boolean;
  readonly #ending: Ending;
  readonly #head: string;
  readonly #delta: string;
  #roleSent = false;

  constructor(frame: ReplyFrame, includeUsage: boolean) {
    this.#frame = frame;
    this.#includeUsage = includeUsage;
    this.#ending = new Ending(frame.maxTokens);
    this.#head = eventHead(frame, 'chat.completion.chunk');
    this.#delta = `${this.#head}{"index":0,"delta":{`;
  }

  /** Events of one record, or nothing; thinking and content of the same record become two. */
  add(record: OllamaChatRecord): string {
    this.#ending.note(record);
    const { message, logprobs } = record;
    let events = '';
    if (message?.thinking) {
      const text = JSON.stringify(message.thinking);
      events += this.#event(`"reasoning":${text},"reasoning_content":${text}`, message.content ? undefined : logprobs);
    }
    // Log probabilities without a text of their own must not get lost.
    if (message?.content || (logprobs?.length && !message?.thinking)) {
      events += this.#event(`"content":${JSON.stringify(message?.content ?? '')}`, logprobs);
    }
    for (const call of message?.tool_calls ?? []) {
      const entry = toOpenAiToolCall(call, this.#ending.toolCalls, this.#frame);
      this.#ending.toolCalls += 1;
      events += this.#event(`"tool_calls":[${JSON.stringify(entry)}]`);
    }
    return events;
  }

  get finishReason(): string {
    return this.#ending.finishReason;
  }

  /** The last events: the reason of the end, and the counts where they were asked for. */
  end(): string {
    const role = this.#roleSent ? '' : this.#event('"content":""');
    const finish = `${this.#delta}},"finish_reason":${JSON.stringify(this.finishReason)}}]}\n\n`;
    const usage = this.#includeUsage ? this.#ending.usage : undefined;
    return role + finish + (usage ? `${this.#head}],"usage":${JSON.stringify(usage)}}\n\n` : '');
  }

  /** @param fields JSON of the delta's fields, without braces */
  #event(fields: string, logprobs?: readonly unknown[]): string {
    const role = this.#roleSent ? '' : '"role":"assistant",';
    this.#roleSent = true;
    const extra = logprobs?.length ? `,"logprobs":{"content":${JSON.stringify(logprobs)}}` : '';
    return `${this.#delta}${role}${fields}}${extra},"finish_reason":null}]}\n\n`;
  }
}

/** One server-sent event. */
export const sseEvent = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

export const sseDone = 'data: [DONE]\n\n';

/** A comment: clients skip it, proxies see a byte. */
export const sseComment = (text: string) => `: ${text}\n\n`;
