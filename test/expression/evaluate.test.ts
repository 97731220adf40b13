import { describe, expect, test } from 'vitest';
import { requests, timeToFirstToken } from '../../src/catalogue/gateway.ts';
import { gpuMemoryTotal, gpuMemoryUsed, gpuTemperature } from '../../src/catalogue/gpu.ts';
import {
  add,
  and,
  average,
  averageOverTime,
  buckets,
  compare,
  count,
  divide,
  type Expression,
  increase,
  maximum,
  maximumOverTime,
  minimum,
  minimumOverTime,
  multiply,
  number,
  or,
  quantile,
  rate,
  select,
  subtract,
  sum,
  time,
  unless,
} from '../../src/expression/ast.ts';
import { evaluate } from '../../src/expression/evaluate.ts';
import { memorySeries } from '../../src/expression/memory.ts';
import type { Labels, Sample } from '../../src/expression/series.ts';

/** A series of `[second, value]` points. */
function series(name: string, labels: Labels, ...points: (readonly [number, number])[]): Sample[] {
  return points.map(([second, value]) => ({ name, labels, at: second * 1000, value }));
}

const used = (uuid: string, ...points: (readonly [number, number])[]) =>
  series(gpuMemoryUsed.name, { uuid }, ...points);
const total = (uuid: string, value: number) => series(gpuMemoryTotal.name, { uuid }, [300, value]);
const served = (...points: (readonly [number, number])[]) =>
  series(requests.name, { outcome: 'ok', model: 'qwen3:4b' }, ...points);

const at = (second: number, expression: Expression, samples: readonly Sample[]) =>
  evaluate(expression, memorySeries(samples), second * 1000);
const values = (second: number, expression: Expression, samples: readonly Sample[]) =>
  at(second, expression, samples).map(({ value }) => value);

describe('the current value', () => {
  const memory = select(gpuMemoryUsed);

  test('is the last point, that of the very moment included', () => {
    expect(values(300, memory, used('a', [240, 1], [300, 2], [301, 3]))).toEqual([2]);
  });

  test('is gone once the last point is exactly 5 minutes old', () => {
    expect(values(299.999, memory, used('a', [0, 1]))).toEqual([1]);
    expect(values(300, memory, used('a', [0, 1]))).toEqual([]);
  });

  test('keeps to the label matchers', () => {
    const samples = [...used('a', [300, 1]), ...used('b', [300, 2]), ...used('c', [300, 3])];
    expect(values(300, select(gpuMemoryUsed, { uuid: 'b' }), samples)).toEqual([2]);
    expect(values(300, select(gpuMemoryUsed, { uuid: ['a', 'c'] }), samples)).toEqual([1, 3]);
    expect(values(300, select(gpuMemoryUsed, { uuid: { not: 'a' } }), samples)).toEqual([2, 3]);
    expect(values(300, select(gpuMemoryUsed, { uuid: { not: ['a', 'b'] } }), samples)).toEqual([3]);
  });

  test('of a scalar has no labels, and the time is in seconds', () => {
    expect(at(300, number(7), [])).toEqual([{ labels: {}, value: 7 }]);
    expect(at(300.5, time, [])).toEqual([{ labels: {}, value: 300.5 }]);
  });
});

describe('a counter', () => {
  const grown = increase(select(requests), 300);

  test('is extrapolated to the start of the window, whose left edge is open', () => {
    // The point at 0 is outside: 24 in 240 s, stretched to 300 s.
    const points = served([0, 100], [60, 106], [120, 112], [180, 118], [240, 124], [300, 130]);
    expect(values(300, grown, points)[0]).toBeCloseTo(30, 9);
    expect(values(300, rate(select(requests), 300), points)[0]).toBeCloseTo(0.1, 9);
    expect(values(300, rate(select(requests), 'auto'), points)[0]).toBeCloseTo(0.1, 9);
  });

  test('that was reset began again from zero', () => {
    const points = served([60, 100], [120, 110], [180, 5], [240, 15], [300, 25]);
    expect(values(300, grown, points)[0]).toBeCloseTo(43.75, 9);
  });

  test('is not extrapolated to before it was zero', () => {
    expect(values(300, grown, served([60, 0], [120, 10], [180, 20], [240, 30], [300, 40]))[0]).toBeCloseTo(40, 9);
    // It would have been zero 30 s before its first point: 270 of the 300 s.
    expect(values(300, grown, served([60, 5], [120, 15], [180, 25], [240, 35], [300, 45]))[0]).toBeCloseTo(45, 9);
  });

  test('far from the edges is stretched by half a distance on each side only', () => {
    expect(values(300, grown, served([120, 100], [180, 110]))[0]).toBeCloseTo(20, 9);
  });

  test('with one point in the window has no increase', () => {
    expect(values(300, grown, served([0, 1], [300, 50]))).toEqual([]);
  });

  test('that stands still has increased by zero, which is not the same as no data', () => {
    expect(values(300, grown, served([240, 9], [300, 9]))).toEqual([0]);
  });
});

