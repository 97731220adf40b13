import { expect, test } from 'vitest';
import { inMaintenance, type MaintenanceWindow, weekdays } from '../../src/watch/maintenance.ts';

const minute = 60_000;
const daily = (from: string, to: string): MaintenanceWindow => ({ days: weekdays, from, to });

/** Minutes of a day in UTC, and of the day around it, at which a window is open: first, last, and how many. */
function open(window: MaintenanceWindow, timeZone: string, day: string) {
  const middle = Date.parse(`${day}T12:00Z`);
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const moments = Array.from({ length: 72 * 60 }, (_, index) => middle - 36 * 60 * minute + index * minute)
    .filter((at) => shown.format(at) === day)
    .filter((at) => inMaintenance([window], timeZone, at));
  const clock = (at: number | undefined) => (at === undefined ? 'never' : new Date(at).toISOString().slice(0, 16));
  return { from: clock(moments[0]), last: clock(moments.at(-1)), minutes: moments.length };
}

test.each([
  // An hour is skipped at 02:00, half of one in Lord Howe.
  ['America/New_York', '2026-03-08', '02:00', '04:00', '2026-03-08T07:00', 60],
  ['America/New_York', '2026-03-08', '02:15', '02:45', '2026-03-08T07:15', 30],
  ['Europe/Berlin', '2026-03-29', '02:30', '03:45', '2026-03-29T01:30', 15],
  ['Australia/Lord_Howe', '2026-10-04', '02:00', '03:00', '2026-10-03T15:30', 30],
  ['Australia/Lord_Howe', '2026-10-04', '02:10', '02:20', '2026-10-03T15:40', 10],
  // An hour is repeated.
  ['America/New_York', '2026-11-01', '01:00', '02:00', '2026-11-01T05:00', 120],
  ['Europe/Berlin', '2026-10-25', '02:00', '03:00', '2026-10-25T00:00', 120],
  ['Europe/Berlin', '2026-10-25', '02:30', '02:45', '2026-10-25T00:30', 75],
  ['Australia/Lord_Howe', '2026-04-05', '01:30', '02:00', '2026-04-04T14:30', 60],
  // No change at all.
  ['Asia/Shanghai', '2026-11-01', '02:00', '04:00', '2026-10-31T18:00', 120],
  ['Asia/Kathmandu', '2026-11-01', '02:00', '04:00', '2026-10-31T20:15', 120],
] as const)('in %s on %s the window %s–%s is open from %s for %i minutes', (zone, day, from, to, begin, minutes) => {
  expect(open(daily(from, to), zone, day)).toMatchObject({ from: begin, minutes });
});

test('a window over midnight belongs to the day on which it begins', () => {
  const window: MaintenanceWindow = { days: ['sat'], from: '23:00', to: '01:00' };
  const at = (text: string) => inMaintenance([window], 'UTC', Date.parse(text));
  // 2026-11-28 is a Saturday.
  expect([at('2026-11-28T22:59Z'), at('2026-11-28T23:00Z'), at('2026-11-29T00:59Z'), at('2026-11-29T01:00Z')]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(at('2026-11-28T00:30Z')).toBe(false);
});

test('a year of a daily window in each zone is open for the hours that it says, give or take the changes', () => {
  for (const zone of ['Australia/Lord_Howe', 'Europe/Berlin', 'America/New_York', 'Asia/Shanghai']) {
    let hours = 0;
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 60 * minute) {
      if (inMaintenance([daily('02:00', '04:00')], zone, at)) hours++;
    }
    expect(Math.abs(hours - 365 * 2), zone).toBeLessThanOrEqual(1);
  }
});
