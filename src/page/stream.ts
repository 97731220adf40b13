import type { ServerResponse } from 'node:http';
import type { Cancel, Clock } from '../clock.ts';
import { type Language, languages } from '../text.ts';

/** The state as server-sent events: written once for all browsers of a language, and only when it has changed. */
export interface StateStream {
  /** Answers with the state of now and everything that follows. */
  join(response: ServerResponse, language: Language): void;
  /** Looks now, such as after an action. */
  refresh(): void;
  /** Browsers that listen. */
  readonly size: number;
  close(): void;
}

interface StreamOptions {
  /** JSON of the state, without what changes at every look. */
  readonly state: (language: Language) => string;
  readonly clock: Clock;
}

export const lookMs = 2000;
export const heartbeatMs = 15_000;
/** Bytes that a browser may leave unread, dozens of states: then it is dropped, and comes back by itself. */
const mostUnread = 1024 * 1024;

export function createStateStream({ state, clock }: StreamOptions): StateStream {
  const clients = new Map<ServerResponse, Language>();
  const last = new Map<Language, string>();
  let cancel: Cancel = () => {};
  let beatAt = clock.monotonic();

  const send = (response: ServerResponse, text: string): void => {
    response.write(text);
    if (response.writableLength > mostUnread) response.destroy();
  };
  const broadcast = (text: string, to: (language: Language) => boolean): void => {
    for (const [response, language] of clients) if (to(language)) send(response, text);
  };
  const look = (): void => {
    for (const language of languages) {
      if (![...clients.values()].includes(language)) {
        last.delete(language);
        continue;
      }
      const next = state(language);
      if (next === last.get(language)) continue;
      last.set(language, next);
      broadcast(eventOf(next), (one) => one === language);
    }
    if (clock.monotonic() - beatAt < heartbeatMs) return;
    beatAt = clock.monotonic();
    // The time goes with it: what the page shows as "updated" is then no older than a heartbeat.
    broadcast(`event: beat\ndata: ${clock.now()}\n\n`, () => true);
  };
  const run = (): void => {
    cancel();
    if (clients.size === 0) return;
    look();
    cancel = clock.after(lookMs, run, { keepAlive: false });
  };

  return {
    get size() {
      return clients.size;
    },
    refresh: run,
    join(response, language) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.on('close', () => clients.delete(response));
      const known = last.get(language);
      clients.set(response, language);
      send(response, 'retry: 2000\n\n');
      if (known !== undefined) send(response, eventOf(known));
      run();
    },
    close() {
      cancel();
      for (const response of clients.keys()) response.end();
      clients.clear();
    },
  };
}

/** JSON has no line breaks, so it is one field. */
const eventOf = (json: string): string => `event: state\ndata: ${json}\n\n`;
