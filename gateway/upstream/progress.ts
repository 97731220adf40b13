import type { Phase } from '../../src/in-flight.ts';

/** Told where a request is, while it is there; the request's record listens. */
export interface Progress {
  phase(phase: Phase): void;
  backend(name: string): void;
}
