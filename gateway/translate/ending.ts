import type { OllamaChatRecord } from '../../src/ollama.ts';

/** Token counts of an answer. A prompt that nobody counted has no count, and there is then no total. */
export interface Usage {
  readonly prompt_tokens?: number;
  readonly completion_tokens: number;
  readonly total_tokens?: number;
}

/** Follows an answer's records to say at its end why it ended and what it cost. */
export class Ending {
  readonly #maxTokens: number;
  #deltas = 0;
  #last: OllamaChatRecord | undefined;
  /** Tool calls so far. */
  toolCalls = 0;

  /** @param maxTokens the limit that the request set, if any. */
  constructor(maxTokens = Number.POSITIVE_INFINITY) {
    this.#maxTokens = maxTokens;
  }

  note(record: OllamaChatRecord): void {
    const { message } = record;
    if (message?.content || message?.thinking || message?.tool_calls?.length) this.#deltas += 1;
    if (record.done) this.#last = record;
  }

  /** `done_reason` in OpenAI's words; Ollama says `stop` after a tool call too. Without a last record it is deduced. */
  get finishReason(): string {
    const cut = this.#last ? this.#last.done_reason === 'length' : this.#deltas >= this.#maxTokens;
    if (cut) return 'length';
    return this.toolCalls > 0 ? 'tool_calls' : 'stop';
  }

  /** Ollama's counts; where it left out that of the answer, our own of its deltas. Undefined when nothing was counted. */
  get usage(): Usage | undefined {
    const prompt = this.#last?.prompt_eval_count;
    const completion = this.#last?.eval_count ?? this.#deltas;
    if (prompt === undefined) return completion === 0 ? undefined : { completion_tokens: completion };
    return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  }
}
