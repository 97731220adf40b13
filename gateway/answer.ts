import { OpsError } from '../src/errors.ts';
import type { OllamaChatRecord } from '../src/ollama.ts';
import { EventStream } from './event-stream.ts';
import type { Exchange, Stages } from './route.ts';
import { clientError, errorEvent, errorReply } from './translate/error-reply.ts';

/** Turns the records of an answer into the server-sent events of one API, as text; '' when there is nothing to say. */
export interface Chunks {
  readonly finishReason: string;
  add(record: OllamaChatRecord): string;
  /** The events of the end, without `[DONE]`. */
  end(): string;
}

/** Gathers the records of an answer into the reply of one API. */
export interface Builder {
  readonly finishReason: string;
  add(record: OllamaChatRecord): void;
  build(): object;
}

/** Sends an answer as server-sent events. Every path ends the response: nobody else would after the hijack. */
export async function sendStream(
  exchange: Exchange,
  stages: Stages,
  records: AsyncIterable<OllamaChatRecord>,
  chunks: Chunks,
): Promise<void> {
  const { record } = exchange;
  const events = new EventStream(exchange, stages.clock, stages.config.sse_comment_interval);
  try {
    for await (const item of records) {
      record.received(item);
      await events.send(chunks.add(item));
    }
    await events.send(chunks.end());
    record.finishReason = chunks.finishReason;
    events.done();
  } catch (thrown) {
    if (!events.started) throw thrown;
    const error = clientError(thrown, exchange.inbound.requestId);
    if (!isCallerGone(exchange)) record.error = error;
    events.fail(errorEvent(error));
  } finally {
    events.stop();
  }
}

/** Sends an answer in one piece. */
export async function sendWhole(
  exchange: Exchange,
  records: AsyncIterable<OllamaChatRecord>,
  builder: Builder,
): Promise<void> {
  for await (const item of records) {
    exchange.record.received(item);
    builder.add(item);
  }
  exchange.record.finishReason = builder.finishReason;
  await exchange.reply.send(builder.build());
}

/**
 * The signal of a plain call. A proxy gives up on a silent connection, Nginx after 60 s, and its caller would get a page
 * of the proxy: ours comes before. A direct caller waits as long as the model works.
 */
export function plainSignal({ signal, inbound, reply }: Exchange, { clock, config }: Stages): AbortSignal {
  if (!inbound.proxied) return signal;
  const late = new AbortController();
  const error = new OpsError('service_unavailable', { seconds: 5, reason: 'non_stream_first_byte' });
  const cancel = clock.after(config.timeouts.non_stream_first_byte, () => late.abort(error), { keepAlive: false });
  reply.raw.once('close', cancel);
  return AbortSignal.any([signal, late.signal]);
}

/** Answers with an error, unless the caller left. */
export async function sendError(exchange: Omit<Exchange, 'admitted'>, thrown: unknown): Promise<void> {
  const error = clientError(thrown, exchange.inbound.requestId);
  if (isCallerGone(exchange)) return;
  exchange.record.error = error;
  const { status, headers, body } = errorReply(error, exchange.errorShape);
  for (const [name, value] of Object.entries(headers)) {
    if (!exchange.reply.hasHeader(name)) exchange.reply.header(name, value);
  }
  await exchange.reply.code(status).send(body);
}

export const isCallerGone = ({ reply }: Pick<Exchange, 'reply'>) => reply.raw.destroyed;
