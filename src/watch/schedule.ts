import { createTask } from 'node-cron';
import type { Schedule } from '../check.ts';
import type { Cancel, Clock } from '../clock.ts';

const minute = 60_000;

/**
 * Runs a task at once and then by its schedule, never two at a time. Cron runs in UTC, where no hour is skipped or
 * repeated; distances that cron cannot express are self-rescheduling timers.
 */
export function runBy(schedule: Schedule, clock: Clock, task: () => Promise<void>): Cancel {
  const expression = schedule.kind === 'cron' ? schedule.expression : cronOf(schedule.ms);
  let stopped = false;
  if (expression === undefined) {
    const ms = schedule.kind === 'interval' ? schedule.ms : minute;
    let cancel: Cancel = () => {};
    const loop = async (): Promise<void> => {
      const start = clock.monotonic();
      await task();
      if (!stopped) cancel = clock.after(Math.max(0, ms - (clock.monotonic() - start)), () => void loop());
    };
    void loop();
    return () => {
      stopped = true;
      cancel();
    };
  }
  let running = false;
  // Cron's own guard does not know of the run at the start.
  const single = async (): Promise<void> => {
    if (running) return;
    running = true;
    await task().finally(() => {
      running = false;
    });
  };
  void single();
  const cron = createTask(expression, single, { timezone: 'UTC', noOverlap: true });
  void cron.start();
  return () => void cron.destroy();
}

/** The cron form of a distance that divides the hour or the day in whole minutes; undefined for others. */
export function cronOf(ms: number): string | undefined {
  const minutes = ms / minute;
  if (!Number.isInteger(minutes)) return undefined;
  if (minutes < 60 && 60 % minutes === 0) return minutes === 1 ? '* * * * *' : `*/${minutes} * * * *`;
  const hours = minutes / 60;
  if (Number.isInteger(hours) && hours <= 24 && 24 % hours === 0) {
    if (hours === 24) return '0 0 * * *';
    return hours === 1 ? '0 * * * *' : `0 */${hours} * * *`;
  }
  return undefined;
}
