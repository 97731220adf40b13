import { expect, test } from 'vitest';
import latency from '../../alerts/latency.ts';
import { latencyCanary } from '../../src/catalogue/latency.ts';
import { sampleOf } from '../../src/check.ts';
import { evaluate } from '../../src/expression/evaluate.ts';
import { activate } from '../../src/rule.ts';
import { openSamples } from '../../src/store/samples.ts';
import { keptSince, record } from '../../src/watch/recording.ts';
import { temporaryFolder } from '../support/ops.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const records = latency.records ?? [];
const [rule] = activate(latency.rules);

/**
 * Runs a canary every 15 minutes through the store that watch uses, and returns the hours at which the rule's expression
 * began to hold for all of its `for`. Evaluations are five minutes apart, as far as look-back reaches.
 */
function alarms(hours: number, secondsAt: (hour: number, run: number) => number): number[] {
  if (!rule) throw new Error('no rule');
  const store = openSamples(temporaryFolder('latency'));
  const begin = Date.UTC(2026, 10, 1);
  const found: number[] = [];
  let seconds = 0;
  let since: number | undefined;
  for (let at = begin; at < begin + hours * hour; at += 5 * minute) {
    const run = (at - begin) / (15 * minute);
    if (Number.isInteger(run)) seconds = secondsAt((at - begin) / hour, run);
    store.append([sampleOf(latencyCanary, { model: 'qwen3:4b' }, seconds, at)]);
    record(records, store, at);
    store.prune({ rawSince: at - 6 * hour, thinnedSince: at - 6 * hour, keptSince: keptSince(records, at) });
    const holds = evaluate(rule.expression, store, at).length > 0;
    if (!holds) since = undefined;
    else {
      since ??= at;
      if (at - since === rule.for) found.push((at - begin) / hour);
    }
  }
  store.close();
  return found;
}

const week = 7 * 24;

test('seven days at 1.00 s and then a sustained 1.31 s is told within two hours, 1.29 s never', () => {
  const [first, ...more] = alarms(week + 12, (at) => (at < week ? 1 : 1.31));
  expect(first).toBeGreaterThan(week);
  expect(first).toBeLessThanOrEqual(week + 2);
  expect(more).toEqual([]);
  expect(alarms(week + 12, (at) => (at < week ? 1 : 1.29))).toEqual([]);
});

test('single slow answers, noise of 10 % over 30 days, and a first day are no alarm', () => {
  expect(alarms(week + 24, (at, run) => (at > week && run % 4 === 0 ? 10 : 1))).toEqual([]);
  expect(alarms(30 * 24, (_, run) => 1 + 0.1 * Math.sin(run * run))).toEqual([]);
  expect(alarms(23, (at) => (at < 12 ? 1 : 3))).toEqual([]);
}, 120_000);

test('a very even series does not alarm on 50 ms', () => {
  expect(alarms(week + 12, (at) => (at < week ? 0.1 : 0.15))).toEqual([]);
  expect(alarms(week + 12, (at) => (at < week ? 0.1 : 0.25)).length).toBe(1);
});

test('recorded points outlive the raw ones by days, and end too', () => {
  const store = openSamples(temporaryFolder('latency'));
  const begin = Date.UTC(2026, 10, 1);
  for (let at = begin; at <= begin + 10 * day; at += 5 * minute) {
    store.append([sampleOf(latencyCanary, { model: 'm' }, 1, at)]);
    record(records, store, at);
    store.prune({ rawSince: at - 6 * hour, thinnedSince: at - 6 * hour, keptSince: keptSince(records, at) });
  }
  const select = (metric: { readonly name: string }) =>
    store.read({ kind: 'select', series: metric.name, metric: latencyCanary, where: {} }, 0, begin + 10 * day);
  expect(select(latencyCanary)[0]?.points.length).toBe(73);
  expect(records.map(({ record: metric }) => select(metric)[0]?.points.length)).toEqual([8 * 96 + 1]);
  store.close();
});
