import type { Phase } from '../../src/in-flight.ts';

/** Told where a request is, while it is there; the request's record listens. */
export interface Progress {
  phase(phase: Phase): void;
  backend(name: string): void;
  /** The prompt was longer than the context of the model, and Ollama cut it. */
  truncated(): void;
}
