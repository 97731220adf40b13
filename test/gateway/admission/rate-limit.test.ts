import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryLimiter, rateHeaders } from '../../../gateway/admission/rate-limit.ts';
import type { Clock } from '../../../src/clock.ts';
import { limiterContract } from './support/limiter-contract.ts';

function fakeClock() {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} };
  return {
    clock,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const limits = { max_requests: 3, window_seconds: 60 };

describe('the limit in memory', () => {
  limiterContract((own) => {
    const { clock, pass } = fakeClock();
    return { limiter: createMemoryLimiter(own, clock), pass };
  });
});

test('the edges are exact to the millisecond', () => {
  const { clock, pass } = fakeClock();
  const limiter = createMemoryLimiter(limits, clock);
  for (let count = 0; count < 4; count += 1) limiter.take('a');
  pass(59_999);
  expect(rateHeaders(limiter.take('a'))).toMatchObject({ 'retry-after': '1' });
  pass(1);
  expect(limiter.take('a')).toMatchObject({ allowed: true, remaining: 2 });
});

/** The article's rule once more, written down over the whole history of one identity. */
function expected(times: readonly number[]): boolean[] {
  let start = Number.NEGATIVE_INFINITY;
  let blockedUntil = Number.NEGATIVE_INFINITY;
  let counted: number[] = [];
  return times.map((now) => {
    if (now < blockedUntil) return false;
    if (now >= start + 60_000 || blockedUntil > start) {
      start = now;
      blockedUntil = Number.NEGATIVE_INFINITY;
      counted = [];
    }
    if (counted.length === limits.max_requests) {
      blockedUntil = now + 60_000;
      return false;
    }
    counted.push(now);
    return true;
  });
}

test('any history of any callers is judged as the rule says', () => {
  const request = fc.record({ identity: fc.constantFrom('a', 'b', 'c'), wait: fc.integer({ min: 0, max: 30_000 }) });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 120 }), (requests) => {
      const { clock, pass } = fakeClock();
      const limiter = createMemoryLimiter(limits, clock);
      const history: Record<string, { times: number[]; allowed: boolean[] }> = {};
      for (const { identity, wait } of requests) {
        pass(wait);
        history[identity] ??= { times: [], allowed: [] };
        const own = history[identity];
        own.times.push(clock.monotonic());
        own.allowed.push(limiter.take(identity).allowed);
      }
      for (const { times, allowed } of Object.values(history)) expect(allowed).toEqual(expected(times));
    }),
  );
});
