import type { Server } from './servers.ts';

/** The tool that the model `tiny-tools` calls. */
export const tool = {
  name: 'get_weather',
  description: 'Weather of a city',
  parameters: {
    type: 'object' as const,
    properties: { city: { type: 'string' as const }, unit: { type: 'string' as const } },
    required: ['city'],
  },
};

export const toolResult = '{"temperature":20}';

/** Admits one answer only, so that a model without knowledge gives it. */
export const schema = {
  type: 'object' as const,
  properties: { answer: { type: 'string' as const, enum: ['yes'] } },
  required: ['answer'],
  additionalProperties: false,
};

/** What is wrong with a request that must fail. */
export type Mistake = 'wrong key' | 'unknown model' | 'too many requests' | 'bad request';

export interface Failure {
  /** HTTP status that the client reports. */
  readonly status: number | undefined;
  /** Class of the error, as the client's users catch it. */
  readonly name: string;
  readonly message: string;
  /** The header `Retry-After`, where the client hands it on. */
  readonly retryAfter: string | null | undefined;
}

/** One client library, asked to do the same things as the others. */
export interface Client {
  /** Text of a plain answer of `tiny`. */
  chat(server: Server): Promise<string>;
  /** Text of a streamed answer of `tiny`. */
  stream(server: Server): Promise<string>;
  /** The call that `tiny-tools` makes; its result was sent back and answered. */
  toolRound(server: Server): Promise<{ readonly name: string; readonly args: unknown }>;
  /** The object that `tiny` answers under `schema`. */
  structured(server: Server): Promise<unknown>;
  /** Vectors of `tiny-embed`. */
  embed(server: Server, texts: readonly string[]): Promise<readonly (readonly number[])[]>;
  /** Makes the mistake, without retries. */
  fail(server: Server, mistake: Mistake): Promise<Failure>;
  /** Begins a stream of `tiny-loop`, which never ends, and leaves after the first piece. */
  leave(server: Server): Promise<void>;
}

/** The request that is a mistake. */
export function mistaken(server: Server, mistake: Mistake): { server: Server; model: string; text: string } {
  return {
    server: mistake === 'wrong key' ? { ...server, key: 'wrong' } : server,
    model: mistake === 'unknown model' ? 'nope' : 'tiny',
    text: mistake === 'bad request' ? 'x'.repeat(40_000) : 'hi',
  };
}
