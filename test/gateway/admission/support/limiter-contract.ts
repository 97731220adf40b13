import { afterEach, expect, test } from 'vitest';
import {
  type RateLimiter,
  type RateLimits,
  type RateVerdict,
  rateHeaders,
} from '../../../../gateway/admission/rate-limit.ts';

/** A limiter and the passing of its time. */
export interface LimiterRig {
  readonly limiter: RateLimiter;
  /** Lets `ms` milliseconds pass. */
  pass(ms: number): Promise<void> | void;
}

const limits: RateLimits = { max_requests: 3, window_seconds: 60 };

/** Real time also passes while a shared store is asked; nothing here is decided within so many milliseconds of an edge. */
const slackMs = 5000;

/**
 * The article's limit, for every store: the window starts at the first counted request, the first request over the limit
 * blocks for a whole window from then, refused ones neither count nor prolong.
 */
export function limiterContract(open: (limits: RateLimits) => Promise<LimiterRig> | LimiterRig): void {
  const opened: RateLimiter[] = [];
  const start = async (own = limits) => {
    const { limiter, pass } = await open(own);
    opened.push(limiter);
    const take = async (identity = 'a') => {
      const verdict = await limiter.take(identity);
      if (!verdict) throw new Error('the store did not answer');
      return verdict;
    };
    return { take, pass };
  };
  afterEach(() => Promise.all(opened.splice(0).map((limiter) => limiter.close())));

  const left = ({ resetMs }: RateVerdict, expected: number) => {
    expect(resetMs).toBeLessThanOrEqual(expected);
    expect(resetMs).toBeGreaterThan(expected - slackMs);
  };

  test('the window starts at the first counted request', async () => {
    const { take, pass } = await start();
    left(await take(), 60_000);
    await pass(50_000);
    const second = await take();
    expect(second).toMatchObject({ allowed: true, limit: 3, remaining: 1 });
    left(second, 10_000);
    await pass(10_000);
    expect(await take()).toMatchObject({ allowed: true, remaining: 2 });
  });

  test('the request over the limit blocks for a whole window from then', async () => {
    const { take, pass } = await start();
    for (const remaining of [2, 1, 0]) expect(await take()).toMatchObject({ allowed: true, remaining });
    await pass(50_000);
    const first = await take();
    expect(first).toMatchObject({ allowed: false, remaining: 0 });
    left(first, 60_000);
    await pass(60_000 - slackMs);
    expect((await take()).allowed).toBe(false);
    await pass(slackMs);
    expect(await take()).toMatchObject({ allowed: true, remaining: 2 });
  });

  test('refused requests neither count nor prolong', async () => {
    const { take, pass } = await start();
    for (let count = 0; count < 4; count += 1) await take();
    for (let count = 0; count < 5; count += 1) {
      await pass(10_000);
      const refused = await take();
      expect(refused.allowed).toBe(false);
      left(refused, 60_000 - (count + 1) * 10_000);
    }
    await pass(10_000);
    expect(await take()).toMatchObject({ allowed: true, remaining: 2 });
  });

  test('a caller who never asks too much is never blocked', async () => {
    const { take, pass } = await start();
    for (let round = 0; round < 3; round += 1) {
      for (let count = 0; count < 3; count += 1) expect((await take()).allowed).toBe(true);
      await pass(60_000);
    }
  });

  test('identities do not share a window, whatever is in their names', async () => {
    const { take } = await start({ max_requests: 1, window_seconds: 60 });
    for (const identity of ['a', 'b', 'key-1\n10.0.0.1', 'key-1\n10.0.0.2', '', '你好', 'x'.repeat(400)]) {
      expect((await take(identity)).allowed).toBe(true);
      expect((await take(identity)).allowed).toBe(false);
    }
  });

  test('of many at once exactly as many pass as are allowed', async () => {
    const { take } = await start({ max_requests: 30, window_seconds: 60 });
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => take()));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(30);
  });

  test('the headers say whole seconds, and a refusal when to come again', async () => {
    const { take } = await start({ max_requests: 1, window_seconds: 60 });
    expect(rateHeaders(await take())).not.toHaveProperty('retry-after');
    const headers = rateHeaders(await take());
    expect(headers).toMatchObject({ 'x-ratelimit-limit-requests': '1', 'x-ratelimit-remaining-requests': '0' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(60 - slackMs / 1000);
    expect(headers['x-ratelimit-reset-requests']).toBe(`${headers['retry-after']}s`);
  });
}
