import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gpuMemoryUsed, gpusVisible } from '../../src/catalogue/gpu.ts';
import { OpsError } from '../../src/errors.ts';
import { increase, select } from '../../src/expression/ast.ts';
import { evaluate } from '../../src/expression/evaluate.ts';
import { memorySeries } from '../../src/expression/memory.ts';
import type { Sample } from '../../src/expression/series.ts';
import { bufferedSamples } from '../../src/store/buffered-samples.ts';
import { openSamples } from '../../src/store/samples.ts';
import { temporaryFolder } from '../support/ops.ts';

const used = (uuid: string, at: number, value: number): Sample => ({
  name: gpuMemoryUsed.name,
  labels: { uuid },
  value,
  at,
});

test('a range is open on the left and closed on the right, in the order of time', () => {
  const store = openSamples(temporaryFolder('samples'));
  store.append([used('a', 3000, 3), used('a', 1000, 1), used('a', 2000, 2), used('b', 500, 9)]);
  expect(store.read(select(gpuMemoryUsed), 1000, 3000)).toEqual([
    {
      labels: { uuid: 'a' },
      points: [
        { at: 2000, value: 2 },
        { at: 3000, value: 3 },
      ],
    },
  ]);
  expect(store.read(select(gpuMemoryUsed, { uuid: 'b' }), 0, 3000)).toHaveLength(1);
  expect(store.read(select(gpusVisible), 0, 3000)).toEqual([]);
  store.close();
});

test('everything is there again after the file was closed and opened', () => {
  const folder = temporaryFolder('samples');
  const first = openSamples(folder);
  first.append([used('a', 1000, 1), used('b', 1000, 2)]);
  first.close();
  const second = openSamples(folder);
  second.append([used('a', 2000, 3)]);
  const read = second.read(select(gpuMemoryUsed, { uuid: 'a' }), 0, 5000);
  expect(read).toHaveLength(1);
  expect(read[0]?.points.map(({ value }) => value)).toEqual([1, 3]);
  second.close();
});

test('two label sets that differ only in the order of their labels are one series', () => {
  const store = openSamples(temporaryFolder('samples'));
  const at = (labels: Sample['labels'], time: number): Sample => ({ name: 'x', labels, value: 1, at: time });
  store.append([at({ a: '1', b: '2' }, 1000), at({ b: '2', a: '1' }, 2000)]);
  expect(store.latest('x', 0)).toHaveLength(1);
  store.close();
});

test('a point that is written twice at one moment has the last value, and NaN is not written', () => {
  const store = openSamples(temporaryFolder('samples'));
  store.append([used('a', 1000, 1), used('a', 1000, 2), used('a', 2000, Number.NaN), used('c', 2000, Number.NaN)]);
  expect(store.read(select(gpuMemoryUsed), 0, 5000)).toEqual([
    { labels: { uuid: 'a' }, points: [{ at: 1000, value: 2 }] },
  ]);
  store.close();
});

test('values keep every bit, the infinite ones too', () => {
  const store = openSamples(temporaryFolder('samples'));
  const values = [0.1 + 0.2, Number.MAX_SAFE_INTEGER, -0.5, 1e-300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  store.append(values.map((value, index) => used('a', 1000 + index, value)));
  expect(store.read(select(gpuMemoryUsed), 0, 5000)[0]?.points.map(({ value }) => value)).toEqual(values);
  store.close();
});

test('the latest point of each series is found, unless it is too old', () => {
  const store = openSamples(temporaryFolder('samples'));
  store.append([used('a', 1000, 1), used('a', 3000, 3), used('b', 1000, 2)]);
  expect(store.latest(gpuMemoryUsed.name, 0)).toEqual([used('a', 3000, 3), used('b', 1000, 2)]);
  expect(store.latest(gpuMemoryUsed.name, 1000)).toEqual([used('a', 3000, 3)]);
  expect(store.latest('unknown', 0)).toEqual([]);
  store.close();
});

test('pruning forgets what is older, some series at a time, and comes round to all of them', () => {
  const store = openSamples(temporaryFolder('samples'));
  const many = Array.from({ length: 120 }, (_, index) => `gpu-${index}`);
  store.append(many.flatMap((uuid) => [used(uuid, 1000, 1), used(uuid, 2000, 2)]));
  const points = () => store.read(select(gpuMemoryUsed), 0, 9000).flatMap((series) => series.points);
  store.prune({ rawSince: 0, thinnedSince: 2000 });
  expect(points().length).toBeGreaterThan(many.length);
  expect(points().length).toBeLessThan(2 * many.length);
  store.prune({ rawSince: 0, thinnedSince: 2000 });
  store.prune({ rawSince: 0, thinnedSince: 2000 });
  expect(points()).toEqual(many.map(() => ({ at: 2000, value: 2 })));
  store.prune({ rawSince: 0, thinnedSince: 9000 });
  store.prune({ rawSince: 0, thinnedSince: 9000 });
  store.prune({ rawSince: 0, thinnedSince: 9000 });
  expect(points()).toEqual([]);
  store.append([used('gpu-7', 9500, 5)]);
  expect(store.latest(gpuMemoryUsed.name, 9000)).toEqual([used('gpu-7', 9500, 5)]);
  store.close();
});

test('a batch that fails leaves nothing behind, and the store goes on', () => {
  const folder = temporaryFolder('samples');
  const store = openSamples(folder);
  // Stands for any failure in the middle of a batch, such as a full disk.
  const broken = { ...used('b', 1000, 2), labels: { uuid: 1n as unknown as string } };
  expect(() => store.append([used('a', 1000, 1), broken])).toThrow();
  expect(store.read(select(gpuMemoryUsed), 0, 5000)).toEqual([]);
  store.append([used('a', 2000, 3)]);
  const written = [{ labels: { uuid: 'a' }, points: [{ at: 2000, value: 3 }] }];
  expect(store.read(select(gpuMemoryUsed), 0, 5000)).toEqual(written);
  store.close();
  const again = openSamples(folder);
  expect(again.read(select(gpuMemoryUsed), 0, 5000)).toEqual(written);
  again.close();
});

test('the evaluator reads the store as it reads memory', () => {
  const store = openSamples(temporaryFolder('samples'));
  const samples = Array.from({ length: 40 }, (_, index) => used('a', index * 15_000, (index * 7) % 31));
  store.append(samples);
  const grown = increase(select(gpuMemoryUsed), 300);
  for (const at of [0, 7000, 100_000, 300_000, 585_000, 880_000]) {
    expect(evaluate(grown, store, at)).toEqual(evaluate(grown, memorySeries(samples), at));
  }
  store.close();
});

test.each([
  ['is no database', 'this is not a database, and it is longer than a header of SQLite would be\n'.repeat(50)],
  ['was cut short', undefined],
])('a file that %s is set aside and a new one begun', (_, text) => {
  const folder = temporaryFolder('samples');
  const file = join(folder, 'samples.db');
  if (text === undefined) {
    const store = openSamples(folder);
    store.append(Array.from({ length: 5000 }, (__, index) => used('a', index, index)));
    store.close();
    writeFileSync(file, readFileSync(file).subarray(0, 12_288));
  } else writeFileSync(file, text);
  const broken = readFileSync(file);
  const reasons: string[] = [];
  const store = openSamples(folder, (reason) => reasons.push(reason));
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).not.toBe('');
  expect(readFileSync(`${file}.corrupt`).equals(broken)).toBe(true);
  store.append([used('a', 1000, 1)]);
  expect(store.latest(gpuMemoryUsed.name, 0)).toEqual([used('a', 1000, 1)]);
  store.close();
});

