import { expect, test } from 'vitest';
import { type AlertEffect, type AlertState, step } from '../../src/watch/alert-state.ts';
import type { Verdict } from '../../src/watch/evaluate.ts';
import { holds, ok, ruleOf, silent } from './support.ts';

const rule = ruleOf();

/** Steps every 15 s from 0, and tells what was announced with its moment in seconds. */
function live(verdicts: readonly Verdict[], before: AlertState = new Map(), from = 0) {
  let state = before;
  const told: string[] = [];
  const tell = (at: number) => (effect: AlertEffect) =>
    told.push(`${effect.kind} ${effect.alert.labels['uuid']} ${at / 1000}`);
  verdicts.forEach((verdict, index) => {
    const at = from + index * 15_000;
    const result = step(state, [verdict], at);
    state = result.state;
    result.effects.forEach(tell(at));
  });
  return { state, told, states: [...state.values()].map((alert) => alert.state) };
}

const times = (count: number, verdict: Verdict): Verdict[] => Array.from({ length: count }, () => verdict);

test('an alert is pending for its `for` and then fires once', () => {
  expect(live(times(4, holds(rule)))).toMatchObject({ told: [], states: ['pending'] });
  expect(live(times(9, holds(rule)))).toMatchObject({ told: ['fired GPU-0 60'], states: ['firing'] });
});

test('an alert without `for` fires at its first evaluation', () => {
  expect(live([holds(ruleOf({ for: 0 }))]).told).toEqual(['fired GPU-0 0']);
});

test('one miss begins the waiting again, and a pending alert that ends tells nobody', () => {
  const missed = live([...times(4, holds(rule)), ok(rule), ...times(4, holds(rule))]);
  expect(missed).toMatchObject({ told: [], states: ['pending'] });
  expect(live([...times(4, holds(rule)), ok(rule), ...times(5, holds(rule))]).told).toEqual(['fired GPU-0 135']);
  expect(live([holds(rule), ok(rule)])).toMatchObject({ told: [], states: [] });
});

test('a firing alert resolves at the first evaluation that does not hold, and may fire anew', () => {
  const verdicts = [...times(5, holds(rule)), ok(rule), ok(rule), ...times(5, holds(rule))];
  expect(live(verdicts).told).toEqual(['fired GPU-0 60', 'resolved GPU-0 75', 'fired GPU-0 165']);
});

test('each label set is an alert of its own', () => {
  const labels = (uuid: string) => ({ labels: { uuid }, value: 90 });
  const both: Verdict = { kind: 'firing', rule, elements: [labels('GPU-0'), labels('GPU-1')] };
  const verdicts = [holds(rule), ...times(4, both), holds(rule, 90, { uuid: 'GPU-1' })];
  expect(live(verdicts).told).toEqual(['fired GPU-0 60', 'fired GPU-1 75', 'resolved GPU-0 75']);
});

test('the order of labels makes no other alert', () => {
  const first = step(new Map(), [holds(rule, 90, { uuid: 'GPU-0', sensor: 'core' })], 0);
  const { effects } = step(first.state, [holds(rule, 90, { sensor: 'core', uuid: 'GPU-0' })], 60_000);
  expect(effects.map(({ kind }) => kind)).toEqual(['fired']);
});

test('a state that was carried over a restart fires in time and does not fire twice', () => {
  const pending = live(times(3, holds(rule))).state;
  expect(live([holds(rule)], pending, 60_000).told).toEqual(['fired GPU-0 60']);
  const firing = live(times(5, holds(rule))).state;
  expect(live([holds(rule), ok(rule)], firing, 90_000).told).toEqual(['resolved GPU-0 105']);
});

test('no data while a check fails keeps what fires and begins what is pending again', () => {
  const firing = live([...times(5, holds(rule)), ...times(40, silent(rule, true))]);
  expect(firing).toMatchObject({ told: ['fired GPU-0 60'], states: ['firing'] });
  expect(live([...times(4, holds(rule)), silent(rule, true), holds(rule)])).toMatchObject({
    told: [],
    states: ['pending'],
  });
});

test('no data while every check is well resolves: what was measured is gone', () => {
  expect(live([...times(5, holds(rule)), silent(rule, false)]).told).toEqual(['fired GPU-0 60', 'resolved GPU-0 75']);
});

test('a wall clock that is set back does not make an alert wait longer', () => {
  const { state } = step(new Map(), [holds(rule)], 3_600_000);
  const back = step(state, [holds(rule)], 0);
  expect(back.effects).toEqual([]);
  expect(step(back.state, [holds(rule)], 60_000).effects).toMatchObject([{ kind: 'fired' }]);
});

test('rules do not touch the alerts of one another', () => {
  const other = ruleOf({ name: 'GpuBusy', for: 0 });
  const first = step(new Map(), [holds(ruleOf({ for: 0 })), holds(other)], 0);
  const { effects } = step(first.state, [ok(rule), holds(other)], 15_000);
  expect(effects.map(({ kind, alert }) => `${kind} ${alert.rule.name}`)).toEqual(['resolved GpuHot']);
});

test('keepFiring holds an alert from the first miss on, and a hit in between begins it again', () => {
  const held = ruleOf({ for: 0, keepFiring: 45_000 });
  expect(live([holds(held), ...times(5, ok(held))]).told).toEqual(['fired GPU-0 0', 'resolved GPU-0 60']);
  const flickers = live([holds(held), ok(held), ok(held), holds(held), ...times(3, ok(held))]);
  expect(flickers).toMatchObject({ told: ['fired GPU-0 0'], states: ['firing'] });
});

test('keepFiring survives a restart and a clock that was set back', () => {
  const held = ruleOf({ for: 0, keepFiring: 45_000 });
  const before = live([holds(held), ok(held)]).state;
  expect(live(times(3, ok(held)), before, 30_000).told).toEqual(['resolved GPU-0 60']);
  const back = step(before, [ok(held)], 0).state;
  expect(step(back, [ok(held)], 45_000).effects).toMatchObject([{ kind: 'resolved' }]);
});