describe('over a window', () => {
  const points = used('a', [0, 100], [100, 1], [200, 5], [300, 3]);

  test.each([
    ['average', averageOverTime, 3],
    ['minimum', minimumOverTime, 1],
    ['maximum', maximumOverTime, 5],
  ])('the %s leaves the point on the left edge out', (_, fn, expected) => {
    expect(values(300, fn(select(gpuMemoryUsed), 300), points)).toEqual([expected]);
    expect(values(1000, fn(select(gpuMemoryUsed), 300), points)).toEqual([]);
  });

  test('a window may be longer than the look-back', () => {
    expect(values(900, maximumOverTime(select(gpuMemoryUsed), 850), points)).toEqual([5]);
    expect(values(900, minimumOverTime(select(gpuMemoryUsed), 650), points)).toEqual([3]);
  });

  test('the average does not lose small values beside large ones', () => {
    const samples = used('a', [100, 1e100], [200, 1], [250, -1e100], [300, 1]);
    expect(values(300, averageOverTime(select(gpuMemoryUsed), 300), samples)).toEqual([0.5]);
  });

  test('numbers win over NaN in minimum and maximum', () => {
    const samples = used('a', [100, Number.NaN], [200, 4], [300, 6]);
    expect(values(300, minimumOverTime(select(gpuMemoryUsed), 300), samples)).toEqual([4]);
    expect(values(300, maximumOverTime(select(gpuMemoryUsed), 300), samples)).toEqual([6]);
    expect(values(300, averageOverTime(select(gpuMemoryUsed), 300), samples)).toEqual([Number.NaN]);
  });
});

describe('aggregation', () => {
  const heat = (uuid: string, sensor: string, value: number) =>
    series(gpuTemperature.name, { uuid, sensor }, [300, value]);
  const samples = [...heat('a', 'core', 60), ...heat('a', 'memory', 80), ...heat('b', 'core', 50)];
  const temperature = select(gpuTemperature);

  test.each([
    ['sum', sum, [140, 50]],
    ['minimum', minimum, [60, 50]],
    ['maximum', maximum, [80, 50]],
    ['average', average, [70, 50]],
    ['count', count, [2, 1]],
  ] as const)('%s by a label keeps that label only', (_, fn, [a, b]) => {
    expect(at(300, fn(temperature, 'uuid'), samples)).toEqual([
      { labels: { uuid: 'a' }, value: a },
      { labels: { uuid: 'b' }, value: b },
    ]);
  });

  test('without a label gives one element, and of nothing gives nothing', () => {
    expect(at(300, sum(temperature), samples)).toEqual([{ labels: {}, value: 190 }]);
    expect(at(300, sum(temperature), [])).toEqual([]);
    expect(at(300, count(temperature), [])).toEqual([]);
  });
});

