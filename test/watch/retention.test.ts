import { expect, test } from 'vitest';
import { gpuTemperature } from '../../src/catalogue/gpu.ts';
import { rate, select } from '../../src/expression/ast.ts';
import { evaluate } from '../../src/expression/evaluate.ts';
import { openSamples } from '../../src/store/samples.ts';
import { adaptShare, keptFor } from '../../src/watch/retention.ts';
import { temporaryFolder } from '../support/ops.ts';

const minute = 60_000;

test('with many series the file stays near its limit, and the newest samples are there', () => {
  const store = openSamples(temporaryFolder('retention'));
  const limit = 512 * 1024;
  const begin = Date.UTC(2026, 10, 25);
  const end = begin + 8 * 60 * minute;
  let share = 1;
  let most = 0;
  for (let at = begin; at <= end; at += minute) {
    const series = Array.from({ length: 150 }, (_, index) => ({ uuid: `GPU-${index}`, sensor: 'core' }));
    store.append(series.map((labels) => ({ name: gpuTemperature.name, labels, value: at / 1000, at })));
    share = adaptShare(share, store.bytes(), limit);
    const { raw, thinned } = keptFor(share);
    store.prune({ rawSince: at - raw, thinnedSince: at - thinned });
    most = Math.max(most, store.bytes());
  }
  expect(most).toBeGreaterThan(limit);
  expect(most).toBeLessThan(1.3 * limit);
  const newest = store.latest(gpuTemperature.name, end - minute);
  expect(newest.length).toBe(150);
  expect(newest.every(({ value }) => value === end / 1000)).toBe(true);
  store.close();
});

test('what was shortened grows back when there is room, to the longest times and no farther', () => {
  expect(adaptShare(1, 101, 100)).toBeLessThan(1);
  expect(adaptShare(0.5, 90, 100)).toBe(0.5);
  expect(adaptShare(0.5, 10, 100)).toBeGreaterThan(0.5);
  expect(adaptShare(1, 10, 100)).toBe(1);
  expect(keptFor(1)).toEqual({ raw: 6 * 60 * minute, thinned: 8 * 24 * 60 * minute });
});

test('after six hours one point of every two minutes stays, for eight days, and a rate over five minutes has two', () => {
  const store = openSamples(temporaryFolder('retention'));
  const begin = Date.UTC(2026, 10, 25);
  const end = begin + 9 * 24 * 60 * minute;
  const labels = { uuid: 'GPU-0', sensor: 'core' };
  const { raw, thinned } = keptFor(1);
  for (let at = begin; at <= end; at += minute / 2) {
    store.append([{ name: gpuTemperature.name, labels, value: at / 1000, at }]);
    if (at % (10 * minute) === 0) store.prune({ rawSince: at - raw, thinnedSince: at - thinned });
  }
  const all = select(gpuTemperature);
  expect(store.read(all, end - raw, end)[0]?.points.length).toBe(720);
  const old = store.read(all, begin, end - raw - 2 * minute)[0]?.points ?? [];
  expect(old[0]?.at).toBeGreaterThanOrEqual(end - thinned);
  expect(old[0]?.at).toBeLessThan(end - thinned + 4 * minute);
  expect(new Set(old.slice(1).map(({ at }, index) => at - (old[index]?.at ?? 0)))).toEqual(new Set([2 * minute]));
  for (const at of [end - thinned + 60 * minute, end - 24 * 60 * minute + 7000]) {
    expect(evaluate(rate(all, 300), store, at)).toEqual([{ labels, value: expect.closeTo(1, 6) }]);
  }
  store.close();
});
