import type { OllamaChatRequest } from '../../src/ollama.ts';

/** UTF-8 bytes per token before anything was learned of a model: about right for English and Chinese alike. */
const usualBytesPerToken = 4;

/** Share of the newest answer in the learned ratio. */
const learningRate = 0.2;

/** The estimate must be this much over the context before a prompt is called too long. */
const margin = 1.15;

/**
 * Finds prompts that Ollama cut to the model's context: it does so without a word, and `prompt_eval_count` then tells of
 * what was left (about half of the context on new servers, all of it on old ones). The size of a prompt in tokens is
 * estimated from the bytes per token of the model's other prompts.
 */
export class TruncationSentinel {
  readonly #bytesPerToken = new Map<string, number>();

  /** Whether a prompt of `bytes` is likely too long for a context of so many tokens. */
  isLikely(tag: string, bytes: number, contextLength: number | undefined): boolean {
    return contextLength !== undefined && this.#estimate(tag, bytes) > contextLength * margin;
  }

  /** Whether the prompt was cut, by the count of the answer; learns from those that were not. */
  judge(tag: string, bytes: number, contextLength: number | undefined, promptTokens: number | undefined): boolean {
    if (contextLength === undefined || promptTokens === undefined || promptTokens === 0) return false;
    const estimate = this.#estimate(tag, bytes);
    if (estimate > contextLength * margin && promptTokens <= contextLength && promptTokens < estimate * 0.8)
      return true;
    if (bytes < 200 || promptTokens > contextLength / 2) return false;
    const known = this.#bytesPerToken.get(tag);
    const ratio = bytes / promptTokens;
    this.#bytesPerToken.set(tag, known === undefined ? ratio : known + learningRate * (ratio - known));
    return false;
  }

  #estimate(tag: string, bytes: number): number {
    return bytes / (this.#bytesPerToken.get(tag) ?? usualBytesPerToken);
  }
}

/** UTF-8 bytes of the texts of a prompt. */
export function promptBytes({ messages }: OllamaChatRequest): number {
  return messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
}
