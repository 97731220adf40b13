import type { Clock } from '../../src/clock.ts';
import type { GatewayConfig } from '../config.ts';

/** Where an identity stands after a request; unknown where a shared store did not answer. */
export type RateVerdict = KnownVerdict | { readonly kind: 'unknown'; readonly allowed: boolean };

interface KnownVerdict {
  readonly kind: 'known';
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
  /** Counts one request of an identity, or refuses it. Never throws or rejects. */
  take(identity: string): RateVerdict | Promise<RateVerdict>;
  close(): Promise<void>;
}

/** In one process the answer is there at once. */
export interface MemoryRateLimiter extends RateLimiter {
  take(identity: string): KnownVerdict;
}

/**
 * The article's limit: the window starts at an identity's first counted request. The first request over the limit
 * blocks the identity for a whole window from then; refused requests neither count nor prolong the block.
 */
export function createRateLimiter(
  { max_requests, window_seconds }: Pick<GatewayConfig['rate_limit'], 'max_requests' | 'window_seconds'>,
  clock: Clock,
): MemoryRateLimiter {
  const windowMs = window_seconds * 1000;
  const windows = new Map<string, Window>();
  let sweepAt = 0;

  const sweep = (now: number) => {
    if (now < sweepAt) return;
    sweepAt = now + windowMs;
    for (const [identity, { endsAt }] of windows) if (endsAt <= now) windows.delete(identity);
  };

  const verdict = ({ count, endsAt }: Window, now: number, allowed: boolean): KnownVerdict => ({
    kind: 'known',
    allowed,
    limit: max_requests,
    remaining: Math.max(0, max_requests - count),
    resetMs: endsAt - now,
  });

  return {
    close: async () => {},
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
  };
}

/** Headers of 2xx and 429 answers, in the form that OpenAI's clients read. */
export function rateHeaders({ allowed, limit, remaining, resetMs }: KnownVerdict): Record<string, string> {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  return {
    'x-ratelimit-limit-requests': String(limit),
    'x-ratelimit-remaining-requests': String(remaining),
    'x-ratelimit-reset-requests': `${seconds}s`,
    ...(allowed ? {} : { 'retry-after': String(seconds) }),
  };
}