test('a sound file is not set aside', () => {
  const folder = temporaryFolder('samples');
  openSamples(folder).close();
  const reasons: string[] = [];
  openSamples(folder, (reason) => reasons.push(reason)).close();
  expect(reasons).toEqual([]);
  expect(existsSync(join(folder, 'samples.db.corrupt'))).toBe(false);
});

test('what cannot be written is read from memory, and written with what follows', () => {
  const store = openSamples(temporaryFolder('samples'));
  let full = false;
  const samples = bufferedSamples({
    ...store,
    append(batch) {
      if (full) throw new OpsError('disk_full', { path: 'samples.db' });
      store.append(batch);
    },
  });
  samples.append([used('a', 1000, 1)]);
  full = true;
  expect(() => samples.append([used('a', 2000, 2), used('b', 2000, 8), used('b', 2000, Number.NaN)])).toThrow(
    'no room',
  );
  expect(() => samples.append([used('a', 3000, 3)])).toThrow('no room');
  const all = () => samples.read(select(gpuMemoryUsed), 0, 9000).map(({ points }) => points.map(({ value }) => value));
  expect(all()).toEqual([[1, 2, 3], [8]]);
  expect(samples.latest(gpuMemoryUsed.name, 1000)).toEqual([used('a', 3000, 3), used('b', 2000, 8)]);
  expect(store.read(select(gpuMemoryUsed), 1000, 9000)).toEqual([]);
  full = false;
  samples.append([used('a', 4000, 4)]);
  expect(all()).toEqual([[1, 2, 3, 4], [8]]);
  expect(store.read(select(gpuMemoryUsed), 0, 9000)).toEqual(samples.read(select(gpuMemoryUsed), 0, 9000));
  store.close();
});

test('a quarter of an hour is held in memory at most', () => {
  const store = openSamples(temporaryFolder('samples'));
  const samples = bufferedSamples({
    ...store,
    append() {
      throw new OpsError('disk_full', { path: 'samples.db' });
    },
  });
  for (let at = 0; at <= 3_600_000; at += 60_000) expect(() => samples.append([used('a', at, at)])).toThrow();
  const [series] = samples.read(select(gpuMemoryUsed), -1, 3_600_000);
  expect(series?.points.map(({ at }) => at)).toEqual(
    Array.from({ length: 15 }, (_, index) => 2_760_000 + index * 60_000),
  );
  store.close();
});

test('what lies in the future is forgotten, on the disk and in memory', () => {
  const store = openSamples(temporaryFolder('samples'));
  let full = false;
  const samples = bufferedSamples({
    ...store,
    append(batch) {
      if (full) throw new OpsError('disk_full', { path: 'samples.db' });
      store.append(batch);
    },
  });
  samples.append([used('a', 1000, 1), used('a', 3000, 3)]);
  full = true;
  expect(() => samples.append([used('b', 2000, 2), used('b', 4000, 4)])).toThrow('no room');
  samples.forgetAfter(2000);
  const values = samples.read(select(gpuMemoryUsed), 0, 9000).map(({ points }) => points.map(({ value }) => value));
  expect(values).toEqual([[1], [2]]);
  store.close();
});
