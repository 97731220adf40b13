import { expect, test } from 'vitest';
import { createMemoryLimiter, rateHeaders } from '../../../gateway/admission/rate-limit.ts';
import type { Clock } from '../../../src/clock.ts';

function fakeClock() {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} };
  return {
    clock,
    at: (ms: number) => {
      now = ms;
    },
  };
}

const limits = { max_requests: 3, window_seconds: 60 };

test('the window starts at the first counted request, not at the start of a minute', () => {
  const { clock, at } = fakeClock();
  const limiter = createMemoryLimiter(limits, clock);
  at(30_000);
  limiter.take('a');
  at(89_999);
  expect(limiter.take('a').remaining).toBe(1);
  at(90_000);
  expect(limiter.take('a').remaining).toBe(2);
});

test('the request over the limit blocks for a whole window from then, and refused ones do not prolong it', () => {
  const { clock, at } = fakeClock();
  const limiter = createMemoryLimiter(limits, clock);
  for (let count = 0; count < 3; count += 1) expect(limiter.take('a').allowed).toBe(true);
  at(20_000);
  expect(rateHeaders(limiter.take('a'))['retry-after']).toBe('60');
  at(50_500);
  expect(rateHeaders(limiter.take('a'))['retry-after']).toBe('30');
  at(79_999);
  expect(limiter.take('a').allowed).toBe(false);
  at(80_000);
  expect(limiter.take('a')).toMatchObject({ allowed: true, remaining: 2 });
});

test('identities do not share a window', () => {
  const { clock } = fakeClock();
  const limiter = createMemoryLimiter({ max_requests: 1, window_seconds: 60 }, clock);
  expect(limiter.take('a').allowed).toBe(true);
  expect(limiter.take('b').allowed).toBe(true);
  expect(limiter.take('a').allowed).toBe(false);
});
