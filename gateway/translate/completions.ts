import type { OllamaChatRecord } from '../../src/ollama.ts';
import { finishReason, head, type ReplyFrame, usageOf } from './chat/reply.ts';
import { type ChatTranslation, translateChat } from './chat/request.ts';
import { type Fields, invalid, requiredText } from './fields.ts';

/** Parameters of the old API that have no counterpart in a chat. */
const dropped = ['prompt', 'logprobs', 'suffix', 'echo', 'best_of'];

/**
 * Translates `POST /v1/completions` into a chat of one user message, so that the model's own template applies.
 *
 * @throws OpsError `invalid_request` naming the field.
 */
export function translateCompletion(body: Fields): ChatTranslation {
  const { prompt } = body;
  const one = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (typeof one !== 'string') throw invalid('prompt', 'prompt: expected one string');
  const content = requiredText({ prompt: one }, 'prompt');
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !dropped.includes(name)));
  const translation = translateChat({ ...rest, messages: [{ role: 'user', content }] });
  const ignored = dropped.filter((name) => name !== 'prompt' && body[name] !== undefined && body[name] !== null);
  return { ...translation, ignored: [...translation.ignored, ...ignored] };
}

/** Both forms of the answer: chunks while it streams, one reply at its end. */
export class CompletionBuilder {
  readonly #frame: ReplyFrame;
  readonly #includeUsage: boolean;
  #text = '';
  #last: OllamaChatRecord | undefined;

  constructor(frame: ReplyFrame, includeUsage: boolean) {
    this.#frame = frame;
    this.#includeUsage = includeUsage;
  }

  get finishReason(): string {
    return finishReason(this.#last, false);
  }

  /** Chunks of one record. */
  add(record: OllamaChatRecord): object[] {
    const text = record.message?.content ?? '';
    this.#text += text;
    if (record.done) this.#last = record;
    return text === '' ? [] : [this.#reply(text, null)];
  }

  /** The last chunks of a stream. */
  end(): object[] {
    const usage = this.#includeUsage ? usageOf(this.#last) : undefined;
    const finish = this.#reply('', this.finishReason);
    return usage ? [finish, { ...head(this.#frame, 'text_completion'), choices: [], usage }] : [finish];
  }

  build(): object {
    const usage = usageOf(this.#last);
    return { ...this.#reply(this.#text, this.finishReason), ...(usage ? { usage } : {}) };
  }

  #reply(text: string, finish_reason: string | null): object {
    return {
      ...head(this.#frame, 'text_completion'),
      choices: [{ text, index: 0, logprobs: null, finish_reason }],
    };
  }
}
