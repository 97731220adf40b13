import { expect, test } from 'vitest';
import { gpusVisible, gpuTemperature } from '../../src/catalogue/gpu.ts';
import { sampleOf } from '../../src/check.ts';
import { compare, number, select } from '../../src/expression/ast.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { ruleOf } from './support.ts';
import { virtualWatch } from './virtual.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const hot = ruleOf({ name: 'Hot', for: minute });
/** Judged by a check that runs once an hour, and by one that runs once a day. */
const few = ruleOf({
  name: 'Few',
  for: 0,
  threshold: 2,
  expression: (n) => compare(select(gpusVisible), '<', number(n)),
});

interface RigOptions extends Partial<Parameters<typeof virtualWatch>[0]> {
  readonly gpus?: number;
  readonly every?: string;
}

/** A GPU that is measured every 15 s, and others that are counted on another schedule. */
function rig(clock: VirtualClock, count: string, { gpus = 2, every = '15s', ...more }: RigOptions = {}) {
  const world = { celsius: 60, gpus };
  const watch = virtualWatch({
    clock,
    rules: [hot, few],
    checks: [
      {
        name: 'heat',
        every,
        run: async () => [sampleOf(gpuTemperature, { uuid: 'GPU-0', sensor: 'core' }, world.celsius, clock.now())],
      },
      {
        name: 'count',
        every: count,
        metrics: [gpusVisible],
        run: async () => [sampleOf(gpusVisible, {}, world.gpus, clock.now())],
      },
    ],
    ...more,
  });
  return { world, ...watch };
}

/** Nearly as far apart as expressions look back: days of virtual time are as many transactions as evaluations. */
const slow = { every: '4m', everyMs: 4 * minute };

const kinds = (told: readonly string[]): string[] => told.map((one) => one.slice(0, -12));

test.each([
  ['1 h forward', hour, '1h'],
  ['1 h back', -hour, '1h'],
  ['1 day forward', day, '1h'],
  ['1 day back', -day, '1h'],
  ['1 h back', -hour, '30 0 * * *'],
  ['1 day back', -day, '30 0 * * *'],
  ['1 day forward', day, '30 0 * * *'],
  // What is left of a suspension when the machine wakes.
  ['8 h forward', 8 * hour, '1h'],
  ['8 h forward', 8 * hour, '30 0 * * *'],
])(
  'a clock that is set %s (%i ms) neither ends what fires nor tells it twice: %s',
  async (_, ms, count) => {
    const clock = new VirtualClock(Date.UTC(2026, 10, 25, 9));
    const { world, told, firing } = rig(clock, count, { gpus: 1, ...(count === '1h' ? { every: '1m' } : slow) });
    world.celsius = 90;
    await clock.advance(30 * minute);
    expect(kinds(told)).toEqual(['firing Few', 'firing Hot']);
    clock.setBy(ms);
    await clock.advance(3 * hour);
    expect(kinds(told)).toEqual(['firing Few', 'firing Hot']);
    Object.assign(world, { celsius: 60, gpus: 2 });
    await clock.advance(count === '1h' ? 2 * hour : 25 * hour);
    expect(kinds(told).sort()).toEqual(['firing Few', 'firing Hot', 'resolved Few', 'resolved Hot']);
    expect(firing()).toEqual([]);
  },
  60_000,
);

test.each([hour, -hour, day, -day, 8 * hour])(
  'what begins after the clock was set by %i ms is told in time',
  async (ms) => {
    const clock = new VirtualClock(Date.UTC(2026, 10, 25, 9));
    const { world, told } = rig(clock, '1h');
    await clock.advance(30 * minute);
    clock.setBy(ms);
    await clock.advance(2 * minute);
    world.celsius = 90;
    await clock.advance(2 * minute);
    expect(kinds(told)).toEqual(['firing Hot']);
  },
);

test('a watch that was away for a night tells what began meanwhile, once, and does not end what still fires', async () => {
  const clock = new VirtualClock(Date.UTC(2026, 10, 25, 20));
  const { world, told, stop, start } = rig(clock, '30 0 * * *', { gpus: 1 });
  await clock.advance(4.6 * hour);
  expect(kinds(told)).toEqual(['firing Few']);
  stop();
  await clock.advance(8 * hour);
  world.celsius = 90;
  start();
  await clock.advance(10 * minute);
  expect(kinds(told)).toEqual(['firing Few', 'firing Hot']);
});

/** Both changes of 2026 in each zone: the UTC day on which it happens. */
test.each([
  ['Europe/Berlin', Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25)],
  ['America/New_York', Date.UTC(2026, 2, 8), Date.UTC(2026, 10, 1)],
  ['Asia/Shanghai', Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25)],
  ['Australia/Lord_Howe', Date.UTC(2026, 9, 3), Date.UTC(2026, 3, 4)],
])(
  'through both changes of %s: one count and one report a day, and planned work is quiet',
  async (timezone, ...days) => {
    const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
    for (const change of days) {
      const clock = new VirtualClock(change - day / 2);
      const maintenance = [{ days: everyDay, from: '01:00', to: '04:00' }];
      const { world, told, reports, firing } = rig(clock, '30 2 * * *', {
        ...slow,
        timezone,
        maintenance,
        reportAt: '10:00',
      });
      const local = (at: number): string =>
        new Date(at).toLocaleTimeString('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' });
      for (let quarter = 0; quarter < 2 * 96; quarter++) {
        const hours = Number(local(clock.now()).slice(0, 2));
        // Hot within the window only, over each of its hours but the last.
        world.celsius = hours === 1 || hours === 2 ? 90 : 60;
        await clock.advance(15 * minute);
      }
      expect(told).toEqual([]);
      expect(reports.map(local)).toEqual(['10:00', '10:00']);
      expect(firing()).toEqual([]);
    }
  },
  60_000,
);
