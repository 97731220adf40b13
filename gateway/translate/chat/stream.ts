import type { OllamaChatRecord } from '../../../src/ollama.ts';
import { countedUsage, finishReason, head, type ReplyFrame, toOpenAiToolCall } from './reply.ts';

/**
 * Turns the records of an answer into `chat.completion.chunk` events, in the order that Ollama itself uses on `/v1`. The
 * head of a chunk is written once: a token costs the encoding of its text.
 */
export class ChunkStream {
  readonly #frame: ReplyFrame;
  readonly #includeUsage: boolean;
  /** `data: {"id":…,` without its end. */
  readonly #head: string;
  #roleSent = false;
  #calls = 0;
  #deltas = 0;
  #last: OllamaChatRecord | undefined;

  constructor(frame: ReplyFrame, includeUsage: boolean) {
    this.#frame = frame;
    this.#includeUsage = includeUsage;
    this.#head = eventHead(frame, 'chat.completion.chunk');
  }

  /** The events of one record; thinking and content of the same record become two. */
  add(record: OllamaChatRecord): string {
    const { thinking, content, tool_calls: calls } = record.message ?? {};
    let events = '';
    if (thinking) {
      const text = JSON.stringify(thinking);
      events += this.#delta(`"reasoning":${text},"reasoning_content":${text}`);
    }
    if (content) events += this.#delta(`"content":${JSON.stringify(content)}`, record.logprobs);
    for (const call of calls ?? []) {
      const told = toOpenAiToolCall(call, this.#calls, this.#frame);
      events += this.#delta(`"tool_calls":[${JSON.stringify(told)}]`);
      this.#calls += 1;
    }
    if (record.done) this.#last = record;
    return events;
  }

  get finishReason(): string {
    return finishReason(this.#last, this.#calls > 0);
  }

  /** The last events: the reason of the end, and the counts where they were asked for. */
  end(): string {
    const opening = this.#roleSent ? '' : this.#delta('"content":""');
    const finish = `${this.#head}"choices":[{"index":0,"delta":{},"finish_reason":"${this.finishReason}"}]}\n\n`;
    const usage = this.#includeUsage ? countedUsage(this.#last, this.#deltas) : undefined;
    const counts = usage ? `${this.#head}"choices":[],"usage":${JSON.stringify(usage)}}\n\n` : '';
    return opening + finish + counts;
  }

  #delta(fields: string, logprobs?: readonly unknown[]): string {
    const role = this.#roleSent ? '' : '"role":"assistant",';
    this.#roleSent = true;
    this.#deltas += 1;
    const extra = logprobs && logprobs.length > 0 ? `"logprobs":${JSON.stringify({ content: logprobs })},` : '';
    return `${this.#head}"choices":[{"index":0,"delta":{${role}${fields}},${extra}"finish_reason":null}]}\n\n`;
  }
}

/** An event up to the fields that differ from chunk to chunk. */
export function eventHead(frame: ReplyFrame, object: string): string {
  return `data: ${JSON.stringify(head(frame, object)).slice(0, -1)},`;
}

/** One server-sent event. */
export const sseEvent = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

export const sseDone = 'data: [DONE]\n\n';

/** A comment: clients skip it, proxies see a byte. */
export const sseComment = (text: string) => `: ${text}\n\n`;
