import type { OllamaChatRecord } from '../../src/ollama.ts';
import { countedUsage, finishReason, head, type ReplyFrame } from './chat/reply.ts';
import { type ChatTranslation, translateChat } from './chat/request.ts';
import { eventHead, sseEvent } from './chat/stream.ts';
import { type Fields, invalid, number, requiredText } from './fields.ts';
import { legacyLogprobs } from './logprobs.ts';
import type { ModelPolicy } from './policy.ts';

/** Parameters of the old API that have no counterpart in a chat. */
const dropped = ['suffix', 'echo', 'best_of'];

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
  const asked = top === undefined ? {} : { logprobs: true, top_logprobs: top };
  const chat = Object.fromEntries(Object.entries(rest).filter(([name]) => !dropped.includes(name)));
  const translation = translateChat({ ...chat, ...asked, messages: [{ role: 'user', content }] }, policy);
  const ignored = dropped.filter((name) => body[name] !== undefined && body[name] !== null);
  return { ...translation, ignored: [...translation.ignored, ...ignored] };
}

const kind = 'text_completion';

/** One choice; a text's logprobs stand beside it, counted from the start of the answer. */
const choiceOf = (text: string, logprobs: object | null, finish_reason: string | null) => ({
  text,
  index: 0,
  logprobs,
  finish_reason,
});

/** Turns the records of an answer into `text_completion` events. */
export class CompletionStream {
  readonly #frame: ReplyFrame;
  readonly #includeUsage: boolean;
  readonly #head: string;
  #length = 0;
  #deltas = 0;
  #last: OllamaChatRecord | undefined;

  constructor(frame: ReplyFrame, includeUsage: boolean) {
    this.#frame = frame;
    this.#includeUsage = includeUsage;
    this.#head = eventHead(frame, kind);
  }

  get finishReason(): string {
    return finishReason(this.#last, false);
  }

  /** The event of one record; empty where it says nothing. */
  add(record: OllamaChatRecord): string {
    const text = record.message?.content ?? '';
    if (record.done) this.#last = record;
    if (text === '') return '';
    const logprobs = legacyLogprobs(record.logprobs, this.#length);
    this.#length += text.length;
    this.#deltas += 1;
    return `${this.#head}"choices":[${JSON.stringify(choiceOf(text, logprobs, null))}]}\n\n`;
  }

  /** The last events of a stream. */
  end(): string {
    const finish = `${this.#head}"choices":[${JSON.stringify(choiceOf('', null, this.finishReason))}]}\n\n`;
    const usage = this.#includeUsage ? countedUsage(this.#last, this.#deltas) : undefined;
    return usage ? finish + sseEvent({ ...head(this.#frame, kind), choices: [], usage }) : finish;
  }
}

/** Gathers the records of an answer into one `text_completion`. */
export class CompletionBuilder {
  readonly #frame: ReplyFrame;
  #text = '';
  #logprobs: unknown[] = [];
  #deltas = 0;
  #last: OllamaChatRecord | undefined;

  constructor(frame: ReplyFrame) {
    this.#frame = frame;
  }

  get finishReason(): string {
    return finishReason(this.#last, false);
  }

  add(record: OllamaChatRecord): void {
    const text = record.message?.content ?? '';
    if (text !== '') this.#deltas += 1;
    this.#text += text;
    this.#logprobs.push(...(record.logprobs ?? []));
    if (record.done) this.#last = record;
  }

  build(): object {
    const usage = countedUsage(this.#last, this.#deltas);
    const choice = choiceOf(this.#text, legacyLogprobs(this.#logprobs, 0), this.finishReason);
    return { ...head(this.#frame, kind), choices: [choice], ...(usage ? { usage } : {}) };
  }
}
