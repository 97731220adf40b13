/** Ollama's native API as it is on the wire. Durations are nanoseconds; every count and duration may be absent. */
export interface OllamaMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
  thinking?: string;
  images?: string[];
  tool_calls?: OllamaToolCall[];
  tool_name?: string;
  tool_call_id?: string;
}

export interface OllamaToolCall {
  id?: string;
  function: { index?: number; name: string; arguments: Record<string, unknown> };
}

export interface OllamaChatRequest {
  model: string;
  messages: OllamaMessage[];
  stream: boolean;
  tools?: unknown[];
  format?: unknown;
  think?: boolean | string;
  keep_alive?: string | number;
  logprobs?: boolean;
  top_logprobs?: number;
  truncate?: boolean;
  shift?: boolean;
  options?: Record<string, unknown>;
}

/** One line of an `/api/chat` stream. */
export interface OllamaChatRecord {
  model?: string;
  created_at?: string;
  message?: Partial<OllamaMessage>;
  logprobs?: unknown[];
  done?: boolean;
  done_reason?: string;
  error?: string;
  total_duration?: number;
  load_duration?: number;
  prompt_eval_count?: number;
  prompt_eval_duration?: number;
  eval_count?: number;
  eval_duration?: number;
}

/** `GET /api/tags`. */
export interface OllamaTags {
  models: { name: string; modified_at: string; size: number; digest: string; capabilities?: string[] }[];
}

/** `GET /api/ps`: the models in memory. `size_vram` < `size` means that part of it is computed on the CPU. */
export interface OllamaPs {
  models: {
    name: string;
    size: number;
    size_vram: number;
    digest: string;
    expires_at: string;
    context_length?: number;
  }[];
}
