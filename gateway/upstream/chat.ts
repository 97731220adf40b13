import type { OllamaChatRecord, OllamaChatRequest } from '../../src/ollama.ts';
import { type AttemptInput, attempt } from './attempt.ts';
import { UpstreamFailure } from './failure.ts';

export type ChatInput = Omit<AttemptInput<OllamaChatRecord>, 'path' | 'body'> & {
  /** With the backend's own tag as model. */
  readonly body: OllamaChatRequest;
};

/**
 * Sends one `/api/chat`. An end without `done` is counted and ends the answer: Ollama does it when a model repeats
 * itself for ever.
 *
 * @throws as `attempt`.
 */
export async function chat(input: ChatInput): Promise<void> {
  let done = false;
  await attempt<OllamaChatRecord>({
    ...input,
    path: '/api/chat',
    onRecords(records) {
      done ||= records.at(-1)?.done === true;
      return input.onRecords(records);
    },
  });
  if (!done) input.backend.failed(new UpstreamFailure('incomplete', 'the answer ended without its last record'));
}
