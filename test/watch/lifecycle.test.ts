import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { OpsError } from '../../src/errors.ts';
import type { ActiveRule } from '../../src/rule.ts';
import { type IncidentStore, openIncidents } from '../../src/store/incidents.ts';
import { type AlertState, alertKey, step } from '../../src/watch/alert-state.ts';
import { createLifecycle, type LifecycleOptions } from '../../src/watch/lifecycle.ts';
import { temporaryFolder } from '../support/ops.ts';
import { holds, ok, ruleOf } from './support.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 24);
const down = ruleOf({ name: 'GatewayDown', for: 0, severity: 'critical' });
const failing = ruleOf({ name: 'GatewayErrors', for: 0, causedBy: ['GatewayDown'] });
const ui = ruleOf({ name: 'UiDown', for: 0, severity: 'critical', causedBy: ['GatewayErrors'] });

function withRoom(store: IncidentStore, hasRoom: () => boolean): IncidentStore {
  const guarded =
    <Parameters extends unknown[], Result>(write: (...values: Parameters) => Result) =>
    (...values: Parameters): Result => {
      if (hasRoom()) return write(...values);
      throw new OpsError('disk_full', { path: 'incidents.db' });
    };
  const { open, transition, adopt } = store;
  return { ...store, open: guarded(open), transition: guarded(transition), adopt: guarded(adopt) };
}

/** The lifecycle over a real incidents.db; the test says which rules hold and what time it is. */
function rig(given: readonly ActiveRule[], inMaintenance: (now: number) => boolean = () => false) {
  const store = openIncidents(temporaryFolder('ops-lifecycle'), 'example.org');
  let full = false;
  /** The disk of incidents.db has no room: nothing can be written, and what is there can be read. */
  const incidents = withRoom(store, () => !full);
  onTestFinished(() => incidents.close());
  let rules = given;
  const told: string[] = [];
  const begin = (now: number) => {
    const open = new Map(incidents.firing().map((one) => [alertKey(one.rule, one.labels), one]));
    return createLifecycle(parts, open, now);
  };
  const parts: LifecycleOptions = {
    rules: () => rules,
    incidents,
    inMaintenance,
    decidedBy: () => [],
    tellUnkept(beginnings, _, at) {
      told.push(`${(at - start) / minute} unkept ${beginnings.map(({ rule }) => rule.name).join(' ')}`);
      return true;
    },
    log: pino({ level: 'silent' }),
    announce({ kind, incident, at, flapping }) {
      told.push(`${(at - start) / minute} ${kind} ${incident.rule}${flapping ? ' flapping' : ''}`);
      return [{ kind, channel: 'email', recipient: 'a@b.c', subject: 's', payload: '{}' }];
    },
  };
  let lifecycle = begin(start);
  let state: AlertState = new Map();
  return {
    incidents,
    told,
    at(now: number, ...firing: ActiveRule[]) {
      const verdicts = rules.map((rule) => (firing.includes(rule) ? holds(rule) : ok(rule)));
      const { state: next, effects } = step(state, verdicts, now);
      state = next;
      lifecycle.follow(effects, next, now);
    },
    use(next: readonly ActiveRule[]) {
      rules = next;
    },
    fill(isFull: boolean) {
      full = isFull;
    },
    /** A new watch over the same incidents.db. */
    restart(now: number) {
      lifecycle = begin(now);
      state = new Map([...state].filter(([, alert]) => alert.state === 'firing'));
    },
  };
}

test('a fault and its consequences at the same evaluation are one notification', () => {
  const { at, told, incidents } = rig([ui, failing, down]);
  at(start, ui, failing, down);
  expect(told).toEqual(['0 firing GatewayDown']);
  expect(incidents.consequences(1).map(({ rule, rootId }) => `${rule} ${rootId}`)).toEqual([
    'GatewayErrors 1',
    'UiDown 1',
  ]);
  at(start + minute);
  expect(told).toEqual(['0 firing GatewayDown', '1 resolved GatewayDown']);
  expect(incidents.firing()).toEqual([]);
});

test('what opened before its cause and was not sent yet is taken back', () => {
  const { at, told, incidents } = rig([failing, down]);
  at(start, failing);
  at(start + 15_000, failing, down);
  expect(told).toEqual(['0 firing GatewayErrors', '0.25 firing GatewayDown']);
  expect(incidents.outbox.all().map(({ state }) => state)).toEqual(['coalesced', 'pending']);
  at(start + minute);
  expect(told.slice(2)).toEqual(['1 resolved GatewayDown']);
});

test('what was sent before its cause opened is told to the end', () => {
  const { at, told, incidents } = rig([failing, down]);
  at(start, failing);
  const [row] = incidents.outbox.unsent();
  if (row) incidents.outbox.save({ ...row, state: 'accepted', attempts: 1 }, start, 'accepted');
  at(start + minute, failing, down);
  at(start + 2 * minute);
  expect(told.slice(1).sort()).toEqual(['1 firing GatewayDown', '2 resolved GatewayDown', '2 resolved GatewayErrors']);
});

