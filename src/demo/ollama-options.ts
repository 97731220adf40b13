import type { IncomingMessage } from 'node:http';
import type { OllamaChatRequest } from '../ollama.ts';
import type { SimulatedModel } from './ollama-models.ts';

/**
 * What is wrong with the simulator. `silent` accepts and never answers, on every path; `refuse` stops listening; the
 * others concern generation only: `slow-first-token` waits `slowFirstTokenMs`, `stall` ends speaking after three
 * records, `error-record` and `no-done` end the stream there, `reset` cuts it, `error` answers 500, `busy` Ollama's 503.
 */
export type OllamaFault =
  | 'none'
  | 'silent'
  | 'refuse'
  | 'slow-first-token'
  | 'stall'
  | 'error-record'
  | 'no-done'
  | 'reset'
  | 'error'
  | 'busy';

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
