import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until the test moves it; timers that are due run in their order. */
export class ManualClock implements Clock {
  #now: number;
  #timers = new Set<{ at: number; task: () => void }>();

  /** @param start wall time, such as `2026-11-25T23:59:58` in the local zone. */
  constructor(start: string | number) {
    this.#now = new Date(start).getTime();
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = end;
  }
}