test('a consequence that outlives its cause is told as a fault of its own, and its end too', () => {
  const { at, told } = rig([failing, down]);
  at(start, failing, down);
  for (let now = 1; now <= 12; now++) at(start + now * minute, failing);
  at(start + 13 * minute);
  expect(told).toEqual([
    '0 firing GatewayDown',
    '1 resolved GatewayDown',
    '7 firing GatewayErrors',
    '13 resolved GatewayErrors',
  ]);
});

test('a critical incident is reminded of after 30 m, 1 h, 2 h, 4 h and then every 8 h, until it is acknowledged', () => {
  const { at, told, incidents } = rig([down]);
  const until = (from: number, to: number) => {
    for (let now = from; now < to; now += 5) at(start + now * minute, down);
  };
  until(0, 24 * 60);
  expect(told.map((one) => Number(one.split(' ')[0]))).toEqual([0, 30, 90, 210, 450, 930, 1410]);
  expect(incidents.operator.acknowledge(1, start)).toBe(true);
  until(24 * 60, 72 * 60);
  expect(told).toHaveLength(7);
  at(start + 72 * 60 * minute);
  expect(told.at(-1)).toBe('4320 resolved GatewayDown');
});

test('a warning is told once', () => {
  const warning = ruleOf({ for: 0 });
  const { at, told } = rig([warning]);
  for (let now = 0; now < 7 * 24 * 60; now += 15) at(start + now * minute, warning);
  expect(told).toEqual(['0 firing GpuHot']);
});

test.each([60, -60, 24 * 60, -24 * 60])(
  'a wall clock that jumps by %i minutes hastens or delays one reminder at most',
  (jump) => {
    const { at, told } = rig([down]);
    for (let now = 0; now < 20; now++) at(start + now * minute, down);
    for (let now = 20; now < 300; now++) at(start + (now + jump) * minute, down);
    // Without the jump: 0, 30, 90, 210.
    expect(Math.abs(told.length - 4)).toBeLessThanOrEqual(1);
    at(start + (300 + jump) * minute);
    expect(told.at(-1)).toMatch(/resolved/);
  },
);

test('a silence may be about a severity', () => {
  const hot = ruleOf({ name: 'Hot', for: 0 });
  const { at, told, incidents } = rig([down, hot]);
  const matchers = { severity: 'warn*' };
  incidents.operator.silence({ matchers, createdAt: start, expiresAt: start + 60 * minute, reason: '' });
  at(start, down, hot);
  expect(told).toEqual(['0 firing GatewayDown']);
});

test('a silence holds back what begins, ends by itself, and never hides the end of what was told', () => {
  const { at, told, incidents } = rig([down, failing]);
  const silence = (rule: string, from: number, minutes: number) =>
    incidents.operator.silence({
      matchers: { rule, uuid: 'GPU-*' },
      createdAt: start + from * minute,
      expiresAt: start + (from + minutes) * minute,
      reason: 'planned',
    });
  silence('GatewayD*', 0, 10);
  for (let now = 0; now < 12; now++) at(start + now * minute, down);
  silence('*', 12, 60);
  for (let now = 12; now < 62; now++) at(start + now * minute, down);
  at(start + 62 * minute);
  expect(told).toEqual(['10 firing GatewayDown', '62 resolved GatewayDown']);
});

test('what still fires when maintenance ends is told then, and what came and went within it never', () => {
  const window = (now: number) => now < start + 60 * minute;
  const hot = ruleOf({ for: 0 });
  const { at, told, incidents } = rig([down, hot], window);
  at(start, hot);
  at(start + 5 * minute);
  for (let now = 10; now <= 61; now++) at(start + now * minute, down);
  expect(told).toEqual(['60 firing GatewayDown']);
  expect(incidents.list(5).map(({ rule, state }) => `${rule} ${state}`)).toEqual([
    'GatewayDown firing',
    'GpuHot resolved',
  ]);
});

test.each([1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 17, 20, 25, 30, 35, 40, 45, 50, 60, 75, 90, 120, 240, 720, 1440])(
  'a square wave of %i minutes is at most 8 notifications in any hour, and the last one is true',
  (period) => {
    const warning = ruleOf({ for: 0 });
    const { at, told, incidents } = rig([warning]);
    const end = Math.max(12 * 60, 2 * period);
    for (let now = 0; now < end; now += 0.5) {
      if (now % period < period / 2) at(start + now * minute, warning);
      else at(start + now * minute);
    }
    for (let now = end; now < end + 2 * 60; now++) at(start + now * minute);
    const moments = told.map((one) => Number(one.split(' ')[0]));
    for (const from of moments) {
      expect(moments.filter((moment) => moment >= from && moment < from + 60).length).toBeLessThanOrEqual(8);
    }
    expect(told.at(-1)).toMatch(/resolved/);
    expect(incidents.firing()).toEqual([]);
    // Nobody hears the same twice in a row.
    const kinds = told.map((one) => one.split(' ')[1]);
    expect(kinds.every((kind, index) => kind !== kinds[index - 1])).toBe(true);
  },
);

