interface OllamaOption {
  readonly type: 'integer' | 'number' | 'boolean';
  /** A model in memory with another value is unloaded and loaded again. */
  readonly reloads: boolean;
}

const option = (type: OllamaOption['type'], reloads = false): OllamaOption => ({ type, reloads });

/** Ollama's own model options, that is those that OpenAI's API does not have (`api/types.go`, `needsReload`). */
export const ollamaOptions = {
  top_k: option('integer'),
  min_p: option('number'),
  typical_p: option('number'),
  repeat_penalty: option('number'),
  repeat_last_n: option('integer'),
  num_keep: option('integer'),
  num_ctx: option('integer', true),
  num_batch: option('integer', true),
  num_gpu: option('integer', true),
  main_gpu: option('integer', true),
  use_mmap: option('boolean', true),
  num_thread: option('integer', true),
  draft_num_predict: option('integer', true),
} as const satisfies Record<string, OllamaOption>;

export type OllamaOptionName = keyof typeof ollamaOptions;

export const ollamaOptionNames = Object.keys(ollamaOptions) as OllamaOptionName[];

/** `10m`, `-1s`; a number without a unit is no duration in Ollama. */
export const isOllamaDuration = (text: string) => /^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text);
