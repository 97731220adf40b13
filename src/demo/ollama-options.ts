import type { IncomingMessage } from 'node:http';
import type { OllamaChatRequest } from '../ollama.ts';
import type { SimulatedModel } from './ollama-models.ts';

/**
 * What is wrong with the simulator. `silent` accepts and never answers, on every path; `refuse` stops listening; the
 * others concern generation and embeddings only. In the place of an answer: `error` is 500, `busy` Ollama's own 503,
 * `not-found` 404, `early-reset` cuts the connection, `slow-first-token` waits `slowFirstTokenMs` first. While it loads:
 * `load-failure` is 500, `load-reset` cuts. After three records of a generation: `stall` says no more, `error-record`,
 * `no-done`, `garbage` (a line that is no JSON) and `half-character` (inside a line) end the stream, `reset` cuts it,
 * `huge-line` says a word of a million letters and goes on. Embeddings that are `garbage` are a page, not JSON.
 */
export type OllamaFault =
  | 'none'
  | 'silent'
  | 'refuse'
  | 'error'
  | 'busy'
  | 'not-found'
  | 'early-reset'
  | 'slow-first-token'
  | 'load-failure'
  | 'load-reset'
  | 'stall'
  | 'error-record'
  | 'no-done'
  | 'garbage'
  | 'half-character'
  | 'huge-line'
  | 'reset';

export interface OllamaSimulatorOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly models?: readonly (string | SimulatedModel)[];
  /** Names of the models that are in memory at the start; all unless given. */
  readonly loaded?: readonly string[];
  readonly tokensPerSecond?: number;
  readonly loadMs?: number;
  readonly firstTokenMs?: number;
  readonly slowFirstTokenMs?: number;
  readonly answer?: string;
  readonly thinking?: string;
  /** Receives Ollama's log lines. */
  readonly logFile?: string;
}

/** One request that the simulator got. */
export interface SimulatedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  /** The caller hung up before the answer was complete. */
  aborted: boolean;
}

export interface OllamaSimulator {
  readonly url: string;
  readonly port: number;
  /** May be changed while it runs; takes effect with the next request, `refuse` at once. */
  fault: OllamaFault;
  readonly requests: readonly SimulatedRequest[];
  /** Bodies of the `/api/chat` requests. */
  readonly chats: readonly OllamaChatRequest[];
  close(): Promise<void>;
}
