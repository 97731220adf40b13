import { expect, test } from 'vitest';
import { gpuTemperature } from '../../src/catalogue/gpu.ts';
import { openSamples } from '../../src/store/samples.ts';
import { keepRaw, longestMs } from '../../src/watch/retention.ts';
import { temporaryFolder } from '../support/ops.ts';

const minute = 60_000;

test('with many series the file stays near its limit, and the newest samples are there', () => {
  const store = openSamples(temporaryFolder('retention'));
  const limit = 512 * 1024;
  const begin = Date.UTC(2026, 10, 25);
  const end = begin + 8 * 60 * minute;
  let kept = longestMs;
  let most = 0;
  for (let at = begin; at <= end; at += minute) {
    const series = Array.from({ length: 150 }, (_, index) => ({ uuid: `GPU-${index}`, sensor: 'core' }));
    store.append(series.map((labels) => ({ name: gpuTemperature.name, labels, value: at / 1000, at })));
    kept = keepRaw(kept, store.bytes(), limit);
    store.prune(at - kept);
    most = Math.max(most, store.bytes());
  }
  expect(most).toBeGreaterThan(limit);
  expect(most).toBeLessThan(1.3 * limit);
  const newest = store.latest(gpuTemperature.name, end - minute);
  expect(newest.length).toBe(150);
  expect(newest.every(({ value }) => value === end / 1000)).toBe(true);
  store.close();
});

test('what was shortened grows back when there is room, to six hours and no farther', () => {
  expect(keepRaw(longestMs, 101, 100)).toBeLessThan(longestMs);
  expect(keepRaw(longestMs / 2, 90, 100)).toBe(longestMs / 2);
  expect(keepRaw(longestMs / 2, 10, 100)).toBeGreaterThan(longestMs / 2);
  expect(keepRaw(longestMs, 10, 100)).toBe(longestMs);
});
