import type { Backend } from './backends.ts';
import { fromNetwork, fromStatus, UpstreamFailure } from './failure.ts';

/** `POST /api/embed`. */
export interface OllamaEmbedRequest {
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions?: number;
}

export interface OllamaEmbedReply {
  readonly embeddings: readonly (readonly number[])[];
  readonly prompt_eval_count?: number;
  readonly load_duration?: number;
}

export interface EmbedInput {
  readonly backend: Backend;
  readonly request: OllamaEmbedRequest;
  readonly signal: AbortSignal;
  readonly withinMs: number;
}

/** Asks one backend for vectors; yields its only answer. @throws UpstreamFailure, or the signal's reason. */
export async function* embed({ backend, request, signal, withinMs }: EmbedInput): AsyncGenerator<OllamaEmbedReply> {
  const late = AbortSignal.timeout(withinMs);
  try {
    const { statusCode, body } = await backend.pool.request({
      method: 'POST',
      path: `${backend.prefix}/api/embed`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      headersTimeout: 0,
      bodyTimeout: 0,
      signal: AbortSignal.any([signal, late]),
    });
    const text = await body.text();
    if (statusCode !== 200) throw fromStatus(statusCode, text);
    yield JSON.parse(text) as OllamaEmbedReply;
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    if (late.aborted) throw new UpstreamFailure('first_token', `no answer in ${withinMs} ms`);
    throw thrown instanceof SyntaxError ? new UpstreamFailure('malformed', 'not JSON') : fromNetwork(thrown);
  }
}
