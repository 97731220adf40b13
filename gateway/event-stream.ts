import type { ServerResponse } from 'node:http';
import type { Cancel, Clock } from '../src/clock.ts';
import type { Phase } from '../src/in-flight.ts';
import type { Exchange } from './route.ts';
import { sseComment, sseDone, sseEvent } from './translate/chat/stream.ts';

/** What a comment says about the wait, by phase. */
const waitingFor: Readonly<Record<Phase, string>> = {
  admission: 'waiting',
  queue: 'waiting in queue',
  load: 'loading model',
  prefill: 'waiting for the first token',
  decode: 'waiting for the next token',
};

/**
 * The server-sent events of one answer. Nothing is sent before the first event or comment, so that a failure until then
 * can still be an HTTP status.
 */
export class EventStream {
  readonly #exchange: Exchange;
  readonly #raw: ServerResponse;
  #cancelTick: Cancel = () => {};
  #quiet = true;
  /** An HTTP/1.0 proxy has no chunks: there the end of the connection ends the answer. */
  #chunked = false;

  /** A comment is sent after each `commentMs` in which no event was: proxies cut silent connections. */
  constructor(exchange: Exchange, clock: Clock, commentMs: number) {
    this.#exchange = exchange;
    this.#raw = exchange.reply.raw;
    const tick = () => {
      if (this.#quiet) this.#comment();
      this.#quiet = true;
      this.#cancelTick = clock.after(commentMs, tick, { keepAlive: false });
    };
    this.#cancelTick = clock.after(commentMs, tick, { keepAlive: false });
  }

  get started(): boolean {
    return this.#raw.headersSent;
  }

  /** Sends events; the promise that it may return is pending while the caller reads more slowly than the model speaks. */
  send(events: string): Promise<void> | undefined {
    this.#start();
    this.#quiet = false;
    if (this.#raw.destroyed || this.#raw.write(this.#framed(events))) return undefined;
    return this.#drained();
  }

  /** Ends a complete answer with its last events. */
  done(last: string): void {
    this.#start();
    this.#end(last + sseDone);
  }

  /** Ends a failed answer: the error is its last event, and there is no `[DONE]`. */
  fail(error: object): void {
    this.#end(sseEvent(error));
  }

  stop(): void {
    this.#cancelTick();
  }

  #end(last: string): void {
    this.stop();
    if (!this.#raw.destroyed) this.#exchange.account(Buffer.byteLength(last));
    this.#raw.end(this.#chunked ? `${this.#framed(last)}0\r\n\r\n` : last);
  }

  /** A chunk of HTTP/1.1 in one write: Node would hand length, data and line ends to the kernel apart, with every token. */
  #framed(text: string): string {
    return this.#chunked ? `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n` : text;
  }

  /** Pending until the caller has read what it was sent, or left. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        this.#raw.off('drain', settle).off('close', settle);
        resolve();
      };
      this.#raw.once('drain', settle).once('close', settle);
    });
  }

  #comment(): void {
    this.#start();
    if (this.#raw.destroyed) return;
    this.#raw.write(this.#framed(sseComment(waitingFor[this.#exchange.record.currentPhase])));
  }

  #start(): void {
    if (this.#raw.headersSent || this.#raw.destroyed) return;
    const { reply } = this.#exchange;
    reply.hijack();
    const headers = Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined);
    this.#raw.writeHead(200, {
      ...(Object.fromEntries(headers) as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    this.#chunked = this.#raw.chunkedEncoding;
    this.#raw.chunkedEncoding = false;
  }
}
