import { type AttemptInput, attempt } from './attempt.ts';
import { UpstreamFailure } from './failure.ts';

/** `POST /api/embed`. */
export interface OllamaEmbedRequest {
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions?: number;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly keep_alive?: unknown;
  readonly truncate?: unknown;
}

export interface OllamaEmbedReply {
  readonly embeddings: readonly (readonly number[])[];
  readonly prompt_eval_count?: number;
  readonly load_duration?: number;
  readonly error?: string;
}

export type EmbedInput = Omit<AttemptInput<OllamaEmbedReply>, 'path' | 'body' | 'onRecords'> & {
  readonly body: OllamaEmbedRequest;
};

/** Asks one backend for vectors. @throws as `attempt`. */
export async function embed(input: EmbedInput): Promise<OllamaEmbedReply> {
  let reply: OllamaEmbedReply | undefined;
  await attempt<OllamaEmbedReply>({
    ...input,
    path: '/api/embed',
    onRecords(records) {
      reply = records[0];
      return undefined;
    },
  });
  if (!Array.isArray(reply?.embeddings)) throw new UpstreamFailure('malformed', '/api/embed has no embeddings');
  return reply;
}
