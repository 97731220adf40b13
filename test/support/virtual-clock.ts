import type { Clock } from '../../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that stands still until it is moved; timers run in the order of their moments. */
export class VirtualClock implements Clock {
  #wall: number;
  #monotonic = 0;
  readonly #timers = new Set<Timer>();

  /** `wall` in milliseconds since 1970. */
  constructor(wall = Date.UTC(2026, 10, 25)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, task: () => void) {
    const timer = { at: this.#monotonic + ms, task };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on by `ms`; what timers start runs too, and promises settle between two of them. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (;;) {
      await new Promise(setImmediate);
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#step(Math.max(0, next.at - this.#monotonic));
      next.task();
    }
    this.#step(end - this.#monotonic);
  }

  /** Sets the wall clock by `ms`: what a correction does, and what is left of a suspension when a machine wakes. */
  setBy(ms: number): void {
    this.#wall += ms;
  }

  #step(ms: number): void {
    this.#monotonic += ms;
    this.#wall += ms;
  }
}
