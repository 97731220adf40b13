import type { OllamaChatRecord } from '../src/ollama.ts';
import { EventStream } from './event-stream.ts';
import type { Exchange, Stages } from './route.ts';
import { sseComment } from './translate/chat/stream.ts';
import { clientError, errorEvent, errorReply } from './translate/error-reply.ts';

/** Turns the records of an answer into the server-sent events of one API. */
export interface Chunks {
  readonly finishReason: string;
  /** The events of one record, as they are on the wire; empty where it says nothing. */
  add(record: OllamaChatRecord): string;
  /** The last events before `[DONE]`. */
  end(): string;
}

/** Gathers the records of an answer into the reply of one API. */
export interface Builder {
  readonly finishReason: string;
  add(record: OllamaChatRecord): void;
  build(): object;
}

/** Asks for an answer; the records of one read come together. */
export type Ask = (onRecords: (records: readonly OllamaChatRecord[]) => Promise<void> | undefined) => Promise<void>;

/** Sends an answer as server-sent events. Every path ends the response: nobody else would after the hijack. */
export async function sendStream(exchange: Exchange, stages: Stages, ask: Ask, chunks: Chunks): Promise<void> {
  const { record } = exchange;
  const events = new EventStream(exchange, stages.clock, stages.config.sse_comment_interval);
  try {
    await ask((records) => {
      let text = '';
      for (const item of records) {
        record.received(item);
        text += chunks.add(item);
      }
      return text === '' ? undefined : events.send(text);
    });
    const note = record.promptTruncated ? sseComment('prompt truncated') : '';
    const last = chunks.end();
    record.finishReason = chunks.finishReason;
    events.done(note + last);
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
export async function sendWhole(exchange: Exchange, ask: Ask, builder: Builder): Promise<void> {
  const { record } = exchange;
  await ask((records) => {
    for (const item of records) {
      record.received(item);
      builder.add(item);
    }
    return undefined;
  });
  record.finishReason = builder.finishReason;
  await exchange.reply.send(builder.build());
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
