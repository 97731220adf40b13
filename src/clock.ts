/** Cancels a timer; calling it twice is harmless. */
export type Cancel = () => void;

/** Time as a parameter, so that tests can run days in milliseconds. */
export interface Clock {
  /** Wall time, milliseconds since 1970: for display, storage and calendars. */
  now(): number;
  /** Milliseconds that never jump: for durations and deadlines. */
  monotonic(): number;
  /** Runs `task` once after `ms` milliseconds. `keepAlive: false` lets the process end while it waits. */
  after(ms: number, task: () => void, options?: { keepAlive?: boolean }): Cancel;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task, { keepAlive = true } = {}) {
    const timer = setTimeout(task, ms);
    if (!keepAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};
