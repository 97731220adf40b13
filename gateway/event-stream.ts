import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Cancel, Clock } from '../src/clock.ts';
import type { Exchange } from './route.ts';
import { sseComment, sseDone, sseEvent } from './translate/chat/stream.ts';

/**
 * The server-sent events of one answer. Nothing is sent before the first event or comment, so that a failure until then
 * can still be an HTTP status.
 */
export class EventStream {
  readonly #exchange: Exchange;
  readonly #raw: ServerResponse;
  #cancelTick: Cancel = () => {};
  #quiet = true;

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

  /** Sends the text of events; waits while the caller reads more slowly than the model speaks. */
  async send(text: string): Promise<void> {
    if (text === '') return;
    this.#start();
    this.#quiet = false;
    if (this.#raw.destroyed || this.#raw.write(text)) return;
    await Promise.race([once(this.#raw, 'drain'), once(this.#raw, 'close')]);
  }

  /** Ends a complete answer. */
  done(): void {
    this.#end(sseDone);
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
    this.#raw.end(last);
  }

  #comment(): void {
    this.#start();
    if (this.#raw.destroyed) return;
    this.#raw.write(sseComment(this.#exchange.record.currentPhase === 'load' ? 'loading model' : 'waiting'));
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
  }
}
