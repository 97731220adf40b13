import type { Clock } from '../../src/clock.ts';
import type { OllamaChatRecord, OllamaChatRequest } from '../../src/ollama.ts';
import type { GatewayConfig } from '../config.ts';
import { LineSplitter } from '../translate/ndjson.ts';
import type { Backend } from './backends.ts';
import { fromNetwork, fromStatus, UpstreamFailure } from './failure.ts';
import type { Progress } from './progress.ts';
import { Watchdog } from './watchdog.ts';

export interface ChatInput {
  readonly backend: Backend;
  /** With the backend's own tag as model. */
  readonly request: OllamaChatRequest;
  readonly timeouts: GatewayConfig['timeouts'];
  readonly clock: Clock;
  readonly progress: Progress;
  /** The caller left, or the gateway ends the request. */
  readonly signal: AbortSignal;
}

/**
 * Sends one `/api/chat` and yields its records. An end without `done` is counted and ends the answer: Ollama
 * does it when a model repeats itself for ever.
 *
 * @throws UpstreamFailure, or the signal's reason when it aborts. Either way nothing is left running at the backend.
 */
export async function* chat(input: ChatInput): AsyncGenerator<OllamaChatRecord> {
  const { backend, request, timeouts, clock, progress } = input;
  const failed = new AbortController();
  const watchdog = new Watchdog({
    endpoint: backend,
    model: request.model,
    timeouts,
    clock,
    cut: (failure) => failed.abort(failure),
    onAlive: (resident) => progress.phase(resident ? 'prefill' : 'load'),
  });
  watchdog.start();
  let done = false;
  try {
    for await (const line of lines(input, watchdog, AbortSignal.any([input.signal, failed.signal]))) {
      const record = parseRecord(line);
      done ||= record.done === true;
      yield record;
    }
    if (!done) backend.failed(new UpstreamFailure('incomplete', 'the answer ended without its last record'));
  } catch (thrown) {
    if (input.signal.aborted) throw input.signal.reason;
    throw failed.signal.aborted ? failed.signal.reason : fromNetwork(thrown);
  } finally {
    watchdog.stop();
  }
}

async function* lines(
  { backend, request }: ChatInput,
  watchdog: Watchdog,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { statusCode, body } = await backend.pool.request({
    method: 'POST',
    path: `${backend.prefix}/api/chat`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    headersTimeout: 0,
    bodyTimeout: 0,
    signal,
  });
  if (statusCode !== 200) throw fromStatus(statusCode, await body.text());
  watchdog.heard();
  const splitter = new LineSplitter();
  watchdog.arm();
  for await (const bytes of body) {
    watchdog.disarm();
    yield* splitter.push(bytes as Buffer);
    watchdog.arm();
  }
  watchdog.disarm();
  yield* splitter.end();
}

function parseRecord(line: string): OllamaChatRecord {
  let record: OllamaChatRecord;
  try {
    record = JSON.parse(line) as OllamaChatRecord;
  } catch (cause) {
    throw new UpstreamFailure('malformed', 'a line of the answer is not JSON', { cause });
  }
  if (typeof record.error === 'string') throw new UpstreamFailure('error_record', record.error);
  return record;
}