describe('vector matching', () => {
  const samples = [...used('a', [300, 18]), ...total('a', 20), ...used('b', [300, 5]), ...total('b', 20)];
  const lonely = [...samples, ...used('only-used', [300, 20]), ...total('only-total', 20)];
  const share = divide(select(gpuMemoryUsed), select(gpuMemoryTotal));

  test('meets elements of the same labels, whatever their order, and drops the rest', () => {
    expect(at(300, share, lonely)).toEqual([
      { labels: { uuid: 'a' }, value: 0.9 },
      { labels: { uuid: 'b' }, value: 0.25 },
    ]);
    const turned = [
      ...series(gpuTemperature.name, { uuid: 'a', sensor: 'core' }, [300, 60]),
      ...series(gpuMemoryUsed.name, { sensor: 'core', uuid: 'a' }, [300, 2]),
    ];
    expect(values(300, divide(select(gpuTemperature), select(gpuMemoryUsed)), turned)).toEqual([30]);
  });

  test('a comparison keeps the left value of the elements for which it holds', () => {
    expect(at(300, compare(share, '>', number(0.5)), samples)).toEqual([{ labels: { uuid: 'a' }, value: 0.9 }]);
    expect(values(300, compare(share, '>', number(0.9)), samples)).toEqual([]);
    expect(values(300, compare(share, '>=', number(0.9)), samples)).toEqual([0.9]);
    expect(values(300, compare(share, '!=', number(0.9)), samples)).toEqual([0.25]);
    expect(values(300, compare(number(10), '<', select(gpuMemoryUsed)), samples)).toEqual([18]);
    expect(values(300, compare(select(gpuMemoryUsed), '<', select(gpuMemoryTotal)), lonely)).toEqual([18, 5]);
  });

  test('and keeps, unless drops what the right side has, or adds what the left has not', () => {
    const high = compare(select(gpuMemoryUsed), '>', number(10));
    expect(values(300, and(select(gpuMemoryTotal), high), samples)).toEqual([20]);
    expect(at(300, unless(select(gpuMemoryUsed), high), samples)).toEqual([{ labels: { uuid: 'b' }, value: 5 }]);
    expect(values(300, unless(select(gpuMemoryUsed), select(gpuMemoryTotal)), lonely)).toEqual([20]);
    expect(values(300, or(high, select(gpuMemoryUsed)), samples)).toEqual([18, 5]);
    expect(values(300, and(select(gpuMemoryUsed), select(gpuTemperature)), samples)).toEqual([]);
  });

  test('arithmetic with scalars keeps the order of its sides, and dividing by zero is not an error', () => {
    const memory = select(gpuMemoryUsed, { uuid: 'b' });
    expect(values(300, subtract(number(1), memory), samples)).toEqual([-4]);
    expect(values(300, add(multiply(memory, number(3)), number(1)), samples)).toEqual([16]);
    expect(values(300, divide(memory, number(0)), samples)).toEqual([Number.POSITIVE_INFINITY]);
    expect(values(300, divide(number(0), number(0)), [])).toEqual([Number.NaN]);
    expect(values(300, compare(divide(subtract(memory, memory), number(0)), '>', number(0)), samples)).toEqual([]);
  });
});

describe('histogram quantile', () => {
  const bucket = (le: string, value: number, labels: Labels = {}) =>
    series(`${timeToFirstToken.name}_bucket`, { ...labels, le }, [300, value]);
  const samples = [...bucket('1', 10), ...bucket('2', 30), ...bucket('+Inf', 40)];
  const at95 = (q: number, all: readonly Sample[] = samples) =>
    values(300, quantile(q, select({ ...timeToFirstToken, name: `${timeToFirstToken.name}_bucket` })), all);

  test('is linear inside a bucket, the first of which starts at zero', () => {
    expect(at95(0.5)).toEqual([1.5]);
    expect(at95(0.125)).toEqual([0.5]);
  });

  test('in the last bucket is the bound below it', () => {
    expect(at95(0.9)).toEqual([2]);
  });

  test('without a request, or without the +Inf bucket, is not a number', () => {
    expect(at95(0.5, [...bucket('1', 0), ...bucket('+Inf', 0)])).toEqual([Number.NaN]);
    expect(at95(0.5, [...bucket('1', 1), ...bucket('2', 2)])).toEqual([Number.NaN]);
  });

  test('is out of bounds for a share that is', () => {
    expect(at95(-0.1)).toEqual([Number.NEGATIVE_INFINITY]);
    expect(at95(1.1)).toEqual([Number.POSITIVE_INFINITY]);
  });

  test('reads the rates of buckets, one result for each of the other label sets', () => {
    const grown = (le: string, outcome: string, by: number) =>
      series(`${timeToFirstToken.name}_bucket`, { outcome, le }, [240, 100], [300, 100 + by]);
    const all = [
      ...[grown('1', 'ok', 10), grown('2', 'ok', 30), grown('+Inf', 'ok', 40)],
      ...[grown('1', 'timeout', 0), grown('2', 'timeout', 0), grown('+Inf', 'timeout', 8)],
    ].flat();
    const rates = sum(rate(buckets(timeToFirstToken), 300), 'le', 'outcome');
    const [ok, timeout, ...rest] = at(300, quantile(0.5, rates), all);
    expect(ok?.labels).toEqual({ outcome: 'ok' });
    expect(ok?.value).toBeCloseTo(1.5, 9);
    expect(timeout).toEqual({ labels: { outcome: 'timeout' }, value: 2 });
    expect(rest).toEqual([]);
  });
});