test('a rule that is taken away ends its incident without a word, and the others go on', () => {
  const hot = ruleOf({ for: 0 });
  const { at, told, incidents, use } = rig([down, hot]);
  at(start, down, hot);
  use([down]);
  at(start + minute, down);
  at(start + 2 * minute);
  expect(told).toEqual(['0 firing GatewayDown', '0 firing GpuHot', '2 resolved GatewayDown']);
  expect(incidents.firing()).toEqual([]);
});

test('a restart forgets neither that an alert flaps nor which fault has just ended', () => {
  const hot = ruleOf({ for: 0 });
  const { at, told, restart } = rig([hot, down, failing]);
  for (let now = 0; now < 20; now++) {
    if (now % 2 === 0) at(start + now * minute, hot);
    else at(start + now * minute);
  }
  const before = told.length;
  restart(start + 20 * minute);
  for (let now = 20; now < 30; now++) {
    if (now % 2 === 0) at(start + now * minute, hot);
    else at(start + now * minute);
  }
  expect(told.slice(before)).toEqual([]);
  at(start + 30 * minute, down, failing);
  at(start + 31 * minute, failing);
  restart(start + 32 * minute);
  at(start + 32 * minute, failing);
  expect(told.slice(before)).toEqual(['30 firing GatewayDown', '31 resolved GatewayDown']);
});

test('info is not told, unless its rule asks for one mail for each label set in its life', () => {
  const quiet = ruleOf({ name: 'ModelLoadSlow', for: 0, severity: 'info' });
  const once = ruleOf({ name: 'GpuFullByDesign', for: 0, severity: 'info', mailedOnce: true });
  const { at, told, incidents, restart } = rig([quiet, once]);
  for (const hour of [0, 3, 6]) {
    at(start + hour * 60 * minute, quiet, once);
    at(start + (hour + 1) * 60 * minute);
    restart(start + (hour + 2) * 60 * minute);
  }
  expect(told).toEqual(['0 firing GpuFullByDesign']);
  expect(incidents.list(10)).toHaveLength(6);
});

test('a warning never explains what is critical', () => {
  const slow = ruleOf({ name: 'GatewayErrors', for: 0, severity: 'warning' });
  const { at, told } = rig([slow, ui]);
  at(start, slow, ui);
  expect(told.sort()).toEqual(['0 firing GatewayErrors', '0 firing UiDown']);
});

test('what begins while nothing can be written is told from memory once, and written later without a second mail', () => {
  const { at, told, incidents, fill } = rig([ui, failing, down]);
  fill(true);
  expect(() => at(start, failing, down)).toThrow('no room');
  expect(() => at(start + 15_000, failing, down)).toThrow('no room');
  expect(told).toEqual(['0 unkept GatewayDown']);
  expect(incidents.list(9)).toEqual([]);
  fill(false);
  at(start + minute, failing, down);
  expect(told).toEqual(['0 unkept GatewayDown']);
  expect(
    incidents.firing().map(({ rule, rootId, openedAt, announcedAt }) => [rule, rootId, openedAt, announcedAt]),
  ).toEqual([
    ['GatewayDown', null, start, start],
    ['GatewayErrors', 1, start, null],
  ]);
  at(start + 2 * minute);
  expect(told).toEqual(['0 unkept GatewayDown', '2 resolved GatewayDown']);
});

test('more that begins on a full disk shares the mail of the next minute', () => {
  const other = ruleOf({ name: 'NginxDown', for: 0, severity: 'critical' });
  const third = ruleOf({ name: 'UiDown', for: 0, severity: 'critical' });
  const { at, told, fill } = rig([down, other, third]);
  fill(true);
  expect(() => at(start, down)).toThrow();
  expect(() => at(start + 15_000, down, other)).toThrow();
  expect(() => at(start + 30_000, down, other, third)).toThrow();
  expect(() => at(start + minute, down, other, third)).toThrow();
  expect(told).toEqual(['0 unkept GatewayDown', '1 unkept NginxDown UiDown']);
});

test('what began and ended on a full disk is written with its own times, and its end is told', () => {
  const { at, told, incidents, fill } = rig([down]);
  fill(true);
  expect(() => at(start, down)).toThrow();
  expect(() => at(start + minute)).toThrow();
  fill(false);
  at(start + 10 * minute);
  expect(told).toEqual(['0 unkept GatewayDown', '10 resolved GatewayDown']);
  expect(incidents.list(1)).toMatchObject([{ state: 'resolved', openedAt: start, closedAt: start + minute }]);
});

test('an incident that could be written, but not what was to be told of it, is told from memory too', () => {
  const { at, told, incidents, fill } = rig([down], (now) => now < start + minute);
  at(start, down);
  fill(true);
  expect(() => at(start + minute, down)).toThrow();
  expect(told.at(-1)).toBe('1 unkept GatewayDown');
  fill(false);
  at(start + 2 * minute, down);
  expect(incidents.outbox.all()).toEqual([]);
  expect(incidents.firing()).toMatchObject([{ announcedAt: start + minute }]);
});
