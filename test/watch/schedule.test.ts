import { expect, test } from 'vitest';
import { schedule } from '../../src/check.ts';
import { type JobOptions, startJob } from '../../src/watch/schedule.ts';
import { jitterOf } from '../../src/watch/timetable.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A job on a virtual clock that notes the wall time of every start; each run takes `ms`. */
function jobOn(clock: VirtualClock, every: string, options: Partial<JobOptions> = {}, ms = 0) {
  const starts: number[] = [];
  let running = 0;
  let most = 0;
  const task = async () => {
    starts.push(clock.now());
    most = Math.max(most, ++running);
    if (ms > 0) await new Promise<void>((done) => void clock.after(ms, done));
    running--;
  };
  const job = startJob({ schedule: schedule.parse(every), clock, task, ...options });
  return { job, starts, most: () => most };
}

const texts = (starts: readonly number[]): string[] => starts.map((at) => new Date(at).toISOString().slice(5, 16));

/** Both changes of 2026 in each zone: the UTC day on which it happens. */
const changes = [
  ['Europe/Berlin', Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25)],
  ['America/New_York', Date.UTC(2026, 2, 8), Date.UTC(2026, 10, 1)],
  ['Asia/Shanghai', Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25)],
  ['Australia/Lord_Howe', Date.UTC(2026, 9, 3), Date.UTC(2026, 3, 4)],
] as const;

test.each(changes)('through both changes of %s no schedule pauses, repeats or spins', async (zone, ...days) => {
  for (const change of days) {
    // Noon in UTC is no hour of a daily job in any of them.
    const from = change - day / 2;
    const clock = new VirtualClock(from);
    // The distances of the shipped checks, and days at times that the changes skip or repeat.
    const distances = { '15s': 15_000, '30s': 30_000, '60s': minute, '5m': 5 * minute, '15m': 15 * minute, '1h': hour };
    const polls = Object.entries(distances).map(([every, ms]) => ({ every, ms, ...jobOn(clock, every) }));
    const daily = ['30 8 * * *', '30 2 * * *', '15 2 * * *', '30 1 * * *', '0 0 * * *'].map((cron) => ({
      cron,
      ...jobOn(clock, `${cron} ${zone}`, { lastStart: from }),
    }));
    const hourly = jobOn(clock, `*/15 * * * * ${zone}`, { lastStart: from });
    await clock.advance(3 * day);
    for (const { every, ms, starts } of polls) expect([every, starts.length]).toEqual([every, (3 * day) / ms + 1]);
    for (const { cron, starts } of daily) expect([cron, starts.length]).toEqual([cron, 3]);
    expect(hourly.starts.length).toBe((3 * day) / (15 * minute));
  }
});

test('a time that the change skips comes as much later, one that it repeats comes once', async () => {
  const spring = new VirtualClock(Date.UTC(2026, 2, 28, 12));
  const skipped = jobOn(spring, '30 2 * * * Europe/Berlin', { lastStart: spring.now() });
  await spring.advance(2 * day);
  expect(texts(skipped.starts)).toEqual(['03-29T01:30', '03-30T00:30']);
  const autumn = new VirtualClock(Date.UTC(2026, 9, 24, 12));
  const repeated = jobOn(autumn, '30 2 * * * Europe/Berlin', { lastStart: autumn.now() });
  await autumn.advance(2 * day);
  expect(texts(repeated.starts)).toEqual(['10-25T00:30', '10-26T01:30']);
});

test.each([
  ['1 h forward', hour],
  ['1 h back', -hour],
  ['1 day forward', day],
  ['1 day back', -day],
])('a clock that is set %s holds up no poll and no daily job', async (_, ms) => {
  const clock = new VirtualClock(Date.UTC(2026, 10, 25, 9));
  const poll = jobOn(clock, '15m');
  const second = jobOn(clock, '15s');
  const daily = jobOn(clock, '30 8 * * *', { lastStart: clock.now() - 30 * minute });
  await clock.advance(10 * minute);
  clock.setBy(ms);
  const [polls, seconds] = [poll.starts.length, second.starts.length];
  await clock.advance(hour);
  expect(poll.starts.length - polls).toBeGreaterThanOrEqual(4);
  expect(poll.starts.length - polls).toBeLessThanOrEqual(5);
  expect(second.starts.length - seconds).toBeLessThanOrEqual(241);
  await clock.advance(2 * day);
  const runs = daily.starts.filter((at) => new Date(at).toISOString().slice(11, 16) === '08:30').length;
  expect(runs).toBeGreaterThanOrEqual(2);
  expect(daily.starts.length).toBeLessThanOrEqual(3);
});

test('after 8 hours of sleep every job starts once within a minute, and the rest counts as missed', async () => {
  const clock = new VirtualClock(Date.UTC(2026, 10, 25, 2));
  const poll = jobOn(clock, '15m');
  const daily = jobOn(clock, '30 8 * * *', { lastStart: clock.now() - hour });
  await clock.advance(1);
  clock.setBy(8 * hour);
  await clock.advance(minute);
  expect([poll.starts.length, daily.starts.length]).toEqual([2, 1]);
  expect([poll.job.state().missed, daily.job.state().missed]).toEqual([31, 0]);
});

test('a daily job whose time passed while watch was down runs at boot, once; one that ran waits', async () => {
  const clock = new VirtualClock(Date.UTC(2026, 10, 25, 9));
  const missed = jobOn(clock, '30 8 * * *', { lastStart: clock.now() - 3 * day });
  const done = jobOn(clock, '30 8 * * *', { lastStart: clock.now() - 20 * minute });
  const unknown = jobOn(clock, '30 8 * * *');
  const future = jobOn(clock, '30 8 * * *', { lastStart: clock.now() + day });
  await clock.advance(hour);
  expect([missed, done, unknown, future].map(({ starts }) => starts.length)).toEqual([1, 0, 1, 1]);
  expect(missed.job.state().missed).toBe(2);
  expect(done.job.state()).toMatchObject({ startedAt: Date.UTC(2026, 10, 25, 8, 40), periodMs: day - 10 * minute });
});

test('a run that outlives its period is never joined by a second one', async () => {
  const clock = new VirtualClock();
  const { job, starts, most } = jobOn(clock, '10s', {}, 25_000);
  await clock.advance(99_000);
  expect([starts.length, most()]).toEqual([4, 1]);
  expect(job.state()).toMatchObject({ overruns: 3, missed: 3 });
});

test('jitter shifts the starts after the first, by the same for a host, and within a tenth of the period', async () => {
  const clock = new VirtualClock();
  const begin = clock.now();
  const { job, starts } = jobOn(clock, '15m', { jitterMs: 20_000 });
  await clock.advance(hour);
  job.cancel();
  expect(starts.map((at) => at - begin)).toEqual([0, 920_000, 1_820_000, 2_720_000]);
  await clock.advance(hour);
  expect([starts.length, clock.pending]).toEqual([4, 0]);
  const shifts = Array.from({ length: 100 }, (_, host) => jitterOf(`host-${host}`, 'gpu', 15_000));
  expect(shifts.every((ms) => ms >= 0 && ms < 1500)).toBe(true);
  expect(new Set(shifts).size).toBeGreaterThan(50);
  expect(jitterOf('a', 'gpu', day)).toBe(jitterOf('a', 'gpu', day));
});
