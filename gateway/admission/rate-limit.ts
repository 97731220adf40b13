import type { Clock } from '../../src/clock.ts';
import type { GatewayConfig } from '../config.ts';

/** Where an identity stands after a request. */
export interface RateVerdict {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until requests are counted from zero again, or until the block ends. */
  readonly resetMs: number;
}

interface Window {
  count: number;
  endsAt: number;
}

export interface RateLimiter {
  /** Counts one request of an identity, or refuses it. Undefined: the store that counts could not be asked. */
  take(identity: string): RateVerdict | Promise<RateVerdict | undefined>;
  close(): Promise<void>;
}

export type RateLimits = Pick<GatewayConfig['rate_limit'], 'max_requests' | 'window_seconds'>;

/** A limiter that always knows. */
interface MemoryLimiter extends RateLimiter {
  take(identity: string): RateVerdict;
}

/**
 * The article's limit: the window starts at an identity's first counted request. The first request over the limit
 * blocks the identity for a whole window from then; refused requests neither count nor prolong the block. Counted in this
 * process; rate-limit-redis.ts does the same for several.
 */
export function createMemoryLimiter({ max_requests, window_seconds }: RateLimits, clock: Clock): MemoryLimiter {
  const windowMs = window_seconds * 1000;
  const windows = new Map<string, Window>();
  let sweepAt = 0;

  const sweep = (now: number) => {
    if (now < sweepAt) return;
    sweepAt = now + windowMs;
    for (const [identity, { endsAt }] of windows) if (endsAt <= now) windows.delete(identity);
  };

  const verdict = ({ count, endsAt }: Window, now: number, allowed: boolean): RateVerdict => ({
    allowed,
    limit: max_requests,
    remaining: Math.max(0, max_requests - count),
    resetMs: endsAt - now,
  });

  return {
    take(identity) {
      const now = clock.monotonic();
      sweep(now);
      let window = windows.get(identity);
      if (!window || window.endsAt <= now) {
        window = { count: 0, endsAt: now + windowMs };
        windows.set(identity, window);
      }
      if (window.count < max_requests) {
        window.count += 1;
        return verdict(window, now, true);
      }
      if (window.count === max_requests) {
        window.count += 1;
        window.endsAt = now + windowMs;
      }
      return verdict(window, now, false);
    },
    close: async () => {},
  };
}

/** Headers of 2xx and 429 answers, in the form that OpenAI's clients read. */
export function rateHeaders({ allowed, limit, remaining, resetMs }: RateVerdict): Record<string, string> {
  // Rounded first: a window of 60 s must not read 61 for the imprecision of a sum.
  const seconds = Math.max(1, Math.ceil(Math.round(resetMs) / 1000));
  return {
    'x-ratelimit-limit-requests': String(limit),
    'x-ratelimit-remaining-requests': String(remaining),
    'x-ratelimit-reset-requests': `${seconds}s`,
    ...(allowed ? {} : { 'retry-after': String(seconds) }),
  };
}
