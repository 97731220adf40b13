import { expect, test } from 'vitest';
import latency from '../../alerts/latency.ts';
import { latencyAverage, latencyCanary } from '../../src/catalogue/latency.ts';
import { sampleOf } from '../../src/check.ts';
import type { SeriesReader } from '../../src/expression/series.ts';
import { activate } from '../../src/rule.ts';
import { openSamples } from '../../src/store/samples.ts';
import { type AlertState, step } from '../../src/watch/alert-state.ts';
import { judge } from '../../src/watch/evaluate.ts';
import { firingSamples } from '../../src/watch/observe.ts';
import { keptSince, record } from '../../src/watch/recording.ts';
import { temporaryFolder } from '../support/ops.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const records = latency.records ?? [];
/** What the rule itself reads; the others are shown only. */
const averages = records.filter(({ record: { name } }) => name === latencyAverage.name);
const [rule] = activate(latency.rules);
const week = 7 * 24;

interface Told {
  readonly kind: 'fired' | 'resolved';
  readonly hour: number;
}

/**
 * Runs a canary every 15 minutes through the store that watch uses, and returns what the rule says. It is judged from
 * `judgedFrom`, in hours, at distances within the look-back, so that it knows its own alert.
 */
function told(
  hours: number,
  secondsAt: (hour: number, run: number) => number,
  { judgedFrom = week - 3, stepMs = 3 * minute } = {},
): Told[] {
  if (!rule) throw new Error('no rule');
  const store = openSamples(temporaryFolder('latency'));
  const begin = Date.UTC(2026, 10, 1);
  const found: Told[] = [];
  let state: AlertState = new Map();
  for (let at = begin; at < begin + hours * hour; ) {
    const judged = at >= begin + judgedFrom * hour;
    if ((at - begin) % (15 * minute) === 0) {
      const seconds = secondsAt((at - begin) / hour, (at - begin) / (15 * minute));
      store.append([sampleOf(latencyCanary, { model: 'qwen3:4b' }, seconds, at)]);
    }
    record(averages, store, at);
    store.prune({ rawSince: at - 6 * hour, thinnedSince: at - 6 * hour, keptSince: keptSince(averages, at) });
    if (judged) {
      const { state: next, effects } = step(state, judge([rule], store, [], at), at);
      state = next;
      store.append(firingSamples([...state.values()], at));
      for (const { kind } of effects) found.push({ kind, hour: (at - begin) / hour });
    }
    at += judged ? stepMs : 15 * minute;
  }
  store.close();
  return found;
}

test('seven days at 1.00 s and then a sustained 1.31 s is told within two hours, 1.29 s never', () => {
  const [first, ...more] = told(week + 24, (at) => (at < week ? 1 : 1.31));
  expect(first?.kind).toBe('fired');
  expect(first?.hour).toBeGreaterThan(week);
  expect(first?.hour).toBeLessThanOrEqual(week + 2);
  // Its own mean is above 1.0 s by then: it ends at half of the deviation, not where it began.
  expect(more).toEqual([]);
  expect(told(week + 24, (at) => (at < week ? 1 : 1.29))).toEqual([]);
});

test('what began at 30 % lasts at 20 % and ends below 15 %', () => {
  const later = told(week + 20, (at) => (at < week ? 1 : at < week + 6 ? 1.5 : at < week + 12 ? 1.22 : 1.1));
  expect(later.map(({ kind }) => kind)).toEqual(['fired', 'resolved']);
  expect(later[1]?.hour).toBeGreaterThan(week + 12);
  expect(told(week + 12, (at) => (at < week ? 1 : 1.22))).toEqual([]);
});

test('single slow answers, noise of 10 % over 30 days, and a first day are no alarm', () => {
  expect(told(week + 24, (at, run) => (at > week && run % 4 === 0 ? 10 : 1))).toEqual([]);
  const noise = (_: number, run: number): number => 1 + 0.1 * Math.sin(run * run);
  expect(told(30 * 24, noise, { judgedFrom: 0, stepMs: 15 * minute })).toEqual([]);
  expect(told(23, (at) => (at < 12 ? 1 : 3), { judgedFrom: 0 })).toEqual([]);
}, 120_000);

test('a very even series does not alarm on 50 ms', () => {
  expect(told(week + 12, (at) => (at < week ? 0.1 : 0.15))).toEqual([]);
  expect(told(week + 12, (at) => (at < week ? 0.1 : 0.25)).length).toBe(1);
});

test('a model whose answers spread widely is judged by its own spread', () => {
  const spread = (run: number): number => [1, 1, 1, 2][run % 4] ?? 1;
  const wide = (at: number, run: number): number => (at < week ? ([1, 1.05, 1.4, 1.5][run % 4] ?? 1) : 1.7);
  expect(told(week + 12, (_, run) => spread(run))).toEqual([]);
  expect(told(week + 12, wide)).toEqual([]);
  expect(told(week + 12, (at, run) => (at < week ? wide(at, run) : 4)).length).toBe(1);
});

test('a judgement reads no window of a series twice', () => {
  if (!rule) throw new Error('no rule');
  const read: string[] = [];
  const counting: SeriesReader = {
    read({ series }, from, to) {
      read.push(`${series} ${from} ${to}`);
      return [{ labels: { model: 'm' }, points: [{ at: to, value: 1 }] }];
    },
  };
  judge([rule], counting, [], day);
  expect(read.length).toBeGreaterThan(2);
  expect(read).toEqual([...new Set(read)]);
});

test('recorded points outlive the raw ones by days, and end too', () => {
  const store = openSamples(temporaryFolder('latency'));
  const begin = Date.UTC(2026, 10, 1);
  for (let at = begin; at <= begin + 10 * day; at += 5 * minute) {
    store.append([sampleOf(latencyCanary, { model: 'm' }, 1, at)]);
    record(averages, store, at);
    store.prune({ rawSince: at - 6 * hour, thinnedSince: at - 6 * hour, keptSince: keptSince(averages, at) });
  }
  const select = (metric: { readonly name: string }) =>
    store.read({ kind: 'select', series: metric.name, metric: latencyCanary, where: {} }, 0, begin + 10 * day);
  expect(select(latencyCanary)[0]?.points.length).toBe(73);
  expect(averages.map(({ record: metric }) => select(metric)[0]?.points.length)).toEqual([8 * 96 + 1]);
  store.close();
});
