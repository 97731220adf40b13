import type { OllamaChatRecord } from '../../src/ollama.ts';
import { eventHead, head, type ReplyFrame } from './chat/reply.ts';
import { type ChatTranslation, translateChat } from './chat/request.ts';
import { Ending } from './ending.ts';
import { type Fields, invalid, isGiven, number, requiredText } from './fields.ts';
import type { ModelPolicy } from './policy.ts';

/** Parameters that have no counterpart here: of the old API, and those of a chat that its answer has no place for. */
const dropped = ['suffix', 'echo', 'best_of', 'messages', 'tools', 'tool_choice'];

/**
 * Translates `POST /v1/completions` into a chat of one user message, so that the model's own template applies.
 *
 * @throws OpsError `invalid_request` naming the field.
 */
export function translateCompletion(body: Fields, policy: ModelPolicy): ChatTranslation {
  const { prompt, logprobs: _, ...rest } = body;
  const one = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (typeof one !== 'string') throw invalid('prompt', 'prompt: expected one string');
  const content = requiredText({ prompt: one }, 'prompt');
  const top = number(body, 'logprobs', { integer: true, min: 0, max: 20 });
  const chat = {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !dropped.includes(name))),
    messages: [{ role: 'user', content }],
    ...(top === undefined ? {} : { logprobs: true, top_logprobs: top }),
  };
  const translation = translateChat(chat, policy);
  const ignored = dropped.filter((name) => isGiven(body, name));
  return { ...translation, ignored: [...translation.ignored, ...ignored] };
}

/** Turns the records of an answer into the events of `text_completion` chunks. */
export class CompletionStream {
  readonly #includeUsage: boolean;
  readonly #ending: Ending;
  readonly #head: string;
  readonly #logprobs = new CompletionLogprobs();

  constructor(frame: ReplyFrame, includeUsage: boolean) {
    this.#includeUsage = includeUsage;
    this.#ending = new Ending(frame.maxTokens);
    this.#head = eventHead(frame, 'text_completion');
  }

  get finishReason(): string {
    return this.#ending.finishReason;
  }

  /** The event of one record, or nothing. */
  add(record: OllamaChatRecord): string {
    this.#ending.note(record);
    const text = record.message?.content ?? '';
    if (!record.logprobs?.length) return text === '' ? '' : this.#event(JSON.stringify(text), 'null', 'null');
    return this.#event(JSON.stringify(text), JSON.stringify(this.#logprobs.take(record.logprobs)), 'null');
  }

  /** The last events of a stream. */
  end(): string {
    const usage = this.#includeUsage ? this.#ending.usage : undefined;
    const finish = this.#event('""', 'null', JSON.stringify(this.finishReason));
    return usage ? `${finish}${this.#head}],"usage":${JSON.stringify(usage)}}\n\n` : finish;
  }

  #event(text: string, logprobs: string, finish: string): string {
    return `${this.#head}{"text":${text},"index":0,"logprobs":${logprobs},"finish_reason":${finish}}]}\n\n`;
  }
}

/** Gathers the records of an answer into one `text_completion`. */
export class CompletionBuilder {
  readonly #frame: ReplyFrame;
  readonly #ending: Ending;
  #text = '';
  #logprobs: unknown[] = [];

  constructor(frame: ReplyFrame) {
    this.#frame = frame;
    this.#ending = new Ending(frame.maxTokens);
  }

  get finishReason(): string {
    return this.#ending.finishReason;
  }

  add(record: OllamaChatRecord): void {
    this.#ending.note(record);
    this.#text += record.message?.content ?? '';
    if (record.logprobs) this.#logprobs.push(...record.logprobs);
  }

  build(): object {
    const { usage } = this.#ending;
    const logprobs = this.#logprobs.length > 0 ? new CompletionLogprobs().take(this.#logprobs) : null;
    const choice = { text: this.#text, index: 0, logprobs, finish_reason: this.finishReason };
    return { ...head(this.#frame, 'text_completion'), choices: [choice], ...(usage ? { usage } : {}) };
  }
}

/** Ollama's log probabilities in the four lists of the old API. */
class CompletionLogprobs {
  #offset = 0;

  /** The lists of one chunk; offsets count UTF-16 units from the start of the answer. */
  take(entries: readonly unknown[]): object {
    const tokens: string[] = [];
    const token_logprobs: number[] = [];
    const top_logprobs: Record<string, number>[] = [];
    const text_offset: number[] = [];
    for (const { token, logprob, top_logprobs: top = [] } of entries as readonly TokenLogprob[]) {
      tokens.push(token);
      token_logprobs.push(logprob);
      top_logprobs.push(Object.fromEntries(top.map((other) => [other.token, other.logprob])));
      text_offset.push(this.#offset);
      this.#offset += token.length;
    }
    return { tokens, token_logprobs, top_logprobs, text_offset };
  }
}

interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top_logprobs?: readonly TokenLogprob[];
}
