import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { cronOf, runBy } from '../../src/watch/schedule.ts';
import { eventually } from '../support/ops.ts';

/** A task of `ms` milliseconds that knows how often it ran and how many of it ran at once. */
function slowTask(ms: number) {
  let running = 0;
  const seen = { runs: 0, most: 0 };
  const task = async () => {
    seen.runs++;
    seen.most = Math.max(seen.most, ++running);
    await sleep(ms);
    running--;
  };
  return { seen, task };
}

test('a distance that divides the hour or the day is cron, any other a timer', () => {
  const minute = 60_000;
  const cron = [1, 5, 60, 120, 1440].map((minutes) => cronOf(minutes * minute));
  expect(cron).toEqual(['* * * * *', '*/5 * * * *', '0 * * * *', '0 */2 * * *', '0 0 * * *']);
  expect([0.25, 1.5, 7, 90, 300, 2880].map((minutes) => cronOf(minutes * minute))).toEqual(
    Array.from({ length: 6 }, () => undefined),
  );
});

test('a sub-minute distance runs at once, again and again, never twice at a time, and ends', async () => {
  const { seen, task } = slowTask(30);
  const cancel = runBy({ kind: 'interval', ms: 10 }, systemClock, task);
  expect(seen.runs).toBe(1);
  await eventually('the fifth run', () => seen.runs >= 5);
  cancel();
  const { runs } = seen;
  await sleep(100);
  expect(seen).toEqual({ runs, most: 1 });
});

test('cron runs at once and by the calendar, never twice at a time, and ends', async () => {
  const { seen, task } = slowTask(1500);
  // Six fields: every second, so that the first run still goes on when the second is due.
  const cancel = runBy({ kind: 'cron', expression: '* * * * * *' }, systemClock, task);
  expect(seen.runs).toBe(1);
  await eventually('the second run', () => seen.runs >= 2);
  cancel();
  await sleep(2100);
  expect(seen).toEqual({ runs: 2, most: 1 });
});
